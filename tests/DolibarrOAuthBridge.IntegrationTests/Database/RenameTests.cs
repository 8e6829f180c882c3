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
    public async Task A_pause_of_a_grant_that_was_consented_on_Dolibarrs_own_page_goes_with_the_entry_too()
    {
        await using var world = await CreateAsync();
        var host = world.Open();
        Assert.Equal(0, (await world.RunAsync("pause", Former, "--reason", "audit")).ExitCode);

        await RenameAsync(world, world.Authority.Server.BaseAddress.AbsoluteUri);
        await host.Get<RenewalService>().RunOnceAsync();

        Assert.True((await ReportAsync(host, Present)).Paused);
        await host.TokenFailsAsync(ProblemCode.EntryPaused, Present);
        Assert.Equal(0, world.Authority.Asked);
    }

    [Fact]
    public async Task A_refresh_under_way_while_the_entry_is_renamed_loses_nothing_and_is_not_done_twice()
    {
        await using var world = await CreateAsync();
        var (first, second) = (world.Open(), world.Open());
        var gate = world.Authority.HoldNextAnswer();
        var call = first.TokenAsync(Former);
        await gate.Arrived;
        await RenameAsync(world, world.Authority.Server.BaseAddress.AbsoluteUri);

        var failure = await second.TokenFailsAsync(ProblemCode.ProviderUnavailable, Present);
        gate.Release();
        await BridgeHost.FailAsync(() => call, ProblemCode.TokenNotFound); // nothing has this name any more

        Assert.Contains("under that name", failure.Message, StringComparison.Ordinal);
        Assert.Equal(world.Authority.CurrentRefreshToken, (await world.StoredAsync(Present)).RefreshToken);
        Assert.Empty(world.JournalFiles);
        Assert.Equal(world.Authority.LastAccessToken, (await second.TokenAsync(Present)).Value);
        Assert.Equal(1, world.Authority.Asked);
        world.Clock.Advance(TimeSpan.FromHours(2));
        await second.TokenAsync(Present);
        Assert.False(world.Authority.SawReuse);
        Assert.Equal(SecretHash.Of(world.Authority.CurrentRefreshToken), (await second.MemoryAsync("Generic-Sales")).NewestHash);
    }

    [Fact]
    public void What_says_no_more_than_a_refresh_under_the_present_name_does_not_take_its_place()
    {
        var row = new Dolibarr.Tokens.TokenRow { RowId = 7, Service = "Generic-Sales" };
        var former = new GrantRecord { Service = "Generic-Own", TokenRow = 7 };
        var present = new GrantRecord { Service = "Generic-Sales", TokenRow = 7 };

        Assert.Null(GrantRenames.Former(present, row, GrantRenames.ByRow([former, present]), static _ => false));
        Assert.Same(former, GrantRenames.Former(new GrantRecord(), row, GrantRenames.ByRow([former]), static _ => false));
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

    // A grant that Dolibarr's own page stored and the bridge has not refreshed yet.
    private async Task<World> CreateAsync()
    {
        var world = await World.CreateAsync(shared.Server);
        world.Settings = new Dictionary<string, string?>
        {
            [$"Entries:{Former}:TokenEndpoint"] = world.Authority.TokenEndpoint,
            [$"Entries:{Present}:TokenEndpoint"] = world.Authority.TokenEndpoint,
        };
        await SetAsync(world, Former, world.Authority.Server.BaseAddress.AbsoluteUri);
        await world.GrantExpiredAsync(Former);
        return world;
    }

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
