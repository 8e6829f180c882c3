// SPDX-License-Identifier: GPL-3.0-or-later

using System.Text.RegularExpressions;
using DolibarrOAuthBridge.Dolibarr.Entries;
using DolibarrOAuthBridge.IntegrationTests.Support;
using DolibarrOAuthBridge.Reports;
using MySqlConnector;

namespace DolibarrOAuthBridge.IntegrationTests.Database;

/// <summary>
/// What DBAs see with plain SQL: it agrees with the API, and every query on their page finds what it should.
/// </summary>
public sealed partial class StatusTableTests(SharedServer shared)
{
    private const string Columns = "entry, service, entity, status, needs_person";

    [Fact]
    public async Task The_table_agrees_with_the_api_for_every_entry_of_every_entity_with_or_without_a_token()
    {
        await using var world = await World.CreateAsync(shared.Server);
        await world.ExecuteAsync(
            """
            INSERT INTO llx_const (name, value, entity) VALUES ('OAUTH_GOOGLE-Without_ID', 'id', 1), ('OAUTH_GITHUB-Other_ID', 'id', 2),
                ('OAUTH_MICROSOFT-ForAll_ID', 'id', 0);
            INSERT INTO llx_oauth_token (service, token, entity) VALUES ('GitHub-Other', 'not a token', 2);
            INSERT INTO llx_oauth_token (service, token, entity)
            SELECT service, token, entity FROM llx_oauth_token WHERE service = 'GitHub-Dev';
            """
        );
        var host = world.Open();

        await host.Get<StatusRecorder>().RecordAsync("a sidecar");

        Assert.Equal(await ByApiAsync(host, 1, 2), await world.QueryAsync($"SELECT {Columns} FROM llx_oauthbridge_v_status ORDER BY 3, 1"));
        Assert.Equal(
            "GITHUB-Dev|duplicate|1\nGITHUB-Other|unreadable|1\nGOOGLE-Without|none|1",
            await world.QueryAsync(
                "SELECT entry, status, needs_person FROM llx_oauthbridge_v_status "
                    + "WHERE entry IN ('GITHUB-Dev', 'GITHUB-Other', 'GOOGLE-Without') ORDER BY entry"
            )
        );
        Assert.Equal("2", await world.QueryAsync("SELECT COUNT(*) FROM llx_oauthbridge_v_status WHERE entry = 'MICROSOFT-ForAll'"));
    }

    [Fact]
    public async Task Only_what_changed_is_written_and_the_time_is_that_of_the_last_look()
    {
        await using var world = await World.CreateAsync(shared.Server);
        var host = world.Open();
        await host.Get<StatusRecorder>().RecordAsync("a sidecar");
        await world.ExecuteAsync("UPDATE llx_oauthbridge_v_status SET provider = 'seen' WHERE status = 'none'");
        var before = await world.QueryAsync($"SELECT {Columns}, provider FROM llx_oauthbridge_v_status ORDER BY entry");
        world.Clock.Advance(TimeSpan.FromSeconds(30));
        await world.Install.DeleteConstAsync("OAUTH_GITHUB-Dev_ID");

        await host.Get<StatusRecorder>().RecordAsync("a sidecar");

        Assert.Equal("1", await world.QueryAsync("SELECT COUNT(DISTINCT looked_at) FROM llx_oauthbridge_v_status"));
        Assert.DoesNotContain("GITHUB-Dev", await world.QueryAsync("SELECT entry FROM llx_oauthbridge_v_status"), StringComparison.Ordinal);
        Assert.Contains("GITHUB-Dev", before, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_running_sidecar_keeps_the_table_and_leaves_it_when_it_stops()
    {
        await using var world = await World.CreateAsync(shared.Server);
        await world.GrantAsync(TimeSpan.FromHours(1));
        var sidecar = await world.ServeAsync();

        await Eventually.HoldsAsync(
            async () => await world.QueryAsync("SELECT COUNT(*) FROM llx_oauthbridge_v_status WHERE looked_by IS NOT NULL") != "0",
            "the sidecar wrote the table"
        );
        Assert.Equal(
            "valid|1",
            await world.QueryAsync(
                "SELECT status, looked_at > UTC_TIMESTAMP() - INTERVAL 30 SECOND FROM llx_oauthbridge_v_status WHERE entry = 'GOOGLE-Mail'"
            )
        );

        sidecar.Terminate();
        await sidecar.ExitAsync();

        Assert.Equal("0", await world.QueryAsync("SELECT COUNT(*) FROM llx_oauthbridge_v_status WHERE looked_by IS NOT NULL"));
    }

    [Theory]
    [Trait("Database", "MariaDB")]
    [InlineData("")]
    [InlineData("NO_BACKSLASH_ESCAPES")]
    [InlineData("ANSI_QUOTES,PIPES_AS_CONCAT,ONLY_FULL_GROUP_BY")]
    [InlineData("TRADITIONAL")]
    [InlineData("ORACLE")]
    public async Task Every_query_on_the_page_for_dbas_finds_the_same_in_every_sql_mode_under_the_account_that_the_page_names(string mode)
    {
        await using var world = await World.CreateBareAsync(shared.Server);
        await world.ExecuteAsync(DbaPage.DolibarrRows);
        await world.InitAsync();
        await world.ExecuteAsync(
            """
            UPDATE llx_oauthbridge_v_status SET failure_count = 1, paused = 1,
                refresh_token_expires_at = UTC_TIMESTAMP(), looked_at = '2020-01-01';
            INSERT INTO llx_oauthbridge_event (at, service, kind) VALUES (UTC_TIMESTAMP(), 'Google-Mail', 'healed');
            INSERT INTO llx_oauthbridge_use VALUES ('Google-Mail', 1, 'uid 33', UTC_TIMESTAMP(), UTC_TIMESTAMP());
            INSERT INTO llx_oauthbridge_grant (service, lease_owner, lease_until)
            VALUES ('Google-Mail', 'x', UTC_TIMESTAMP() + INTERVAL 1 HOUR);
            """
        );
        var monitor = world.Install.User + "m";
        await shared.Server.CreateUserAsync(monitor, "secret", []);
        var page = await File.ReadAllTextAsync(Path.Combine(AppContext.BaseDirectory, "sql", "queries.md"));
        var (ofMonitor, ofOwner) = (QueriesUnder(page, "As a monitoring account"), QueriesUnder(page, "As the owner of the database"));
        foreach (var grant in ofMonitor.Where(IsGrant))
        {
            await world.ExecuteAsync(
                grant
                    .Replace("dolibarr.", $"`{world.Install.Database}`.", StringComparison.Ordinal)
                    .Replace("'monitoring'", $"'{monitor}'", StringComparison.Ordinal)
            );
        }

        await RunAllAsync(ofMonitor.Where(query => !IsGrant(query)), monitor, "secret");
        await RunAllAsync(ofOwner, world.Install.User, world.Install.Password);

        async Task RunAllAsync(IEnumerable<string> queries, string user, string password)
        {
            await using var connection = new MySqlConnection(shared.MariaDb.ConnectionStringFor(user, password, world.Install.Database));
            await connection.OpenAsync();
            await using var set = new MySqlCommand("SET SESSION sql_mode = @mode", connection);
            set.Parameters.AddWithValue("@mode", mode);
            await set.ExecuteNonQueryAsync();
            foreach (var query in queries)
            {
                await using var command = new MySqlCommand(query, connection);
                var isDelete = query.Contains("DELETE", StringComparison.Ordinal);
                Assert.True(isDelete ? await command.ExecuteNonQueryAsync() == 0 : await command.ExecuteScalarAsync() is not null, query);
            }
        }
    }

    private static bool IsGrant(string query) => query.StartsWith("GRANT", StringComparison.Ordinal);

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

    private static async Task<string> ByApiAsync(BridgeHost host, params int[] entities)
    {
        var lines = new List<string>();
        foreach (var entity in entities)
        {
            var reports = await host.Get<EntryReporter>().ListAsync(entity);
            lines.AddRange(
                reports
                    .OrderBy(report => report.Entry, StringComparer.Ordinal)
                    .Select(report =>
                        $"{report.Entry}|{report.Service}|{report.Entity}|{report.Token.Status}|{(report.NeedsPerson ? 1 : 0)}"
                    )
            );
        }

        Assert.Equal(entities, await host.Get<EntryTable>().ListEntitiesAsync());
        return string.Join('\n', lines);
    }

    [GeneratedRegex("```sql\n(.*?)```", RegexOptions.Singleline)]
    private static partial Regex SqlBlock();
}
