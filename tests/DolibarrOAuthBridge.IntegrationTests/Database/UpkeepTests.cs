// SPDX-License-Identifier: GPL-3.0-or-later

using DolibarrOAuthBridge.Entries;
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
        Assert.Matches(@"-- memory: llx_oauthbridge_grant, row \d+ \(Google-Gone, entity 1\)", plan.Output);
        Assert.DoesNotContain("row 903", plan.Output, StringComparison.Ordinal);
        Assert.DoesNotContain("row 905", plan.Output, StringComparison.Ordinal);
        Assert.Equal(before, await world.QueryAsync("SELECT COUNT(*) FROM llx_oauth_token"));
        await world.ExecuteAsync(plan.Output);
        Assert.Contains("nothing to clean up", (await world.RunAsync("cleanup")).Output, StringComparison.Ordinal);
    }

    [Fact]
    public async Task What_is_printed_to_be_run_as_sql_has_no_text_of_the_database_in_it()
    {
        await using var world = await World.CreateAsync(shared.Server);
        await world.UseTablesAsync();
        await world.Install.SetConstAsync("OAUTH_GOOGLE-It's_ID", World.ClientId);
        await world.ExecuteAsync(
            """
            INSERT INTO llx_oauth_token (rowid, service, token, entity)
            VALUES (901, 'Google-It''s ', 'x', 1), (902, 'Google-Gone\\', 'x', 1);
            INSERT INTO llx_oauthbridge_grant (service, entity) VALUES ('\\''; DROP TABLE llx_const; -- ', 1), ('Google-Gone\\', 1);
            """
        );

        var plan = await world.RunAsync("cleanup");
        var findings = await world.Open().Get<DolibarrOAuthBridge.Diagnosis.Doctor>().ExamineAsync(offline: true);

        var statements = plan.Output.TrimEnd().Split('\n').Where(line => !line.StartsWith("-- ", StringComparison.Ordinal)).ToList();
        Assert.True(statements.Count >= 3, plan.Output + plan.Error);
        Assert.All(statements, statement => Assert.Matches(@"^DELETE FROM llx_\w+ WHERE rowid = \d+;$", statement));
        Assert.Equal(
            "UPDATE llx_oauth_token SET service = TRIM(service) WHERE rowid = 901",
            Assert.Single(findings, finding => finding.Code == "row_name_padded").Advice
        );
    }

    [Fact]
    public async Task Inspect_tells_second_rows_and_rows_of_no_entry_from_those_of_others()
    {
        await using var world = await World.CreateAsync(shared.Server);
        await world.UseTablesAsync();
        await world.ExecuteAsync("DELETE FROM llx_oauth_token WHERE service <> 'Google-Mail'");
        await world.GrantAsync(TimeSpan.FromHours(1));
        var healthy = await world.RunAsync("inspect", "--strict");
        await world.ExecuteAsync(
            """
            INSERT INTO llx_oauth_token (rowid, service, token, entity) SELECT 901, service, token, entity FROM llx_oauth_token;
            INSERT INTO llx_oauth_token (rowid, service, token, entity)
            VALUES (902, 'Google-Gone', 'x', 1), (903, 'dolibarr_rest_api', '{}', 1),
                (904, 'GitHub-Two', 'x', 2), (905, 'Google-Mail', 'x', 2), (906, 'StripeTest', 'x', 1);
            INSERT INTO llx_const (name, value, entity) VALUES ('OAUTH_GITHUB-Two_ID', 'id', 2), ('OAUTH_STRIPE_TEST_ID', 'id', 1);
            INSERT INTO llx_oauthbridge_grant (service, entity) VALUES ('StripeTest', 1);
            """
        );

        var rows = System.Text.Json.JsonDocument.Parse((await world.RunAsync("inspect", "--json")).Output).RootElement;
        var strict = await world.RunAsync("inspect", "--strict");
        var loose = await world.RunAsync("inspect");

        Assert.Equal((0, 1, 0), (healthy.ExitCode, strict.ExitCode, loose.ExitCode));
        var kinds = rows.EnumerateArray()
            .ToDictionary(row => row.GetProperty("rowid").GetInt64(), row => row.GetProperty("kind").GetString());
        Assert.Equal(["duplicate", "duplicate"], kinds.Where(row => row.Key < 902).Select(row => row.Value));
        Assert.Equal(("orphan", "other"), (kinds[902], kinds[903]));
        Assert.Equal(("entry", "orphan"), (kinds[904], kinds[905])); // of another company, which has the one entry and not the other
        Assert.Equal("entry", kinds[906]); // of an entry as releases up to 19 name it
        Assert.DoesNotContain("StripeTest", (await world.RunAsync("cleanup")).Output, StringComparison.Ordinal);
        Assert.Equal("STRIPE_TEST", (await world.Open().Get<EntryDirectory>().GetAsync("StripeTest", 1)).Name.ToString());

        var ofCompany = System.Text.Json.JsonDocument.Parse((await world.RunAsync("inspect", "--entity", "2", "--json")).Output);
        Assert.Equal([904, 905], ofCompany.RootElement.EnumerateArray().Select(row => row.GetProperty("rowid").GetInt64()));
    }

    [Fact]
    [Trait("Database", "MariaDB")]
    public async Task Inspect_decodes_rows_of_other_programs_as_far_as_it_can_and_says_why_not_further()
    {
        await using var world = await World.CreateAsync(shared.Server);
        await world.UseTablesAsync();
        await world.ExecuteAsync(
            """
            DELETE FROM llx_oauth_token;
            INSERT INTO llx_oauth_token (rowid, service, token, entity) VALUES
                (901, 'superpdp', '{"access_token":"at-secret","refresh_token":"rt-secret","expires_at":1900000000,"scope":"a b"}', 1),
                (902, 'dolibarr_rest_api', 'plain text', 1),
                (903, 'other', 'dolcrypt:AES-256-CTR:0123456789abcdef:AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA', 1),
                (904, 'Google-Mail', 'x', NULL), (905, 'Google-Mail', 'x', 0);
            """
        );

        var all = System.Text.Json.JsonDocument.Parse((await world.RunAsync("inspect", "--json")).Output).RootElement;
        var rows = all.EnumerateArray().ToDictionary(row => row.GetProperty("rowid").GetInt64());
        var table = await world.RunAsync("inspect");
        var findings = await world.Open().Get<DolibarrOAuthBridge.Diagnosis.Doctor>().ExamineAsync(offline: true);
        var cleanup = await world.RunAsync("cleanup");

        Assert.Equal("[9 characters]", rows[901].GetProperty("access_token").GetString());
        Assert.Equal("2030-03-17", rows[901].GetProperty("expires_at").GetString()![..10]);
        Assert.Equal(4, rows[901].GetProperty("parameters").GetArrayLength());
        Assert.StartsWith("It is JSON", rows[901].GetProperty("note").GetString(), StringComparison.Ordinal);
        Assert.StartsWith("It is text of 10 characters", rows[902].GetProperty("note").GetString(), StringComparison.Ordinal);
        Assert.Contains("does not decrypt", rows[903].GetProperty("note").GetString(), StringComparison.Ordinal);
        Assert.Equal(System.Text.Json.JsonValueKind.Null, rows[904].GetProperty("entity").ValueKind);
        Assert.Equal(0, rows[905].GetProperty("entity").GetInt32());
        Assert.Equal(("orphan", "orphan"), (rows[904].GetProperty("kind").GetString(), rows[905].GetProperty("kind").GetString()));
        Assert.DoesNotContain("rt-secret", all.ToString(), StringComparison.Ordinal);
        Assert.Contains("NULL", table.Output, StringComparison.Ordinal);
        Assert.Equal(2, findings.Count(finding => finding.Code == "row_without_company"));
        Assert.Contains("row 904 (Google-Mail, entity NULL). Its entity is no company's", cleanup.Output, StringComparison.Ordinal);
        await BridgeHost.FailAsync(() => world.Open().TokenAsync(), ProblemCode.TokenNotFound);
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
        var json = await world.RunAsync("prune", "--older-than", "400d", "--dry-run", "--json");
        var done = await world.RunAsync("prune", "--older-than", "400d");
        var wrong = await world.RunAsync("prune", "--older-than", "all");

        Assert.StartsWith("12000 rows of the audit trail", tried.Output, StringComparison.Ordinal);
        Assert.StartsWith("12000 rows of the audit trail", done.Output, StringComparison.Ordinal);
        Assert.Matches("\"rows\": ?12000,", json.Output);
        Assert.Equal(2, wrong.ExitCode);
        Assert.Equal("1", await world.QueryAsync("SELECT COUNT(*) FROM llx_oauthbridge_event"));
    }
}
