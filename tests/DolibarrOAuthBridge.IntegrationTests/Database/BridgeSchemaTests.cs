// SPDX-License-Identifier: GPL-3.0-or-later

using System.Text.Json;
using DolibarrOAuthBridge.IntegrationTests.Support;
using DolibarrOAuthBridge.Storage;

namespace DolibarrOAuthBridge.IntegrationTests.Database;

/// <summary>The bridge's own tables on a real server.</summary>
public sealed class BridgeSchemaTests(SharedServer shared)
{
    [Fact]
    public async Task A_table_of_schema_1_is_upgraded_once_and_keeps_what_it_remembers()
    {
        await using var world = await World.CreateBareAsync(shared.Server);
        await world.InitAsync();
        await world.ExecuteAsync(
            "DROP TABLE llx_oauthbridge_schema; ALTER TABLE llx_oauthbridge_grant DROP COLUMN token_expires_at, COMMENT=''; "
                + "INSERT INTO llx_oauthbridge_grant (service, entity, refresh_count) VALUES ('Google-Mail', 1, 7)"
        );

        var first = await world.RunAsync("init");
        var second = await world.RunAsync("init");

        Assert.Contains("Upgraded the tables llx_oauthbridge_grant (schema 1 to 5).", first.Output, StringComparison.Ordinal);
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

    [Theory]
    [InlineData("ALTER TABLE llx_oauthbridge_grant COMMENT=''")]
    [InlineData("DELETE FROM llx_oauthbridge_schema")]
    [InlineData("DELETE FROM llx_oauthbridge_schema; ALTER TABLE llx_oauthbridge_grant COMMENT=''")]
    [InlineData("DROP TABLE llx_oauthbridge_schema; ALTER TABLE llx_oauthbridge_grant COMMENT=''")]
    public async Task A_lost_version_does_no_harm(string loss)
    {
        await using var world = await World.CreateBareAsync(shared.Server);
        await world.InitAsync();
        await world.ExecuteAsync(loss);

        var first = await world.RunAsync("init");
        var second = await world.RunAsync("init");

        Assert.DoesNotContain("Upgraded", first.Output, StringComparison.Ordinal);
        Assert.StartsWith("The bridge's tables are there already.", second.Output, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("oauthbridge_grant", "DROP INDEX uk_oauthbridge_grant_service_entity", "index uk_oauthbridge_grant_service_entity")]
    [InlineData("oauthbridge_grant", "DROP COLUMN account", "column account")]
    [InlineData("oauthbridge_event", "DROP INDEX idx_oauthbridge_event_at", "index idx_oauthbridge_event_at")]
    [InlineData("oauthbridge_event", "DROP COLUMN detail, DROP COLUMN process", "column detail, column process")]
    [InlineData("oauthbridge_consent", "DROP INDEX uk_oauthbridge_consent_state", "index uk_oauthbridge_consent_state")]
    [InlineData("oauthbridge_v_status", "DROP COLUMN warnings", "column warnings")]
    public async Task What_a_table_has_lost_is_made_again(string table, string loss, string repaired)
    {
        await using var world = await World.CreateBareAsync(shared.Server);
        await world.InitAsync();
        var before = await world.QueryAsync($"SHOW CREATE TABLE llx_{table}");
        await world.ExecuteAsync($"ALTER TABLE llx_{table} {loss}");

        var init = await world.RunAsync("init");
        var again = await world.RunAsync("init");

        Assert.Contains($"Made again in llx_{table}: {repaired}.", init.Output, StringComparison.Ordinal);
        Assert.StartsWith("The bridge's tables are there already.", again.Output, StringComparison.Ordinal);
        var after = await world.QueryAsync($"SHOW CREATE TABLE llx_{table}");
        Assert.Equal(before.Split('\n').Order(), after.Split('\n').Order(), StringComparer.Ordinal);
    }

    [Fact]
    public async Task A_dry_run_of_init_changes_nothing_and_says_what_it_would_do()
    {
        await using var world = await World.CreateBareAsync(shared.Server);

        var plan = await world.RunAsync("init", "--dry-run");
        var json = await world.RunAsync("init", "--dry-run", "--json");

        Assert.Equal(0, plan.ExitCode);
        var told = JsonDocument.Parse(json.Output).RootElement;
        Assert.True(told.GetProperty("api_key_missing").GetBoolean());
        Assert.Contains("CREATE TABLE IF NOT EXISTS", told.GetProperty("statements")[0].GetString(), StringComparison.Ordinal);
        Assert.Contains("CREATE TABLE IF NOT EXISTS llx_oauthbridge_grant", plan.Output, StringComparison.Ordinal);
        Assert.Contains("An API key would be made.", plan.Output, StringComparison.Ordinal);
        Assert.Equal(
            "0",
            await world.QueryAsync(
                "SELECT COUNT(*) FROM information_schema.tables WHERE table_schema = DATABASE() AND table_name LIKE '%oauthbridge%'"
            )
        );
    }

    [Fact]
    [Trait("Database", "MariaDB")]
    public async Task Views_of_an_older_version_give_way_to_the_table()
    {
        await using var world = await World.CreateBareAsync(shared.Server);
        await world.ExecuteAsync(
            "CREATE VIEW llx_oauthbridge_v_rows AS SELECT rowid FROM llx_oauth_token; "
                + "CREATE VIEW llx_oauthbridge_v_status AS SELECT * FROM llx_oauthbridge_v_rows"
        );

        var init = await world.RunAsync("init");

        Assert.Contains("Dropped the views llx_oauthbridge_v_rows, llx_oauthbridge_v_status", init.Output, StringComparison.Ordinal);
        Assert.Equal("0", await world.QueryAsync("SELECT COUNT(*) FROM information_schema.views WHERE table_schema = DATABASE()"));
        Assert.NotEqual("0", await world.QueryAsync("SELECT COUNT(*) FROM llx_oauthbridge_v_status"));
    }

    [Fact]
    public async Task A_sidecar_with_dolibarrs_account_upgrades_by_itself_and_forgets_no_wait()
    {
        await using var world = await World.CreateBareAsync(shared.Server);
        await world.GrantExpiredAsync();
        world.Authority.Always = Authority.Error("invalid_grant");
        await world.Open().TokenFailsAsync(ProblemCode.ConsentRequired);
        await world.ExecuteAsync(
            "DELETE FROM llx_oauthbridge_schema; ALTER TABLE llx_oauthbridge_grant DROP COLUMN token_expires_at, COMMENT=''"
        );

        await world.Open().TokenFailsAsync(ProblemCode.ConsentRequired);

        Assert.Equal(1, world.Authority.Asked);
        Assert.Equal(
            BridgeSchema.Versions["oauthbridge_grant"],
            (await world.Open().Get<BridgeSchema>().FindVersionsAsync())["oauthbridge_grant"]
        );
    }

    [Fact]
    public async Task An_old_schema_that_the_account_may_not_change_spends_nothing_and_says_who_must_do_what()
    {
        await using var world = await World.CreateAsync(shared.Server);
        await world.GrantExpiredAsync();
        await world.ExecuteAsync(
            "DELETE FROM llx_oauthbridge_schema; ALTER TABLE llx_oauthbridge_grant DROP COLUMN token_expires_at, COMMENT=''"
        );

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
}
