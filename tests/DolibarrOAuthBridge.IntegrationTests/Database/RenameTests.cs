// SPDX-License-Identifier: GPL-3.0-or-later

using DolibarrOAuthBridge.Grants;
using DolibarrOAuthBridge.IntegrationTests.Support;
using DolibarrOAuthBridge.Reports;
using DolibarrOAuthBridge.Tokens;
using DolibarrOAuthBridge.Tokens.Renewal;

namespace DolibarrOAuthBridge.IntegrationTests.Database;

/// <summary>An entry is renamed on Dolibarr's own page, which writes its constants anew and renames its token row.</summary>
public sealed class RenameTests(SharedServer shared)
{
    private const string Former = "GENERIC-Own";
    private const string Present = "GENERIC-Sales";

    [Fact]
    public async Task Date_and_account_of_the_consent_stay_and_the_remembered_refresh_token_still_heals()
    {
        await using var provider = await Consenting.ProviderAsync(RefreshTokenPolicyOfTests, "read", "email");
        await using var world = await World.CreateAsync(shared.Server);
        await SetAsync(world, Former, provider.BaseAddress.AbsoluteUri);
        var host = world.Open();
        await host.ConsentAsync(provider, "ada@example.com", entry: Former);
        var before = await ReportAsync(host, Former);
        await world.ExecuteAsync("UPDATE llx_oauth_token SET datec = '2020-01-01 00:00:00'");

        await RenameAsync(world, provider.BaseAddress.AbsoluteUri);
        await host.TokenAsync(Present); // noted under the new name before anything followed
        await host.Get<LastUseRecorder>().PendingWrite;
        await host.Get<RenewalService>().RunOnceAsync();

        var after = await ReportAsync(host, Present);
        Assert.Equal((before.Token.GrantedAt, before.Token.Account), (after.Token.GrantedAt, after.Token.Account));
        Assert.NotNull(after.Token.GrantedAt);
        Assert.StartsWith("ada@example.com", after.Token.Account, StringComparison.Ordinal);
        Assert.Equal("it was Generic-Own", await world.QueryAsync("SELECT detail FROM llx_oauthbridge_event WHERE kind = 'renamed'"));

        // Nobody else takes it over unnoticed, and what stock code spoils is healed.
        await BridgeHost.FailAsync(() => host.ConsentAsync(provider, "grace@example.com", entry: Present), ProblemCode.AccountChanged);
        var stored = await world.StoredAsync(Present);
        await world.Install.SetTokenAsync(Present, stored with { RefreshToken = null });
        await host.Get<RenewalService>().RunOnceAsync();
        Assert.Equal(stored.RefreshToken, (await world.StoredAsync(Present)).RefreshToken);

        await host.Get<RenewalService>().RunOnceAsync(); // and nothing moves again
        Assert.Equal("1", await world.QueryAsync("SELECT COUNT(*) FROM llx_oauthbridge_event WHERE kind = 'renamed'"));
    }

    [Fact]
    public async Task A_pause_goes_with_the_entry()
    {
        await using var provider = await Consenting.ProviderAsync(RefreshTokenPolicyOfTests, "read", "email");
        await using var world = await World.CreateAsync(shared.Server);
        await SetAsync(world, Former, provider.BaseAddress.AbsoluteUri);
        var host = world.Open();
        await host.ConsentAsync(provider, entry: Former);
        Assert.Equal(0, (await world.RunAsync("pause", Former, "--reason", "audit")).ExitCode);

        await RenameAsync(world, provider.BaseAddress.AbsoluteUri);
        await host.Get<RenewalService>().RunOnceAsync();

        Assert.True((await ReportAsync(host, Present)).Paused);
    }

    [Fact]
    public void Another_entry_that_has_a_row_of_its_own_keeps_what_is_known_of_it()
    {
        var former = new GrantRecord
        {
            Service = "Generic-Own",
            GrantedAt = new DateTime(2026, 1, 1),
            TokenRow = 7,
        };
        var row = new Dolibarr.Tokens.TokenRow { RowId = 7, Service = "Generic-Sales" };
        var present = new GrantRecord { Service = "Generic-Sales" };

        var byRow = GrantRenames.ByRow([former, present]);

        Assert.Same(former, GrantRenames.Former(present, row, byRow, static _ => false));
        Assert.Null(GrantRenames.Former(present, row, byRow, static _ => true));
        Assert.Null(GrantRenames.Former(new GrantRecord { GrantedAt = former.GrantedAt }, row, byRow, static _ => false));
    }

    [Fact]
    public async Task The_remembered_refresh_token_does_not_go_to_an_entry_that_somebody_puts_into_the_place_of_another()
    {
        await using var provider = await Consenting.ProviderAsync(RefreshTokenPolicyOfTests, "read", "email");
        await using var world = await World.CreateAsync(shared.Server);
        await SetAsync(world, Former, provider.BaseAddress.AbsoluteUri);
        var host = world.Open();
        await host.ConsentAsync(provider, entry: Former);
        await world.Install.SetTokenAsync(Former, (await world.StoredAsync(Former)) with { RefreshToken = "rt-of-somebody-else" });

        await RenameAsync(world, "https://other.example.com/");
        await host.Get<RenewalService>().RunOnceAsync();

        Assert.Null((await host.MemoryAsync("Generic-Sales")).NewestToken);
    }

    private const Demo.Provider.RefreshTokenPolicy RefreshTokenPolicyOfTests = Demo.Provider.RefreshTokenPolicy.Always;

    // admin/oauth.php of Dolibarr: new constants, the old ones deleted, and the row renamed, whatever company it is of.
    private static async Task RenameAsync(World world, string url)
    {
        await SetAsync(world, Present, url);
        await world.ExecuteAsync($"DELETE FROM llx_const WHERE name LIKE 'OAUTH_{Former}_%'");
        await world.ExecuteAsync("UPDATE llx_oauth_token SET service = 'Generic-Sales' WHERE service = 'Generic-Own'");
    }

    private static async Task SetAsync(World world, string entry, string url)
    {
        await world.Install.SetConstAsync($"OAUTH_{entry}_ID", World.ClientId);
        await world.Install.SetConstAsync($"OAUTH_{entry}_SECRET", World.ClientSecret);
        await world.Install.SetConstAsync($"OAUTH_{entry}_URL", url);
        await world.Install.SetConstAsync($"OAUTH_{entry}_SCOPE", "read,email");
    }

    private static Task<EntryReport> ReportAsync(BridgeHost host, string entry) => host.Get<EntryReporter>().GetAsync(entry, 1);
}
