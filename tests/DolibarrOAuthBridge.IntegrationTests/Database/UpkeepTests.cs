// SPDX-License-Identifier: GPL-3.0-or-later

using DolibarrOAuthBridge.IntegrationTests.Support;

namespace DolibarrOAuthBridge.IntegrationTests.Database;

/// <summary>cleanup and prune on a real server.</summary>
public sealed class UpkeepTests(SharedServer shared)
{
    [Fact]
    public async Task Cleanup_names_what_nobody_needs_keeps_the_best_token_and_deletes_nothing()
    {
        await using var world = await World.CreateAsync(shared.Server);
        await world.GrantAsync(TimeSpan.FromHours(1));
        await world.ExecuteAsync(
            """
            INSERT INTO llx_oauth_token (rowid, service, token, entity) VALUES (901, 'Google-Mail', 'not a token', 1),
                (902, 'Google-Gone', 'x', 1), (903, 'dolibarr_rest_api', 'x', 1), (904, 'Google-Mail', NULL, 1);
            INSERT INTO llx_oauth_token (rowid, service, token, fk_soc, entity) VALUES (905, 'Google-Gone', 'x', 3, 1);
            INSERT INTO llx_oauthbridge_grant (service, entity) VALUES ('Google-Gone', 1);
            """
        );
        var before = await world.QueryAsync("SELECT COUNT(*) FROM llx_oauth_token");

        var plan = await world.RunAsync("cleanup", "--dry-run");

        Assert.True(plan.ExitCode == 0, plan.Error);
        Assert.Matches(
            @"-- duplicate: llx_oauth_token, row 901 \(Google-Mail, entity 1\)\. Keep row \d+: of those with a refresh token",
            plan.Output
        );
        Assert.Contains("-- orphan: llx_oauth_token, row 902", plan.Output, StringComparison.Ordinal);
        Assert.Contains("-- empty: llx_oauth_token, row 904", plan.Output, StringComparison.Ordinal);
        Assert.Contains("-- memory: llx_oauthbridge_grant (Google-Gone, entity 1)", plan.Output, StringComparison.Ordinal);
        Assert.DoesNotContain("row 903", plan.Output, StringComparison.Ordinal);
        Assert.DoesNotContain("row 905", plan.Output, StringComparison.Ordinal);
        Assert.Equal(before, await world.QueryAsync("SELECT COUNT(*) FROM llx_oauth_token"));
        await world.ExecuteAsync(plan.Output);
        Assert.Contains("nothing to clean up", (await world.RunAsync("cleanup")).Output, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Inspect_tells_second_rows_and_rows_of_no_entry_from_those_of_others()
    {
        await using var world = await World.CreateAsync(shared.Server);
        await world.ExecuteAsync("DELETE FROM llx_oauth_token WHERE service <> 'Google-Mail'");
        await world.GrantAsync(TimeSpan.FromHours(1));
        var healthy = await world.RunAsync("inspect", "--strict");
        await world.ExecuteAsync(
            """
            INSERT INTO llx_oauth_token (rowid, service, token, entity) SELECT 901, service, token, entity FROM llx_oauth_token;
            INSERT INTO llx_oauth_token (rowid, service, token, entity)
            VALUES (902, 'Google-Gone', 'x', 1), (903, 'dolibarr_rest_api', '{}', 1);
            """
        );

        var rows = System.Text.Json.JsonDocument.Parse((await world.RunAsync("inspect", "--json")).Output).RootElement;
        var strict = await world.RunAsync("inspect", "--strict");
        var loose = await world.RunAsync("inspect");

        Assert.Equal((0, 1, 0), (healthy.ExitCode, strict.ExitCode, loose.ExitCode));
        Assert.Equal(
            ["duplicate", "duplicate", "orphan", "other"],
            rows.EnumerateArray().Select(row => row.GetProperty("kind").GetString()).Order(StringComparer.Ordinal)
        );
    }

    [Fact]
    public async Task Prune_deletes_what_is_older_and_nothing_else()
    {
        await using var world = await World.CreateAsync(shared.Server);
        await world.ExecuteAsync(
            """
            INSERT INTO llx_oauthbridge_event (at, service, kind)
            SELECT UTC_TIMESTAMP() - INTERVAL 500 DAY, 'Google-Mail', 'refreshed' FROM seq_1_to_12000;
            INSERT INTO llx_oauthbridge_event (at, service, kind) VALUES (UTC_TIMESTAMP() - INTERVAL 399 DAY, 'Google-Mail', 'refreshed');
            """
        );

        var tried = await world.RunAsync("prune", "--older-than", "400d", "--dry-run");
        var done = await world.RunAsync("prune", "--older-than", "400d");
        var wrong = await world.RunAsync("prune", "--older-than", "all");

        Assert.StartsWith("12000 rows of the audit trail", tried.Output, StringComparison.Ordinal);
        Assert.StartsWith("12000 rows of the audit trail", done.Output, StringComparison.Ordinal);
        Assert.Equal(2, wrong.ExitCode);
        Assert.Equal("1", await world.QueryAsync("SELECT COUNT(*) FROM llx_oauthbridge_event"));
    }
}
