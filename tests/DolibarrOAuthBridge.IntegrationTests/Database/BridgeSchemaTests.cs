// SPDX-License-Identifier: GPL-3.0-or-later

using System.Text.Json;
using System.Text.RegularExpressions;
using DolibarrOAuthBridge.IntegrationTests.Support;
using DolibarrOAuthBridge.Storage;

namespace DolibarrOAuthBridge.IntegrationTests.Database;

/// <summary>The bridge's own tables and views on a real server.</summary>
public sealed partial class BridgeSchemaTests(SharedServer shared)
{
    [Fact]
    public async Task A_table_of_schema_1_is_upgraded_once_and_keeps_what_it_remembers()
    {
        await using var world = await World.CreateBareAsync(shared.Server);
        await world.InitAsync();
        await world.ExecuteAsync(
            "ALTER TABLE llx_oauthbridge_grant DROP COLUMN token_expires_at, COMMENT=''; INSERT INTO llx_oauthbridge_grant (service, entity, refresh_count) VALUES ('Google-Mail', 1, 7)"
        );

        var first = await world.RunAsync("init");
        var second = await world.RunAsync("init");

        Assert.Contains("Upgraded the tables llx_oauthbridge_grant (schema 1 to 3).", first.Output, StringComparison.Ordinal);
        Assert.Contains("there already", second.Output, StringComparison.Ordinal);
        Assert.Equal("7|NULL", await world.QueryAsync("SELECT refresh_count, token_expires_at FROM llx_oauthbridge_grant"));
    }

    [Fact]
    public async Task Init_tells_scripts_what_it_did()
    {
        await using var world = await World.CreateBareAsync(shared.Server);

        var first = JsonDocument.Parse((await world.RunAsync("init", "--json", "--reveal")).Output).RootElement;
        var second = JsonDocument.Parse((await world.RunAsync("init", "--json")).Output).RootElement;

        Assert.Equal(
            (BridgeSchema.Versions.Count, true),
            (first.GetProperty("changes").GetArrayLength(), first.GetProperty("api_key_made").GetBoolean())
        );
        Assert.Equal(64, first.GetProperty("api_key").GetString()!.Length);
        Assert.Equal((0, false), (second.GetProperty("changes").GetArrayLength(), second.GetProperty("api_key_made").GetBoolean()));
        Assert.Equal(JsonValueKind.Null, second.GetProperty("api_key").ValueKind);
    }

    [Fact]
    public async Task A_sidecar_with_dolibarrs_account_upgrades_by_itself_and_forgets_no_wait()
    {
        await using var world = await World.CreateBareAsync(shared.Server);
        await world.GrantExpiredAsync();
        world.Authority.Always = Authority.Error("invalid_grant");
        await world.Open().TokenFailsAsync(ProblemCode.ConsentRequired);
        await world.ExecuteAsync("ALTER TABLE llx_oauthbridge_grant DROP COLUMN token_expires_at, COMMENT=''");

        await world.Open().TokenFailsAsync(ProblemCode.ConsentRequired);

        Assert.Equal(1, world.Authority.Asked);
        Assert.Equal(3, (await world.Open().Get<BridgeSchema>().FindVersionsAsync())["oauthbridge_grant"]);
    }

    [Fact]
    public async Task An_old_schema_that_the_account_may_not_change_spends_nothing_and_says_who_must_do_what()
    {
        await using var world = await World.CreateAsync(shared.Server);
        await world.GrantExpiredAsync();
        await world.ExecuteAsync("ALTER TABLE llx_oauthbridge_grant DROP COLUMN token_expires_at, COMMENT=''");

        var failure = await world.Open().TokenFailsAsync(ProblemCode.StoreNotWritable);

        Assert.Contains("dolibarr-oauth-bridge init", failure.Message, StringComparison.Ordinal);
        Assert.Equal(0, world.Authority.Asked);
    }

    [Fact]
    public async Task A_table_made_by_two_processes_at_once_is_made_once()
    {
        await using var world = await World.CreateBareAsync(shared.Server);

        await Task.WhenAll(Enumerable.Range(0, 8).Select(_ => world.Open().Get<BridgeSchema>().EnsureAsync()));

        Assert.Equal(BridgeSchema.Versions, await world.Open().Get<BridgeSchema>().FindVersionsAsync());
    }

    [Fact]
    public async Task Views_tell_a_dba_the_state_without_a_secret()
    {
        await using var world = await World.CreateAsync(shared.Server);
        await world.InitAsync();
        await world.GrantExpiredAsync();
        var host = world.Open();
        await host.TokenAsync();
        await host.RenewAsync();
        await world.ExecuteAsync(
            """
            INSERT INTO llx_oauth_token (service, token, entity) VALUES ('dolibarr_rest_api', 'canary-rest', 1), ('github-dev', 'dolcrypt:AES-128-CTR:x:y', 1), ('Google-Gone', 'x', 1);
            INSERT INTO llx_oauth_token (service, tokenstring, fk_soc, entity) VALUES ('StripeLive', 'canary-stripe', 12, 1);
            """
        );

        var status = await world.QueryAsync(
            "SELECT service, entity, refresh_count, last_error, storage, expires_in_minutes BETWEEN 58 AND 60, age_days >= 0 FROM llx_oauthbridge_v_status ORDER BY row_id"
        );
        var foreign = await world.QueryAsync(
            "SELECT service, entity, foreign_because, storage FROM llx_oauthbridge_v_foreign_rows ORDER BY row_id"
        );
        var duplicates = await world.QueryAsync("SELECT service, entity, row_count FROM llx_oauthbridge_v_duplicates");
        var everything =
            await world.QueryAsync("SELECT * FROM llx_oauthbridge_v_rows")
            + await world.QueryAsync("SELECT * FROM llx_oauthbridge_v_status");

        Assert.StartsWith("Google-Mail|1|1|NULL|AES-256-CTR|1|1\nMicrosoft-Office|1|", status, StringComparison.Ordinal);
        Assert.Equal(5, status.Split('\n').Length);
        Assert.Equal(
            "dolibarr_rest_api|1|no OAuth entry of this name|plain\nGoogle-Gone|1|no OAuth entry of this name|plain\nStripeLive|1|third party 12|plain",
            foreign
        );
        Assert.Equal("GitHub-Dev|1|2", duplicates, ignoreCase: true);
        Assert.DoesNotContain("canary", everything, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Views_show_the_expiry_that_stock_code_wrote_once_the_sidecar_has_looked()
    {
        await using var world = await World.CreateAsync(shared.Server);
        await world.InitAsync();
        await world.GrantAsync(TimeSpan.FromMinutes(90));

        await world.Open().RenewAsync();

        Assert.Equal(
            "1",
            await world.QueryAsync(
                "SELECT expires_in_minutes BETWEEN 88 AND 90 FROM llx_oauthbridge_v_status WHERE service = 'Google-Mail'"
            )
        );
        Assert.Equal(0, world.Authority.Asked);
    }

    [Theory]
    [InlineData("ALTER TABLE llx_oauth_token DROP COLUMN state")]
    [InlineData(
        "ALTER TABLE llx_oauth_token ADD COLUMN tokenstring_refresh text NULL, ADD COLUMN expire_at datetime NULL, ADD COLUMN lastaccess datetime NULL"
    )]
    [InlineData("ALTER TABLE llx_oauth_token CONVERT TO CHARACTER SET utf8mb3 COLLATE utf8mb3_unicode_ci")]
    [InlineData("ALTER TABLE llx_const CONVERT TO CHARACTER SET latin1 COLLATE latin1_swedish_ci")]
    public async Task Views_fit_other_releases_and_collations(string change)
    {
        await using var world = await World.CreateBareAsync(shared.Server);
        await world.ExecuteAsync(change);

        var init = await world.RunAsync("init");

        Assert.Equal((0, string.Empty), (init.ExitCode, init.Error));
        Assert.Equal("4", await world.QueryAsync("SELECT COUNT(*) FROM llx_oauthbridge_v_status"));
        Assert.Equal("0", await world.QueryAsync("SELECT COUNT(*) FROM llx_oauthbridge_v_foreign_rows"));
    }

    [Fact]
    public async Task A_reader_of_the_views_needs_no_right_to_the_tables()
    {
        await using var world = await World.CreateBareAsync(shared.Server);
        await world.InitAsync();
        var monitor = world.Install.User + "m";
        await shared.Server.CreateUserAsync(monitor, "secret", [$"SELECT ON `{world.Install.Database}`.`llx_oauthbridge_v_status`"]);
        await using var connection = new MySqlConnector.MySqlConnection(
            shared.Server.ConnectionStringFor(monitor, "secret", world.Install.Database)
        );
        await connection.OpenAsync();
        await using var status = new MySqlConnector.MySqlCommand("SELECT COUNT(*) FROM llx_oauthbridge_v_status", connection);
        await using var tokens = new MySqlConnector.MySqlCommand("SELECT token FROM llx_oauth_token", connection);

        Assert.Equal(4L, await status.ExecuteScalarAsync());
        await Assert.ThrowsAsync<MySqlConnector.MySqlException>(() => tokens.ExecuteScalarAsync());
    }

    [Fact]
    public async Task Every_query_on_the_page_for_dbas_runs()
    {
        await using var world = await World.CreateBareAsync(shared.Server);
        await world.InitAsync();
        await world.ExecuteAsync(
            "CREATE TABLE llx_emailcollector_emailcollector (rowid integer PRIMARY KEY, entity integer, ref varchar(128), oauth_service varchar(128), acces_type integer)"
        );
        var page = await File.ReadAllTextAsync(Path.Combine(AppContext.BaseDirectory, "sql", "queries.md"));
        var queries = SqlBlock()
            .Matches(page)
            .SelectMany(block => block.Groups[1].Value.Split(";\n", StringSplitOptions.RemoveEmptyEntries))
            .Where(sql => !sql.StartsWith("GRANT", StringComparison.Ordinal) && sql.Trim().Length > 0)
            .ToList();

        Assert.True(queries.Count > 15);
        foreach (var query in queries)
        {
            await world.ExecuteAsync(query);
        }
    }

    [Fact]
    public async Task An_account_that_may_not_make_views_still_gets_tables_and_key()
    {
        await using var world = await World.CreateBareAsync(shared.Server);
        await world.ExecuteAsync($"REVOKE CREATE VIEW ON `{world.Install.Database}`.* FROM '{world.Install.User}'@'localhost'");

        var init = await world.RunAsync("init");

        Assert.Equal(0, init.ExitCode);
        Assert.Contains("may not make views", init.Output, StringComparison.Ordinal);
        Assert.Contains("Made the API key", init.Output, StringComparison.Ordinal);
    }

    [GeneratedRegex("```sql\n(.*?)```", RegexOptions.Singleline)]
    private static partial Regex SqlBlock();
}
