// SPDX-License-Identifier: GPL-3.0-or-later

using DolibarrOAuthBridge.Diagnosis;
using DolibarrOAuthBridge.Dolibarr.Database;
using DolibarrOAuthBridge.Dolibarr.Entries;
using DolibarrOAuthBridge.Dolibarr.Tokens;
using DolibarrOAuthBridge.IntegrationTests.Support;

namespace DolibarrOAuthBridge.IntegrationTests.Database;

/// <summary>What the sidecar's own account sees through the views or, on PostgreSQL, the policies that sql/grants.sql makes.</summary>
public sealed class SidecarSightTests(SharedServer shared)
{
    [Fact]
    public async Task Rows_of_every_provider_are_seen_and_can_be_added()
    {
        await using var world = await World.CreateAsync(shared.Server);
        var tokens = world.Open().Get<TokenTable>();
        foreach (var provider in EntryProvider.All)
        {
            await world.Install.SetConstAsync($"OAUTH_{provider.Key}-Views_ID", "client");
            Assert.True(EntryName.TryParse($"{provider.Key}-Views", out var name));
            await tokens.RequireInsertableAsync(name, 1, "probe");
            await world.ExecuteAsync(
                $"INSERT INTO llx_oauth_token (service, token, entity) VALUES ('{name.Service}', 'of {provider.Key}', 1)"
            );

            Assert.Contains($"of {provider.Key}", (await tokens.FindAsync(name, 1)).Rows.Select(row => row.Value));
            await world.ExecuteAsync("DELETE FROM llx_const WHERE name LIKE 'OAUTH%-Views_ID'");
        }
    }

    [Fact]
    public async Task Inspect_and_doctor_find_nothing_wrong_and_say_what_they_do_not_see()
    {
        await using var world = await World.CreateAsync(shared.Server);
        await world.GrantAsync(TimeSpan.FromHours(1));
        await world.InitAsync();
        await world.ExecuteAsync("INSERT INTO llx_oauth_token (service, token, entity) VALUES ('dolibarr_rest_api', 'a key', 1)");

        var inspect = await world.RunAsync("inspect", "--json");
        var doctor = await world.RunAsync("doctor", "--offline", "--json");
        var all = await Sidecar.RunAsync([.. world.Arguments("inspect", "--json"), "--Bridge:DatabaseUser="], null);

        Assert.True(inspect.ExitCode == 0, inspect.Error);
        Assert.DoesNotContain("dolibarr_rest_api", inspect.Output, StringComparison.Ordinal);
        Assert.Contains("rows of known entries only", inspect.Error, StringComparison.Ordinal);
        Assert.Contains("rows of known entries only", doctor.Error, StringComparison.Ordinal);
        Assert.DoesNotMatch("privilege_missing|account_|check_failed|token_table_missing|table_not_transactional", doctor.Output);
        Assert.Contains("dolibarr_rest_api", all.Output, StringComparison.Ordinal);
        Assert.DoesNotContain("known entries only", all.Error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task An_account_that_reads_the_tables_goes_on_with_them_and_doctor_says_that_it_may_more_than_it_needs()
    {
        await using var world = await World.CreateAsync(shared.Server);
        await world.UseTablesAsync();
        await world.GrantExpiredAsync();
        var host = world.Open();

        await host.TokenAsync();

        Assert.False(await host.Get<DolibarrDatabase>().SeesPartAsync());
        Assert.Equal(1, world.Authority.Granted);
        var finding = (await host.Get<Doctor>().ExamineAsync(offline: true)).Single(finding => finding.Code == "account_sees_all");
        Assert.Equal(Severity.Info, finding.Severity);
        Assert.Contains("mail passwords", finding.Evidence, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Doctor_does_not_say_of_a_table_that_the_account_has_no_right_to_that_it_is_gone()
    {
        await using var world = await World.CreateAsync(shared.Server);
        await world.ExecuteAsync($"REVOKE ALL PRIVILEGES ON llx_oauthbridge_use FROM '{world.SidecarUser}'@'localhost'");

        var finding = (await world.Open().Get<Doctor>().ExamineAsync(offline: true)).Single(finding => finding.Code == "table_missing");

        Assert.Contains("no right", finding.Evidence, StringComparison.Ordinal);
        Assert.Contains("init --sql", finding.Advice, StringComparison.Ordinal);
    }
}
