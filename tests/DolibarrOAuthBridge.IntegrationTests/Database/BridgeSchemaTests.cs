// SPDX-License-Identifier: GPL-3.0-or-later

using System.Text.Json;
using System.Text.RegularExpressions;
using DolibarrOAuthBridge.Demo.Database;
using DolibarrOAuthBridge.IntegrationTests.Diagnosis;
using DolibarrOAuthBridge.IntegrationTests.Support;
using DolibarrOAuthBridge.Reports;
using DolibarrOAuthBridge.Storage;

namespace DolibarrOAuthBridge.IntegrationTests.Database;

/// <summary>The bridge's own tables on a real server.</summary>
public sealed partial class BridgeSchemaTests(SharedServer shared)
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
    public async Task Indexes_that_are_others_than_their_names_say_are_found_and_made_again()
    {
        (string Table, string Key, string Columns)[] plain =
        [
            ("oauthbridge_grant", "uk_oauthbridge_grant_service_entity", "service, entity"),
            ("oauthbridge_binding", "uk_oauthbridge_binding", "secret_hash, binding_hash"),
            ("oauthbridge_condition", "uk_oauthbridge_condition", "kind, entity, entry, source"),
            ("oauthbridge_consent", "uk_oauthbridge_consent_id", "consent_id"),
            ("oauthbridge_consent", "uk_oauthbridge_consent_state", "state_hash"),
        ];
        (string Table, string Columns)[] primary =
        [
            ("oauthbridge_schema", "name, version"),
            ("oauthbridge_v_status", "entity, entry, status"),
            ("oauthbridge_use", "entity, service, caller, last_at"),
            ("oauthbridge_superseded", "service, hash, entity, at"),
            ("oauthbridge_notice", "rowid, entity"),
        ];
        await using var world = await World.CreateBareAsync(shared.Server);
        await world.InitAsync();
        var tables = BridgeSchema.Versions.Keys.ToList();
        var before = await ShapesAsync(world, tables);
        foreach (var (table, key, columns) in plain)
        {
            await world.ExecuteAsync(SeededFaults.PlainIndex(table, key, columns));
        }

        foreach (var (table, columns) in primary)
        {
            await world.ExecuteAsync(OtherPrimaryKey(table, columns));
        }

        var doctor = await world.RunAsync("doctor", "--offline");
        var plan = await world.RunAsync("init", "--dry-run");
        var init = await world.RunAsync("init");
        var again = await world.RunAsync("init");

        Assert.Equal((1, 0), (doctor.ExitCode, init.ExitCode));
        foreach (var (table, key) in plain.Select(one => (one.Table, one.Key)).Concat(primary.Select(one => (one.Table, "PRIMARY"))))
        {
            Assert.Matches($"error +llx_{table}  \\[index_missing\\]\n +The index {key} is .* and should be unique ", doctor.Output);
            Assert.Contains($"ALTER TABLE llx_{table} ", plan.Output, StringComparison.Ordinal);
            Assert.Matches($"Made again in llx_{table}: [^.]*index {key}", init.Output);
        }

        Assert.StartsWith("The bridge's tables are there already.", again.Output, StringComparison.Ordinal);
        Assert.Equal(before, await ShapesAsync(world, tables));
    }

    [Theory]
    [InlineData("oauthbridge_schema")]
    [InlineData("oauthbridge_v_status")]
    public async Task A_lost_primary_key_of_what_is_written_anew_is_made_again_though_rows_stand_there_twice(string table)
    {
        await using var world = await World.CreateBareAsync(shared.Server);
        await world.InitAsync();
        var columns = table == "oauthbridge_schema" ? "name, version" : "entry, status";
        var before = await world.QueryAsync($"SELECT {columns} FROM llx_{table} ORDER BY 1");
        await world.ExecuteAsync($"{SeededFaults.DropPrimaryKey(table)}; INSERT INTO llx_{table} SELECT * FROM llx_{table}");

        var init = await world.RunAsync("init");

        Assert.True(init.ExitCode == 0, init.Output + init.Error);
        Assert.Contains($"Made again in llx_{table}: index PRIMARY", init.Output, StringComparison.Ordinal);
        Assert.Equal(before, await world.QueryAsync($"SELECT {columns} FROM llx_{table} ORDER BY 1"));
    }

    [Fact]
    public async Task A_status_table_with_rows_that_stand_there_twice_is_written_anew()
    {
        await using var world = await World.CreateAsync(shared.Server);
        var host = world.Open();
        await host.Get<StatusRecorder>().RecordAsync("a sidecar");
        var before = await world.QueryAsync("SELECT entry, status FROM llx_oauthbridge_v_status ORDER BY 1");
        Assert.SkipWhen(ScratchDatabase.IsPostgreSql, "PostgreSQL writes no row without the key.");
        await world.ExecuteAsync(
            SeededFaults.DropPrimaryKey("oauthbridge_v_status")
                + "; INSERT INTO llx_oauthbridge_v_status SELECT * FROM llx_oauthbridge_v_status"
        );

        await host.Get<StatusRecorder>().RecordAsync("a sidecar");

        Assert.Equal(before, await world.QueryAsync("SELECT entry, status FROM llx_oauthbridge_v_status ORDER BY 1"));
    }

    [Fact]
    public async Task Init_says_what_it_could_not_make_again_and_why()
    {
        await using var world = await World.CreateBareAsync(shared.Server);
        await world.InitAsync();
        await world.ExecuteAsync(SeededFaults.PlainIndex("oauthbridge_grant", "uk_oauthbridge_grant_service_entity", "service, entity"));
        await world.ExecuteAsync("INSERT INTO llx_oauthbridge_grant (service, entity) VALUES ('Google-Mail', 9), ('Google-Mail', 9)");

        var refused = await world.RunAsync("init");
        var json = await world.RunAsync("init", "--json");
        await world.ExecuteAsync("DELETE FROM llx_oauthbridge_grant WHERE entity = 9");
        var done = await world.RunAsync("init");

        Assert.Equal((1, 1, 0), (refused.ExitCode, json.ExitCode, done.ExitCode));
        Assert.Contains(
            "Could not be made again in llx_oauthbridge_grant: index uk_oauthbridge_grant_service_entity: rows stand there twice.",
            refused.Output,
            StringComparison.Ordinal
        );
        Assert.False(JsonDocument.Parse(json.Output).RootElement.GetProperty("complete").GetBoolean());
        Assert.Contains("Made again in llx_oauthbridge_grant", done.Output, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_dry_run_of_init_changes_nothing_and_says_what_it_would_do()
    {
        await using var world = await World.CreateBareAsync(shared.Server);

        var plan = await world.RunAsync("init", "--dry-run");

        Assert.Equal(0, plan.ExitCode);
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

    private static string OtherPrimaryKey(string table, string columns) =>
        ScratchDatabase.IsPostgreSql
            ? $"ALTER TABLE llx_{table} DROP CONSTRAINT llx_{table}_pkey, ADD CONSTRAINT llx_{table}_pkey PRIMARY KEY ({columns})"
            : $"ALTER TABLE llx_{table} DROP PRIMARY KEY, ADD PRIMARY KEY ({columns})";

    // Whatever the order of the columns and indexes is.
    private static async Task<IReadOnlyList<string>> ShapesAsync(World world, IEnumerable<string> tables)
    {
        var lines = new List<string>();
        foreach (var table in tables)
        {
            var shown = await world.QueryAsync($"SHOW CREATE TABLE llx_{table}");
            lines.AddRange(shown.Split('\n').Select(line => $"{table}: {Counter().Replace(line.TrimEnd(','), string.Empty)}"));
        }

        return [.. lines.Order(StringComparer.Ordinal)];
    }

    [GeneratedRegex(" AUTO_INCREMENT=[0-9]+")]
    private static partial Regex Counter();
}
