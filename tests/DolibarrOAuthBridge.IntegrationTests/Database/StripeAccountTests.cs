// SPDX-License-Identifier: GPL-3.0-or-later

using System.Text.Json;
using DolibarrOAuthBridge.Diagnosis;
using DolibarrOAuthBridge.IntegrationTests.Support;

namespace DolibarrOAuthBridge.IntegrationTests.Database;

/// <summary>The accounts that Dolibarr's Stripe module keeps in the token table, which are no entry's business.</summary>
public sealed class StripeAccountTests(SharedServer shared)
{
    private const string Accounts = """
        INSERT INTO llx_oauth_token (rowid, service, tokenstring, fk_soc, entity) VALUES
            (901, 'StripeLive', '{"stripe_user_id":"acct_1","type":"standard"}', NULL, 1),
            (902, 'stripetest', '{"stripe_user_id":"acct_2"}', NULL, 1),
            (903, 'StripeLive', '{"stripe_user_id":"acct_3"}', 7, 1),
            (904, 'StripeLive', '{"stripe_user_id":"acct_4"}', NULL, 0),
            (905, 'StripeLive', '{"stripe_user_id":"acct_5"}', 7, 3),
            (906, 'StripeLive', NULL, NULL, 1),
            (907, 'StripeLive-Old', 'x', NULL, 1);
        """;

    [Fact]
    public async Task An_account_of_Stripes_is_named_by_no_tool_as_something_to_delete_though_there_is_no_entry()
    {
        await using var world = await World.CreateAsync(shared.Server);
        await world.UseTablesAsync();
        await world.ExecuteAsync(Accounts);

        var plan = await world.RunAsync("cleanup");
        var rows = await InspectAsync(world);
        var findings = await ExamineAsync(world);

        Assert.All([901, 902, 903, 904, 905], row => Assert.DoesNotContain($"rowid = {row};", plan.Output, StringComparison.Ordinal));
        Assert.All([906, 907], row => Assert.Contains($"rowid = {row};", plan.Output, StringComparison.Ordinal)); // left over
        Assert.All([901, 902, 903, 904, 905], row => Assert.Equal("other", rows[row].GetProperty("kind").GetString()));
        Assert.Equal("orphan", rows[907].GetProperty("kind").GetString());
        Assert.Contains("stripe_user_id", rows[901].GetProperty("parameters").ToString(), StringComparison.Ordinal);
        Assert.Equal(JsonValueKind.Null, rows[901].GetProperty("problem").ValueKind);
        Assert.DoesNotContain(findings, finding => finding.Subject.Contains("token row 90", StringComparison.Ordinal) && !Is907(finding));
        Assert.DoesNotContain(findings, finding => finding.Subject == "entity 3"); // no company of the bridge's
    }

    [Fact]
    public async Task An_account_of_Stripes_beside_an_entry_is_no_second_token_no_secret_in_the_clear_and_nobody_elses_row()
    {
        await using var world = await World.CreateAsync(shared.Server);
        await world.UseTablesAsync();
        await world.Install.SetConstAsync("OAUTH_STRIPELIVE_ID", "ca_1");
        await world.GrantAsync(TimeSpan.FromHours(1), "STRIPELIVE");
        await world.ExecuteAsync(Accounts);

        var plan = await world.RunAsync("cleanup");
        var rows = await InspectAsync(world);
        var findings = await ExamineAsync(world);

        Assert.DoesNotContain("rowid = 901;", plan.Output, StringComparison.Ordinal);
        Assert.Equal(JsonValueKind.Null, rows[901].GetProperty("problem").ValueKind);
        Assert.DoesNotContain(findings, static finding => finding.Code is "token_in_clear" or "row_of_a_person");
    }

    private static bool Is907(Finding finding) => finding.Subject.StartsWith("token row 907 ", StringComparison.Ordinal);

    private static async Task<Dictionary<long, JsonElement>> InspectAsync(World world) =>
        JsonDocument
            .Parse((await world.RunAsync("inspect", "--json")).Output)
            .RootElement.EnumerateArray()
            .ToDictionary(row => row.GetProperty("rowid").GetInt64());

    private static Task<IReadOnlyList<Finding>> ExamineAsync(World world) => world.Open().Get<Doctor>().ExamineAsync(offline: true);
}
