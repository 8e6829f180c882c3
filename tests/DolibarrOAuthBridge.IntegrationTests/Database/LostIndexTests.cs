// SPDX-License-Identifier: GPL-3.0-or-later

using System.Text.Json;
using System.Text.RegularExpressions;
using DolibarrOAuthBridge.Demo.Database;
using DolibarrOAuthBridge.IntegrationTests.Diagnosis;
using DolibarrOAuthBridge.IntegrationTests.Support;
using DolibarrOAuthBridge.Reports;
using DolibarrOAuthBridge.Storage;

namespace DolibarrOAuthBridge.IntegrationTests.Database;

/// <summary>Indexes of the bridge's tables that somebody dropped or replaced, and rows that stand there twice since.</summary>
public sealed partial class LostIndexTests(SharedServer shared)
{
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

    [Theory]
    [InlineData(
        "oauthbridge_superseded",
        null,
        "service, entity, hash, at",
        "('Google-Mail', 1, 'a', '2026-01-01'), ('Google-Mail', 1, 'a', '2026-01-02'), ('Google-Mail', 1, 'a', '2026-01-02'), "
            + "('Google-Mail', 1, 'b', '2026-01-01')",
        "Google-Mail|1|a|2026-01-02\nGoogle-Mail|1|b|2026-01-01"
    )]
    [InlineData(
        "oauthbridge_use",
        null,
        "service, entity, caller, first_at, last_at",
        "('Google-Mail', 1, 'uid 33', '2026-01-01', '2026-01-02'), ('Google-Mail', 1, 'uid 33', '2026-01-02', '2026-01-03'), "
            + "('Google-Mail', 2, 'uid 33', '2026-01-02', '2026-01-03')",
        "Google-Mail|1|uid 33|2026-01-01|2026-01-03\nGoogle-Mail|2|uid 33|2026-01-02|2026-01-03"
    )]
    [InlineData(
        "oauthbridge_binding",
        "uk_oauthbridge_binding",
        "secret_hash, binding_hash, origin, created_at",
        "('a', 'b', 'https://x', '2026-01-01'), ('a', 'b', 'https://x', '2026-01-02'), ('a', 'c', 'https://y', '2026-01-02')",
        "a|b|https://x|2026-01-01\na|c|https://y|2026-01-02"
    )]
    [InlineData(
        "oauthbridge_condition",
        "uk_oauthbridge_condition",
        "kind, entity, entry, source, began_at, told_at",
        "('k', 1, 'GOOGLE-Mail', '', '2026-01-01', '2026-01-02'), ('k', 1, 'GOOGLE-Mail', '', '2026-01-02', '2026-01-03')",
        "k|1|GOOGLE-Mail||2026-01-01|2026-01-03"
    )]
    public async Task Rows_that_stand_there_twice_become_one_where_that_loses_nothing(
        string table,
        string? key,
        string columns,
        string rows,
        string expected
    )
    {
        await using var world = await World.CreateBareAsync(shared.Server);
        await world.InitAsync();
        await world.ExecuteAsync(key is null ? SeededFaults.DropPrimaryKey(table) : $"ALTER TABLE llx_{table} DROP INDEX {key}");
        await world.ExecuteAsync($"DELETE FROM llx_{table}; INSERT INTO llx_{table} ({columns}) VALUES {rows}");

        var init = await world.RunAsync("init");
        var again = await world.RunAsync("init");

        Assert.True(init.ExitCode == 0, init.Output + init.Error);
        Assert.Contains($"Made again in llx_{table}: index {key ?? "PRIMARY"}", init.Output, StringComparison.Ordinal);
        Assert.StartsWith("The bridge's tables are there already.", again.Output, StringComparison.Ordinal);
        var read = columns
            .Split(", ")
            .Select(column => column.EndsWith("at", StringComparison.Ordinal) ? $"CAST({column} AS CHAR)" : column);
        var kept = await world.QueryAsync($"SELECT {string.Join(", ", read)} FROM llx_{table} ORDER BY 1, 2, 3");
        Assert.Equal(expected, Filling().Replace(kept.Replace(" 00:00:00", string.Empty, StringComparison.Ordinal), string.Empty));
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
            "Could not be made again in llx_oauthbridge_grant: index uk_oauthbridge_grant_service_entity: rows stand there twice, and ",
            refused.Output,
            StringComparison.Ordinal
        );
        Assert.False(JsonDocument.Parse(json.Output).RootElement.GetProperty("complete").GetBoolean());
        Assert.Contains("Made again in llx_oauthbridge_grant", done.Output, StringComparison.Ordinal);
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

    // PostgreSQL fills columns of a fixed length.
    [GeneratedRegex(@" +(?=\|)")]
    private static partial Regex Filling();

    [GeneratedRegex(" AUTO_INCREMENT=[0-9]+")]
    private static partial Regex Counter();
}
