// SPDX-License-Identifier: GPL-3.0-or-later

using System.Diagnostics;
using System.Globalization;
using DolibarrOAuthBridge.Demo.Database;
using DolibarrOAuthBridge.IntegrationTests.Support;

namespace DolibarrOAuthBridge.IntegrationTests.Database;

/// <summary>Backups of the whole database, as tools make them, restored on another server under another owner.</summary>
[Trait("Database", "MariaDB")]
public sealed class DumpTests(SharedServer shared, OwnServer other) : IClassFixture<OwnServer>
{
    private const string Status =
        "SELECT entry, service, entity, status, needs_person FROM llx_oauthbridge_v_status ORDER BY entity, entry";
    private const string Events = "SELECT rowid, at, service, kind, detail FROM llx_oauthbridge_event ORDER BY rowid";
    private const string Grants = "SELECT * FROM llx_oauthbridge_grant ORDER BY rowid";
    private const string Tokens = "SELECT rowid, service, token, entity FROM llx_oauth_token ORDER BY rowid";

    // What Dolibarr's backup page gives to mysqldump by default.
    private static readonly string[] OfBackupPage =
    [
        "-K",
        "--add-drop-table=TRUE",
        "--tables",
        "-c",
        "-e",
        "--hex-blob",
        "--default-character-set=utf8",
        "--no-tablespaces",
    ];

    [Fact]
    public Task A_dump_by_mariadb_dump_loads_under_another_owner() => DumpsAndLoadsAsync(world => WithMariaDbDumpAsync(world, []));

    [Fact]
    public Task A_dump_with_the_options_of_Dolibarrs_backup_page_loads_under_another_owner() =>
        DumpsAndLoadsAsync(world => WithMariaDbDumpAsync(world, OfBackupPage));

    [Fact]
    public Task A_dump_in_PHP_as_Dolibarrs_backup_page_writes_it_loads_under_another_owner() =>
        DumpsAndLoadsAsync(world =>
            RunAsync(
                "php",
                [
                    Path.Combine(AppContext.BaseDirectory, "php", "dump.php"),
                    shared.MariaDb.SocketPath,
                    world.Install.User,
                    world.Install.Database,
                ],
                world.Install.Password
            )
        );

    private async Task DumpsAndLoadsAsync(Func<World, Task<string>> dump)
    {
        await using var world = await World.CreateAsync(shared.Server);
        await world.GrantExpiredAsync();
        await world.Open().TokenAsync();
        await world.InitAsync();
        await world.ExecuteAsync(
            "INSERT INTO llx_oauthbridge_event (at, service, kind, detail) "
                + "VALUES (UTC_TIMESTAMP(), 'Google-Mail', 'refreshed', 'it''s \"so\" \\\\ né\n1e5'), (UTC_TIMESTAMP(), 'x', 'y', '')"
        );
        var script = await dump(world);
        var (database, owner) = ("r" + world.Install.Database, "o" + world.Install.Database);
        await other.Server.CreateDatabaseAsync(database);
        await other.Server.CreateUserAsync(owner, "secret", [$"ALL ON `{database}`.*"]);

        await RunAsync("mariadb", ["--socket", other.MariaDb.SocketPath, "-u", owner, database], "secret", script);

        foreach (var query in (string[])[Status, Events, Grants, Tokens])
        {
            var (left, right) = (shared.MariaDb, other.MariaDb);
            Assert.Equal(
                await ReadAsync(left, world.Install.Database, query),
                await ReadAsync(right, database, query),
                StringComparer.Ordinal
            );
        }

        // The program works there with that Dolibarr's conf.php, and has nothing to mend.
        await world.RewriteConfAsync($"_port='{Port(shared.Server)}'", $"_port='{Port(other.Server)}'");
        await world.RewriteConfAsync($"_name='{world.Install.Database}'", $"_name='{database}'");
        await world.RewriteConfAsync($"_user='{world.Install.User}'", $"_user='{owner}'");
        await world.RewriteConfAsync($"_pass='{world.Install.Password}'", "_pass='secret'");
        string[] there = ["--dolibarr-conf", world.Install.ConfPath, "--state-directory", world.StateDirectory];
        var init = await Sidecar.RunAsync(["init", .. there], null);
        var token = await Sidecar.RunAsync(["token", World.Entry, .. there], null);
        var doctor = await Sidecar.RunAsync(["doctor", "--offline", .. there], null);

        Assert.StartsWith("The bridge's tables are there already.", init.Output, StringComparison.Ordinal);
        Assert.True(token.ExitCode == 0, token.Error);
        Assert.DoesNotMatch("view_left|table_|index_|column_|schema_|key_wrong|_unreadable", doctor.Output);
    }

    private Task<string> WithMariaDbDumpAsync(World world, string[] options) =>
        RunAsync(
            "mariadb-dump",
            ["--socket", shared.MariaDb.SocketPath, "-u", world.Install.User, world.Install.Database, .. options],
            world.Install.Password
        );

    private static string Port(IScratchDatabase server) => server.Port.ToString(CultureInfo.InvariantCulture);

    private static async Task<string> ReadAsync(ScratchMariaDb server, string database, string query)
    {
        await using var connection = await server.OpenAsync(database);
        await using var command = connection.CreateCommand();
        command.CommandText = query;
        await using var reader = await command.ExecuteReaderAsync();
        var rows = new List<string>();
        while (await reader.ReadAsync())
        {
            var values = Enumerable
                .Range(0, reader.FieldCount)
                .Select(column => Convert.ToString(reader.GetValue(column), CultureInfo.InvariantCulture));
            rows.Add(string.Join('|', values));
        }

        Assert.NotEmpty(rows);
        return string.Join('\n', rows);
    }

    private static async Task<string> RunAsync(string program, string[] arguments, string password, string input = "")
    {
        string[] first = program == "php" ? [] : ["--no-defaults"];
        var start = new ProcessStartInfo(program, [.. first, .. arguments])
        {
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
            Environment = { ["MYSQL_PWD"] = password },
        };
        using var process = Process.Start(start)!;
        var (errors, output) = (process.StandardError.ReadToEndAsync(), process.StandardOutput.ReadToEndAsync());
        await process.StandardInput.WriteAsync(input);
        process.StandardInput.Close();
        await process.WaitForExitAsync();
        Assert.True(process.ExitCode == 0, await errors);
        return await output;
    }
}
