// SPDX-License-Identifier: GPL-3.0-or-later

using System.Text.RegularExpressions;
using DolibarrOAuthBridge.Demo.Database;
using DolibarrOAuthBridge.Demo.Processes;
using DolibarrOAuthBridge.IntegrationTests.Support;
using Npgsql;
using static DolibarrOAuthBridge.IntegrationTests.Support.AccountConnections;

namespace DolibarrOAuthBridge.IntegrationTests.Database;

/// <summary>
/// What <c>sql/pgsql</c> gives to database administrators: a narrow account, queries, and tables that a dump takes along.
/// </summary>
public sealed partial class PostgreSqlAccountTests(PostgreSqlServer shared) : IClassFixture<PostgreSqlServer>
{
    private static readonly string[] Forbidden =
    [
        "SELECT * FROM llx_const",
        "SELECT note FROM llx_const",
        "INSERT INTO llx_const (name, value, entity) VALUES ('X', 'y', 1)",
        "UPDATE llx_const SET value = 'x'",
        "DELETE FROM llx_const",
        "SELECT * FROM llx_user",
        "UPDATE llx_oauth_token SET service = 'Google-Other'",
        "UPDATE llx_oauth_token SET fk_user = 1",
        "INSERT INTO llx_oauth_token (service, token, fk_soc) VALUES ('x', 'y', 1)",
        "TRUNCATE llx_oauth_token",
        "UPDATE llx_oauthbridge_event SET detail = 'x'",
        "DELETE FROM llx_oauthbridge_grant",
        "UPDATE llx_oauthbridge_schema SET version = 1",
        "CREATE TABLE more (a integer)",
        "ALTER TABLE llx_oauth_token ADD COLUMN more integer",
        "DROP TABLE llx_oauthbridge_event",
        "CREATE TRIGGER more BEFORE INSERT ON llx_oauth_token FOR EACH ROW EXECUTE FUNCTION update_modified_column_tms()",
        "COPY llx_oauth_token TO '/tmp/tokens'",
        "SELECT pg_read_file('/etc/passwd')",
        "CREATE ROLE more",
        "SELECT * FROM pg_authid",
        "ALTER SYSTEM SET default_transaction_read_only = on",
        "CREATE DATABASE more",
    ];

    [Fact]
    public async Task The_sidecars_account_does_its_work_and_everything_else_is_refused()
    {
        await using var world = await World.CreateAsync(shared.Server);
        await world.ExecuteAsync("CREATE TABLE llx_user (rowid integer PRIMARY KEY, login varchar(50))");
        await world.GrantExpiredAsync();
        await world.Open().TokenAsync();
        await using var connection = await ConnectAsync(world, world.SidecarUser, world.SidecarPassword);

        foreach (var sql in Forbidden)
        {
            await using var command = new NpgsqlCommand(sql, connection);
            var refusal = await Record.ExceptionAsync(() => command.ExecuteNonQueryAsync()) as PostgresException;
            Assert.True(refusal?.SqlState == PostgresErrorCodes.InsufficientPrivilege, $"{sql}: {refusal?.Message ?? "allowed"}");
        }

        Assert.Equal(1, world.Authority.Granted);
    }

    [Fact]
    public async Task Every_query_on_the_page_for_dbas_finds_something_under_the_account_that_the_page_names()
    {
        await using var world = await World.CreateBareAsync(shared.Server);
        await world.ExecuteAsync(DbaPage.DolibarrRows);
        await world.InitAsync();
        await world.ExecuteAsync(
            """
            UPDATE llx_oauthbridge_v_status SET failure_count = 1, paused = 1,
                refresh_token_expires_at = '2020-01-01', looked_at = '2020-01-01';
            INSERT INTO llx_oauthbridge_event (at, service, kind) VALUES (now() AT TIME ZONE 'UTC', 'Google-Mail', 'healed');
            INSERT INTO llx_oauthbridge_grant (service, lease_owner, lease_until) VALUES ('Google-Mail', 'x', '2999-01-01');
            INSERT INTO llx_oauthbridge_use VALUES ('Google-Mail', 1, 'uid 33', now(), now());
            """
        );
        var monitor = world.Install.User + "m";
        await shared.Server.CreateUserAsync(monitor, "secret", []);
        var page = await File.ReadAllTextAsync(Path.Combine(AppContext.BaseDirectory, "sql", "queries-pgsql.md"));
        var (ofMonitor, ofOwner) = (QueriesUnder(page, "As a monitoring account"), QueriesUnder(page, "As the owner of the database"));
        await world.ExecuteAsync(ofMonitor[0].Replace("monitoring", monitor, StringComparison.Ordinal));

        await RunAllAsync(world, ofMonitor.Skip(1), monitor, "secret");
        await RunAllAsync(world, ofOwner, world.Install.User, world.Install.Password);
    }

    [Fact]
    public async Task A_dump_of_what_init_makes_loads_in_another_database_under_another_owner()
    {
        await using var world = await World.CreateBareAsync(shared.Server);
        await world.InitAsync();
        var other = world.Install.Database + "r";
        await shared.Server.CreateDatabaseAsync(other);
        await shared.Server.CreateUserAsync(other, "secret", []);
        await shared.Server.GrantAllAsync(other, other);

        await Command.RunAsync(
            "sh",
            [
                "-ec",
                "PGPASSWORD=$2 pg_dump -h 127.0.0.1 -p \"$1\" -U \"$3\" -O -x \"$3\" "
                    + "| PGPASSWORD=secret psql -q -v ON_ERROR_STOP=1 -h 127.0.0.1 -p \"$1\" -U \"$4\" \"$4\" >/dev/null",
                "sh",
                $"{shared.Server.Port}",
                world.Install.Password,
                world.Install.Database,
                other,
            ],
            TestContext.Current.CancellationToken
        );

        await using var restored = await shared.Server.ConnectAsync(other);
        await using var command = restored.CreateCommand();
        command.CommandText = "SELECT COUNT(*) FROM llx_oauthbridge_v_status";
        Assert.Equal(await world.QueryAsync(command.CommandText), $"{await command.ExecuteScalarAsync()}");
    }

    [Fact]
    public async Task A_dump_loads_under_another_owner_on_a_server_that_has_none_of_the_accounts()
    {
        await using var world = await World.CreateAsync(shared.Server);
        await world.ExecuteAsync("INSERT INTO llx_oauth_token (service, token, entity) VALUES ('dolibarr_rest_api', 'x', 1)");
        await using var other = await ScratchPostgreSql.StartAsync();
        await other.CreateDatabaseAsync("restored");
        await other.CreateUserAsync("restorer", "secret", []);
        await other.CreateUserAsync("reporter", "secret", []);
        await other.GrantAllAsync("restored", "restorer");

        await Command.RunAsync(
            "sh",
            [
                "-ec",
                "PGPASSWORD=$2 pg_dump -h 127.0.0.1 -p \"$1\" -U \"$3\" -O -x \"$3\" "
                    + "| PGPASSWORD=secret psql -q -v ON_ERROR_STOP=1 -h 127.0.0.1 -p \"$4\" -U restorer restored >/dev/null",
                "sh",
                $"{shared.Server.Port}",
                world.Install.Password,
                world.Install.Database,
                $"{other.Port}",
            ],
            TestContext.Current.CancellationToken
        );

        const string Count = "SELECT COUNT(*) || '' FROM llx_oauth_token";
        const string Settings = "SELECT COUNT(*) || '' FROM llx_oauthbridge_const()"; // without its rights it is everybody's
        await other.ExecuteAsync("GRANT SELECT ON llx_oauth_token TO reporter", "restored");
        foreach (var user in new[] { "restorer", "reporter" })
        {
            await using var connection = new NpgsqlConnection(
                new NpgsqlConnectionStringBuilder
                {
                    Host = "127.0.0.1",
                    Port = other.Port,
                    Database = "restored",
                    Username = user,
                    Password = "secret",
                }.ConnectionString
            );
            await connection.OpenAsync();
            await using var command = new NpgsqlCommand(Count, connection);
            Assert.Equal(await world.QueryAsync(Count), await command.ExecuteScalarAsync());
            command.CommandText = Settings;
            Assert.Equal("0", await command.ExecuteScalarAsync());
        }
    }

    private static async Task RunAllAsync(World world, IEnumerable<string> queries, string user, string password)
    {
        await using var connection = await ConnectAsync(world, user, password);
        foreach (var query in queries)
        {
            await using var command = new NpgsqlCommand(query, connection);
            var isDelete = query.Contains("DELETE", StringComparison.Ordinal);
            Assert.True(isDelete ? await command.ExecuteNonQueryAsync() == 0 : await command.ExecuteScalarAsync() is not null, query);
        }
    }

    private static List<string> QueriesUnder(string page, string heading)
    {
        var section = page.Split("\n## ").Single(part => part.StartsWith(heading, StringComparison.Ordinal));
        var queries = SqlBlock()
            .Matches(section)
            .SelectMany(block => block.Groups[1].Value.Split(";\n", StringSplitOptions.RemoveEmptyEntries))
            .Select(query => query.Trim())
            .Where(query => query.Length > 0)
            .ToList();
        Assert.True(queries.Count >= 7);
        return queries;
    }

    [GeneratedRegex("```sql\n(.*?)```", RegexOptions.Singleline)]
    private static partial Regex SqlBlock();
}
