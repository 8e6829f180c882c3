// SPDX-License-Identifier: GPL-3.0-or-later

using DolibarrOAuthBridge.IntegrationTests.Support;

namespace DolibarrOAuthBridge.IntegrationTests.Diagnosis;

/// <summary>What doctor says of the database account's rights, and how it names tables.</summary>
public sealed class PrivilegeFindingsTests(SharedServer shared)
{
    [Fact]
    public async Task Finds_that_the_audit_trail_cannot_be_pruned_any_more()
    {
        await using var world = await Patient.CreateAsync(shared.Server);
        await RevokeAsync(world, "DELETE", "llx_oauthbridge_event");

        var finding = Patient.Expect(await Patient.ExamineAsync(world), "privilege_missing", Severity.Error);

        Assert.Equal("It may not delete from llx_oauthbridge_event.", finding.Evidence);
    }

    [Fact]
    public async Task A_column_that_was_lost_hides_neither_a_missing_right_nor_rights_on_the_whole_server()
    {
        await using var world = await Patient.CreateAsync(shared.Server);
        await world.UseTablesAsync(); // of views the server does not say what lacks
        await RevokeAsync(world, "UPDATE", "llx_oauthbridge_grant");
        await world.ExecuteAsync("ALTER TABLE llx_oauthbridge_notice DROP COLUMN entity");
        var lacking = await Patient.ExamineAsync(world);
        await world.ExecuteAsync($"GRANT FILE, PROCESS ON *.* TO '{world.SidecarUser}'@'localhost'");
        var broad = await Patient.ExamineAsync(world);

        var finding = Patient.Expect(lacking, "privilege_missing", Severity.Error);
        Assert.Equal("It may not change llx_oauthbridge_grant.", finding.Evidence);
        Patient.Expect(broad, "account_too_broad", Severity.Warning);
    }

    [Fact]
    public async Task Tables_are_named_with_the_prefix_of_this_database()
    {
        await using var world = await World.CreateBareAsync(shared.Server, new() { Prefix = "erp_" });
        await world.ExecuteAsync(
            """
            UPDATE erp_const SET value = 'plain' WHERE name = 'OAUTH_GOOGLE-Mail_SECRET';
            INSERT INTO erp_oauth_token (rowid, service, token, entity) VALUES
                (901, 'Google-Mail', 'x', NULL), (902, 'GitHub-Dev ', 'x', 1);
            """
        );

        var findings = await Patient.ExamineAsync(world);

        Assert.Contains(findings, finding => finding.Advice.StartsWith("UPDATE erp_oauth_token SET entity = N", StringComparison.Ordinal));
        Assert.Contains(findings, finding => finding.Advice == "UPDATE erp_oauth_token SET service = TRIM(service) WHERE rowid = 902");
        Assert.Contains(findings, finding => finding is { Code: "secret_in_clear", Subject: "erp_const" });
        Assert.DoesNotContain(findings, finding => finding.ToString().Contains("llx_", StringComparison.Ordinal));
    }

    private static Task RevokeAsync(World world, string right, string table) =>
        world.ExecuteAsync($"REVOKE {right} ON `{world.Install.Database}`.{table} FROM '{world.SidecarUser}'@'localhost'");
}
