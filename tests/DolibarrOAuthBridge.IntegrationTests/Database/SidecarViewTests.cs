// SPDX-License-Identifier: GPL-3.0-or-later

using System.Diagnostics;
using DolibarrOAuthBridge.Dolibarr.Database;
using DolibarrOAuthBridge.IntegrationTests.Support;
using MySqlConnector;

namespace DolibarrOAuthBridge.IntegrationTests.Database;

/// <summary>
/// The views that sql/grants.sql gives the sidecar's own account: OAuth settings and rows of known entries, nothing else, by no way.
/// </summary>
[Trait("Database", "MariaDB")]
public sealed class SidecarViewTests(SharedServer shared)
{
    private const string Hidden = "hidden-from-the-sidecar";

    private const string Others = """
        INSERT INTO llx_const (name, value, entity) VALUES ('MAIN_MAIL_SMTPS_PW', 'hidden-from-the-sidecar', 1),
            ('MAIN_MAIL_SMTPS_PW_EMAILING', 'hidden-from-the-sidecar', 1),
            ('OAUTHBRIDGE_NOTICE_SMTP_PASSWORD', 'hidden-from-the-sidecar', 1),
            ('OAUTHBRIDGE_OWN_ADDRESSES_7', 'hidden-from-the-sidecar', 0),
            ('MAIN_MAIL_EMAIL_DKIM_PRIVATE_KEY', 'hidden-from-the-sidecar', 1),
            ('STRIPE_LIVE_SECRET_KEY', 'dolcrypt:a:hidden-from-the-sidecar:hidden-from-the-sidecar', 1),
            ('MAIN_MAIL_SMTPS_ID', 'a mailbox', 1);
        INSERT INTO llx_oauth_token (service, token, tokenstring, state, entity) VALUES
            ('dolibarr_rest_api', 'hidden-from-the-sidecar', 'hidden-from-the-sidecar', 'hidden-from-the-sidecar', 1);
        INSERT INTO llx_oauth_token (service, token, entity, fk_user) VALUES ('Google-Mail', 'hidden-from-the-sidecar', 1, 7);
        INSERT INTO llx_oauth_token (service, token, entity, fk_soc) VALUES ('Google-Mail', 'hidden-from-the-sidecar', 1, 7);
        INSERT INTO llx_oauth_token (service, token, entity) VALUES ('Google-Gone', 'of-an-entry-that-is-gone', 1),
            ('Google-Mail', 'of-a-company-without-the-entry', 9);
        """;

    // A server that evaluates these before the view's own condition says in a warning what it saw.
    private static readonly string[] Loud =
    [
        "SELECT name FROM {0}.llx_const WHERE value + 0 = 1",
        "SELECT name FROM {0}.llx_const WHERE name LIKE 'MAIN%' AND value + 0 = 1",
        "SELECT COUNT(*) FROM {0}.llx_const GROUP BY value + 0",
        "SELECT origin FROM {0}.llx_const_origin WHERE origin + 0 = 1",
        "SELECT origin FROM {0}.llx_oauth_token_origin WHERE origin + 0 = 1",
        "SELECT rowid FROM {0}.llx_oauth_token WHERE token + 0 = 1",
        "SELECT rowid FROM {0}.llx_oauth_token WHERE rowid > 4 AND (tokenstring + 0 = 1 OR state + 0 = 1)",
        "UPDATE {0}.llx_oauth_token SET new_token = 'x' WHERE token + 0 = 1 AND rowid > 4",
        "DELETE FROM {0}.llx_oauth_token WHERE service LIKE 'dol%' AND tokenstring + 0 = 1",
    ];

    private static readonly string[] Forbidden =
    [
        "SELECT value FROM llx_const",
        "SELECT token FROM llx_oauth_token",
        "DELETE FROM llx_oauth_token WHERE service = 'dolibarr_rest_api'",
        "INSERT INTO llx_oauth_token (service) VALUES ('x')",
        "UPDATE {0}.llx_const SET value = 'x'",
        "DELETE FROM {0}.llx_const",
        "SELECT new_token FROM {0}.llx_oauth_token",
        "UPDATE {0}.llx_oauth_token SET new_token = new_token",
        "UPDATE {0}.llx_oauth_token SET service = 'Google-Mail'",
        "UPDATE {0}.llx_oauth_token SET entity = 1",
        "UPDATE {0}.llx_oauth_token SET fk_user = NULL",
        "SELECT token FROM {0}.llx_oauth_token_new",
        "UPDATE {0}.llx_oauth_token_new SET token = 'x'",
        "INSERT INTO {0}.llx_oauth_token_new (rowid, service) VALUES (99, 'Google-Mail')",
        "DROP VIEW {0}.llx_const",
        "CREATE OR REPLACE VIEW {0}.llx_const AS SELECT 1",
        "SHOW CREATE VIEW {0}.llx_const",
    ];

    [Fact]
    public async Task No_mail_password_and_no_row_of_another_owner_can_be_read_changed_deleted_or_added()
    {
        await using var world = await World.CreateAsync(shared.Server);
        await world.ExecuteAsync(Others);
        const string All = "SELECT * FROM llx_oauth_token ORDER BY rowid";
        var before = await world.QueryAsync(All);
        var views = $"`{world.Install.Database}_oauthbridge`";
        await using var connection = await ConnectAsync(world);

        var settings = await ReadAsync(connection, $"SELECT CONCAT(name, '=', value) FROM {views}.llx_const");
        var rows = await ReadAsync(connection, $"SELECT CONCAT_WS(' ', service, token, tokenstring, state) FROM {views}.llx_oauth_token");
        Assert.Contains("MAIN_MAIL_SMTPS_ID=a mailbox", settings, StringComparison.Ordinal);
        Assert.Contains("OAUTH_GOOGLE-Mail_ID=", settings, StringComparison.Ordinal);
        Assert.DoesNotContain(Hidden, settings, StringComparison.Ordinal);
        Assert.Contains("Google-Mail dolcrypt:", rows, StringComparison.Ordinal);
        Assert.DoesNotMatch($"{Hidden}|of-an-entry-that-is-gone|of-a-company-without", rows);
        foreach (var sql in Loud.Select(sql => string.Format(null, sql, views)))
        {
            var answer = await ReadAsync(connection, sql) + await ReadAsync(connection, "SHOW WARNINGS", column: 2);
            Assert.DoesNotContain(Hidden[..10], answer, StringComparison.Ordinal);
        }

        foreach (var sql in Forbidden.Select(sql => string.Format(null, sql, views)))
        {
            Assert.Matches("^(1142|1143|1356) ", await ReadAsync(connection, sql));
        }

        foreach (var service in new[] { "dolibarr_rest_api", "Google-Gone", "Facebook-Mail", "Google-Mail " })
        {
            Assert.StartsWith(
                "1369 ",
                await ReadAsync(
                    connection,
                    $"INSERT INTO {views}.llx_oauth_token_new (service, token, entity) VALUES ('{service}', 'x', 1)"
                ),
                StringComparison.Ordinal
            );
        }

        await ReadAsync(connection, $"UPDATE {views}.llx_oauth_token SET new_token = 'x' WHERE token IS NULL OR rowid > 4");
        await ReadAsync(connection, $"DELETE FROM {views}.llx_oauth_token WHERE service LIKE 'dol%' OR rowid > 4");
        Assert.Equal(before, await world.QueryAsync(All));
    }

    [Fact]
    public async Task A_sidecar_that_runs_before_the_account_has_its_rights_finds_the_views_later()
    {
        await using var world = await World.CreateAsync(shared.Server);
        await world.GrantExpiredAsync();
        var account = $"'{world.SidecarUser}'@'localhost'";
        await world.ExecuteAsync($"REVOKE ALL PRIVILEGES, GRANT OPTION FROM {account}; GRANT SELECT ON llx_oauthbridge_grant TO {account}");
        var host = world.Open();
        await BridgeHost.FailAsync(() => host.TokenAsync(), ProblemCode.StoreNotWritable);

        await world.UseSidecarAccountAsync();
        await host.TokenAsync();

        Assert.True(await host.Get<DolibarrDatabase>().UsesViewsAsync());
    }

    [Fact]
    public async Task A_dump_of_dolibarrs_database_has_none_of_the_views()
    {
        await using var world = await World.CreateAsync(shared.Server);
        var start = new ProcessStartInfo("mariadb-dump")
        {
            ArgumentList = { "--no-defaults", "--socket", shared.MariaDb.SocketPath, "-u", world.Install.User, world.Install.Database },
            RedirectStandardOutput = true,
            Environment = { ["MYSQL_PWD"] = world.Install.Password },
        };
        using var process = Process.Start(start)!;
        var dump = await process.StandardOutput.ReadToEndAsync();
        await process.WaitForExitAsync();

        Assert.Equal(0, process.ExitCode);
        Assert.Contains("CREATE TABLE `llx_oauth_token`", dump, StringComparison.Ordinal);
        Assert.DoesNotContain("DEFINER", dump, StringComparison.OrdinalIgnoreCase);
    }

    private async Task<MySqlConnection> ConnectAsync(World world)
    {
        var connection = new MySqlConnection(
            shared.MariaDb.ConnectionStringFor(world.SidecarUser, world.SidecarPassword, world.Install.Database)
        );
        await connection.OpenAsync();
        return connection;
    }

    // A column of each row, or the error.
    private static async Task<string> ReadAsync(MySqlConnection connection, string sql, int column = 0)
    {
        try
        {
            await using var command = new MySqlCommand(sql, connection);
            await using var reader = await command.ExecuteReaderAsync();
            var rows = new List<string>();
            while (await reader.ReadAsync())
            {
                rows.Add($"{reader.GetValue(column)}");
            }

            return string.Join('\n', rows);
        }
        catch (MySqlException exception)
        {
            return $"{exception.Number} {exception.Message}";
        }
    }
}
