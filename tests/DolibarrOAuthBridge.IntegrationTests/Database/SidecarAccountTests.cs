// SPDX-License-Identifier: GPL-3.0-or-later

using DolibarrOAuthBridge.Demo.Database;
using DolibarrOAuthBridge.IntegrationTests.Support;
using DolibarrOAuthBridge.Storage;
using MySqlConnector;

namespace DolibarrOAuthBridge.IntegrationTests.Database;

/// <summary>
/// sql/grants.sql: what the sidecar's own account must be refused. That it suffices is shown by all other tests, which run under
/// it.
/// </summary>
public sealed class SidecarAccountTests(SharedServer shared)
{
    private static readonly string[] Forbidden =
    [
        "UPDATE llx_const SET value = 'x'",
        "INSERT INTO llx_const (name, value, entity) VALUES ('MAIN_X', 'x', 1)",
        "DELETE FROM llx_const",
        "SELECT note FROM llx_const",
        "SELECT * FROM llx_const",
        "SELECT restricted_ips FROM llx_oauth_token",
        "SELECT login FROM llx_user",
        "UPDATE llx_oauth_token SET service = 'Google-Mine'",
        "UPDATE llx_oauth_token SET entity = 2",
        "UPDATE llx_oauth_token SET fk_user = 1",
        "INSERT INTO llx_oauth_token (service, token, fk_user) VALUES ('x', 'x', 1)",
        "TRUNCATE TABLE llx_oauth_token",
        "UPDATE llx_oauthbridge_event SET detail = 'nothing happened'",
        "DELETE FROM llx_oauthbridge_grant",
        "UPDATE llx_oauthbridge_schema SET version = 9",
        "TRUNCATE TABLE llx_oauthbridge_grant",
        "DROP TABLE llx_oauthbridge_grant",
        "ALTER TABLE llx_oauthbridge_grant ADD COLUMN x integer",
        "ALTER TABLE llx_oauth_token ADD COLUMN x integer",
        "CREATE TABLE llx_oauthbridge_more (x integer)",
        "CREATE VIEW llx_oauthbridge_v_more AS SELECT 1",
        "CREATE TRIGGER more BEFORE INSERT ON llx_oauth_token FOR EACH ROW SET NEW.entity = 2",
        "CREATE INDEX more ON llx_oauth_token (service)",
        "LOCK TABLES llx_oauth_token WRITE",
        "SELECT token FROM llx_oauth_token INTO OUTFILE '/tmp/tokens'",
        "SELECT LOAD_FILE('/etc/passwd') IS NULL FROM llx_user",
        "GRANT SELECT ON llx_oauth_token TO CURRENT_USER()",
        "CREATE USER 'more'@'localhost'",
        "SELECT User FROM mysql.user",
        "SET GLOBAL read_only = 1",
        "CREATE DATABASE more",
    ];

    [Fact]
    [Trait("Database", "MariaDB")]
    public async Task Everything_else_is_refused()
    {
        await using var world = await World.CreateAsync(shared.Server);
        await world.ExecuteAsync(
            "CREATE TABLE llx_user (rowid integer PRIMARY KEY, login varchar(50)); INSERT INTO llx_user VALUES (1, 'admin')"
        );
        await using var connection = new MySqlConnection(
            shared.MariaDb.ConnectionStringFor(world.SidecarUser, world.SidecarPassword, world.Install.Database)
        );
        await connection.OpenAsync();

        foreach (var sql in Forbidden)
        {
            await using var command = new MySqlCommand(sql, connection);
            var refusal = await Record.ExceptionAsync(() => command.ExecuteNonQueryAsync()) as MySqlException;
            Assert.True(
                refusal?.Number is 1044 or 1045 or 1142 or 1143 or 1227 or 1410,
                $"{sql}: {refusal?.Number} {refusal?.Message ?? "allowed"}"
            );
        }
    }

    [Fact]
    public async Task Works_with_a_release_that_has_no_state_column_and_with_another_prefix()
    {
        await using var world = await World.CreateBareAsync(shared.Server, new() { Prefix = "erp_" });
        await world.ExecuteAsync("ALTER TABLE erp_oauth_token DROP COLUMN state");
        await world.UseSidecarAccountAsync();
        await world.GrantExpiredAsync();

        await world.Open().TokenAsync();

        Assert.Equal(1, world.Authority.Granted);
        Assert.Equal("1", await world.QueryAsync("SELECT refresh_count FROM erp_oauthbridge_grant"));
    }

    [Fact]
    public async Task Init_prints_the_sql_for_the_instance_and_changes_nothing()
    {
        await using var world = await World.CreateBareAsync(shared.Server, new() { Prefix = "erp_" });

        var printed = await world.RunAsync("init", "--sql");

        Assert.Equal(0, printed.ExitCode);
        Assert.Contains("CREATE TABLE IF NOT EXISTS erp_oauthbridge_grant", printed.Output, StringComparison.Ordinal);
        Assert.Contains(
            ScratchDatabase.IsPostgreSql ? "ON \"public\".erp_oauth_token TO" : $"ON `{world.Install.Database}`.`erp_oauth_token`",
            printed.Output,
            StringComparison.Ordinal
        );
        Assert.DoesNotContain("llx_", printed.Output, StringComparison.Ordinal);
        Assert.DoesNotContain("emailcollector_emailcollector", printed.Output, StringComparison.Ordinal);
        Assert.Equal(
            "0",
            await world.QueryAsync(
                "SELECT COUNT(*) FROM information_schema.tables WHERE table_schema = DATABASE() AND table_name LIKE "
                    + "'erp|_oauthbridge|_%' ESCAPE '|'"
            )
        );
        await world.ExecuteAsync(printed.Output);
        Assert.Equal(
            $"{BridgeSchema.Versions.Count}",
            await world.QueryAsync(
                "SELECT COUNT(*) FROM information_schema.tables WHERE table_schema = DATABASE() AND table_name LIKE "
                    + "'erp|_oauthbridge|_%' ESCAPE '|'"
            )
        );
        await world.ExecuteAsync(
            ScratchDatabase.IsPostgreSql
                ? "DROP OWNED BY oauthbridge, monitoring; DROP ROLE oauthbridge, monitoring"
                : "DROP USER 'oauthbridge'@'localhost', 'oauthbridge_views'@'localhost', 'monitoring'@'localhost'"
        );
    }

    [Fact]
    public async Task A_password_file_that_cannot_be_read_is_wrong_usage()
    {
        await using var world = await World.CreateBareAsync(shared.Server);

        var result = await world.RunAsync("entries", "--Bridge:DatabaseUser=x", "--Bridge:DatabasePasswordFile=/nowhere/password");

        Assert.Equal(2, result.ExitCode);
        Assert.Contains("Bridge:DatabasePasswordFile", result.Error, StringComparison.Ordinal);
    }
}
