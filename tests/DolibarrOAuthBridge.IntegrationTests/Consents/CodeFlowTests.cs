// SPDX-License-Identifier: GPL-3.0-or-later

using DolibarrOAuthBridge.Consents;
using DolibarrOAuthBridge.Demo.Provider;
using DolibarrOAuthBridge.Grants;
using DolibarrOAuthBridge.IntegrationTests.Support;

namespace DolibarrOAuthBridge.IntegrationTests.Consents;

/// <summary>A consent by code from the first click to the row, at a real OpenID provider.</summary>
public sealed class CodeFlowTests(SharedServer shared)
{
    [Fact]
    public async Task An_entry_without_token_gets_one_and_renews_it_by_itself_afterwards()
    {
        await using var provider = await Consenting.ProviderAsync();
        await using var world = await CreateAsync(provider, "gmail_full,openid,email");
        await world.ExecuteAsync("DELETE FROM llx_oauth_token");
        var host = world.Open();

        var result = await host.ConsentAsync(provider, "ada@example.com");

        Assert.Equal(
            (World.Entry, "valid", true, "ada@example.com"),
            (result.Entry, result.Token.Status, result.Token.HasRefreshToken, result.Account)
        );
        Assert.Empty(result.Warnings);
        var row = await world.Install.FindTokenRowAsync(World.Entry);
        Assert.Equal(("Google-Mail", "gmail_full,openid,email"), (row!.Service, row.State));
        var first = await host.TokenAsync();
        Assert.Equal((await world.StoredAsync()).AccessToken, first.Value);
        world.Clock.Advance(TimeSpan.FromHours(2));
        Assert.NotEqual(first.Value, (await host.TokenAsync()).Value);
        Assert.Equal(1, provider.Requests.RefreshesGranted);
    }

    [Fact]
    public async Task A_consent_begun_by_one_sidecar_is_finished_by_another_and_after_a_restart()
    {
        await using var provider = await Consenting.ProviderAsync();
        await using var world = await CreateAsync(provider);
        var first = world.Open();
        var started = await first.BeginAsync();
        var arrived = await provider.ApproveAsync(new Uri(started.AuthorizationUrl!));
        await first.DisposeAsync();
        var second = world.Open();
        Assert.Equal(ConsentStatus.Pending, (await second.Get<ConsentService>().GetAsync(started.ConsentId!, 1)).Status);

        var result = await second.FinishAsync(Consenting.Answer(arrived));

        Assert.Equal("valid", result.Token.Status);
        var state = await world.Open().Get<ConsentService>().GetAsync(started.ConsentId!, 1);
        Assert.Equal((ConsentStatus.Granted, "valid"), (state.Status, state.Token!.Status));
    }

    [Fact]
    public async Task A_consent_is_told_to_its_own_company_only()
    {
        await using var provider = await Consenting.ProviderAsync();
        await using var world = await CreateAsync(provider);
        var host = world.Open();
        var started = await host.BeginAsync();
        var consents = host.Get<ConsentService>();

        Assert.Equal(ConsentStatus.Pending, (await consents.GetAsync(started.ConsentId!, 1)).Status);
        var refused = await Assert.ThrowsAsync<BridgeException>(() => consents.GetAsync(started.ConsentId!, 2));
        Assert.Equal(ProblemCode.NotFound, refused.Code);
    }

    [Fact]
    public async Task The_same_callback_brought_twenty_times_to_two_sidecars_redeems_once_and_nobody_is_told_of_a_failure()
    {
        await using var provider = await Consenting.ProviderAsync();
        await using var world = await CreateAsync(provider);
        BridgeHost[] hosts = [world.Open(), world.Open()];
        var started = await hosts[0].BeginAsync();
        var answer = Consenting.Answer(await provider.ApproveAsync(new Uri(started.AuthorizationUrl!)));

        var told = await Task.WhenAll(Enumerable.Range(0, 20).Select(caller => TellAsync(hosts[caller % 2], answer)));

        Assert.Equal(1, provider.Requests.TokenRequestCount);
        Assert.Contains("valid", told);
        Assert.All(told, word => Assert.Matches("^valid$|completed already", word));
        var stored = await world.RawAsync();
        var later = await BridgeHost.FailAsync(() => hosts[1].FinishAsync(answer), ProblemCode.StateInvalid);
        Assert.Contains("completed already", later.Message, StringComparison.Ordinal);
        Assert.Equal((1, stored), (provider.Requests.TokenRequestCount, await world.RawAsync()));
    }

    [Fact]
    public async Task A_second_consent_without_a_new_refresh_token_keeps_the_first_one_and_says_so()
    {
        await using var provider = await Consenting.ProviderAsync();
        await using var world = await CreateAsync(provider, "openid,email,gmail_full");
        var host = world.Open();
        await host.ConsentAsync(provider);
        var before = await world.StoredAsync();

        var result = await host.ConsentAsync(provider);

        var after = await world.StoredAsync();
        Assert.NotEqual(before.AccessToken, after.AccessToken);
        Assert.Equal(before.RefreshToken, after.RefreshToken);
        Assert.Contains(result.Warnings, warning => warning.Code == "refresh_token_kept");
    }

    [Fact]
    public async Task Forced_consent_brings_a_new_refresh_token()
    {
        await using var provider = await Consenting.ProviderAsync();
        await using var world = await CreateAsync(provider);
        var host = world.Open();
        await host.ConsentAsync(provider);
        var before = await world.StoredAsync();

        var result = await host.ConsentAsync(provider, forces: true);

        Assert.NotEqual(before.RefreshToken, (await world.StoredAsync()).RefreshToken);
        Assert.DoesNotContain(result.Warnings, warning => warning.Code == "refresh_token_kept");
    }

    [Fact]
    public async Task A_dead_grant_is_consented_anew_and_works_again()
    {
        await using var provider = await Consenting.ProviderAsync();
        await using var world = await CreateAsync(provider);
        var host = world.Open();
        await host.ConsentAsync(provider);
        await provider.RevokeGrantsAsync();
        world.Clock.Advance(TimeSpan.FromHours(2));
        await host.TokenFailsAsync(ProblemCode.ConsentRequired);

        var started = await host.BeginAsync();
        Assert.Equal("consent", started.Parameter("prompt"));
        await host.FinishAsync(Consenting.Answer(await provider.ApproveAsync(new Uri(started.AuthorizationUrl!))));

        Assert.Equal((await world.StoredAsync()).AccessToken, (await host.TokenAsync()).Value);
    }

    [Fact]
    public async Task Another_account_needs_a_confirmation_that_is_given_at_the_beginning()
    {
        await using var provider = await Consenting.ProviderAsync();
        await using var world = await CreateAsync(provider, "openid,email,gmail_full");
        var host = world.Open();
        await host.ConsentAsync(provider, "ada@example.com");
        var before = await world.RawAsync();

        var refusal = await BridgeHost.FailAsync(() => host.ConsentAsync(provider, "grace@example.com"), ProblemCode.AccountChanged);
        Assert.Contains("confirm_account_change", refusal.Message, StringComparison.Ordinal);
        Assert.Equal(before, await world.RawAsync());

        var result = await host.ConsentAsync(provider, "grace@example.com", confirms: true);
        Assert.Equal(("grace@example.com", "ada@example.com"), (result.Account, result.PreviousAccount));
        Assert.NotEqual(before, await world.RawAsync());
    }

    [Fact]
    public async Task Another_account_than_that_of_stock_codes_row_is_reported_and_does_not_get_its_refresh_token()
    {
        await using var provider = await Consenting.ProviderAsync(RefreshTokenPolicy.Never);
        await using var world = await CreateAsync(provider, "openid,email,gmail_full"); // the golden row's ID token has another subject
        Assert.NotNull((await world.StoredAsync()).IdToken);

        var result = await world.Open().ConsentAsync(provider, "ada@example.com");

        Assert.Equal(("ada@example.com", "1"), (result.Account, result.PreviousAccount));
        Assert.Contains(result.Warnings, warning => warning.Code == "account_changed");
        Assert.Null((await world.StoredAsync()).RefreshToken);
    }

    [Fact]
    public async Task The_account_that_granted_before_is_suggested_unless_another_one_is_wanted()
    {
        await using var provider = await Consenting.ProviderAsync();
        await using var world = await CreateAsync(provider, "openid,email,gmail_full");
        var host = world.Open();
        await host.ConsentAsync(provider, "grace@example.com");

        Assert.Equal("grace@example.com", (await host.BeginAsync()).Parameter("login_hint"));
        Assert.Equal(
            "ada@example.com",
            (await host.BeginAsync(consentOptions: new() { SessionBinding = Consenting.Binding, LoginHint = "ada@example.com" })).Parameter(
                "login_hint"
            )
        );
        Assert.Null(
            (await host.BeginAsync(consentOptions: new() { SessionBinding = Consenting.Binding, ConfirmsAccountChange = true })).Parameter(
                "login_hint"
            )
        );
    }

    [Fact]
    public async Task A_person_who_says_no_changes_nothing()
    {
        await using var provider = await Consenting.ProviderAsync();
        await using var world = await CreateAsync(provider);
        var before = await world.QueryAsync("SELECT * FROM llx_oauth_token");
        var host = world.Open();
        var started = await host.BeginAsync();
        var answer = Consenting.Answer(await provider.DenyAsync(new Uri(started.AuthorizationUrl!)));

        await BridgeHost.FailAsync(() => host.FinishAsync(answer), ProblemCode.ProviderRejected);

        Assert.Equal(0, provider.Requests.TokenRequestCount);
        Assert.Equal(before, await world.QueryAsync("SELECT * FROM llx_oauth_token"));
        var state = await host.Get<ConsentService>().GetAsync(started.ConsentId!, 1);
        Assert.Equal(ConsentStatus.Denied, state.Status);
        Assert.Contains("access_denied", state.Detail, StringComparison.Ordinal);
        await BridgeHost.FailAsync(() => host.FinishAsync(answer), ProblemCode.StateInvalid);
    }

    [Fact]
    public async Task A_generic_server_is_found_by_its_own_metadata_and_must_name_itself_in_its_answer()
    {
        await using var provider = await Consenting.ProviderAsync(RefreshTokenPolicy.Always, "read", "write");
        await using var world = await World.CreateAsync(shared.Server);
        await SetEntryAsync(world, "GENERIC-Own", "read,write");
        await world.Install.SetConstAsync("OAUTH_GENERIC-Own_URL", provider.BaseAddress.AbsoluteUri);
        var host = world.Open();

        var started = await host.BeginAsync("GENERIC-Own");
        var answer = Consenting.Answer(await provider.ApproveAsync(new Uri(started.AuthorizationUrl!)));
        Assert.Equal(provider.BaseAddress.AbsoluteUri, answer.Issuer);
        await BridgeHost.FailAsync(() => host.FinishAsync(Consenting.Answer(started, answer.Code)), ProblemCode.StateInvalid);
        Assert.Equal(0, provider.Requests.TokenRequestCount);

        var result = await host.ConsentAsync(provider, entry: "GENERIC-Own");
        Assert.Equal("valid", result.Token.Status);
        Assert.Equal("read,write", (await world.Install.FindTokenRowAsync("GENERIC-Own"))!.State);
    }

    [Fact]
    public async Task Companies_consent_for_themselves()
    {
        await using var provider = await Consenting.ProviderAsync();
        await using var world = await CreateAsync(provider);
        await world.Install.SetConstAsync("OAUTH_GOOGLE-Mail_ID", World.ClientId, 2);
        await world.Install.SetConstAsync("OAUTH_GOOGLE-Mail_SECRET", World.ClientSecret, 2);
        await world.Install.SetConstAsync("OAUTH_GOOGLE-Mail_SCOPE", "gmail_full", 2);
        var before = await world.RawAsync();
        var host = world.Open();
        var started = await host.BeginAsync(entity: 2);
        var answer = Consenting.Answer(await provider.ApproveAsync(new Uri(started.AuthorizationUrl!)));

        await BridgeHost.FailAsync(() => host.FinishAsync(answer, entity: 1), ProblemCode.StateInvalid);
        await host.FinishAsync(answer, entity: 2);

        Assert.Equal(before, await world.RawAsync());
        Assert.NotNull((await world.Install.ReadTokenAsync(World.Entry, 2)).RefreshToken);
        Assert.NotNull((await host.Get<GrantTable>().GetAsync(new GrantKey(World.Service, 2))).GrantedAt);
    }

    private static async Task<string> TellAsync(BridgeHost host, AuthorizationResponse answer)
    {
        try
        {
            return (await host.FinishAsync(answer)).Token.Status;
        }
        catch (BridgeException exception)
        {
            return exception.Message;
        }
    }

    private static async Task SetEntryAsync(World world, string entry, string scope)
    {
        await world.Install.SetConstAsync($"OAUTH_{entry}_ID", World.ClientId);
        await world.Install.SetConstAsync($"OAUTH_{entry}_SECRET", World.ClientSecret);
        await world.Install.SetConstAsync($"OAUTH_{entry}_SCOPE", scope);
    }

    private async Task<World> CreateAsync(StandInProvider provider, string scope = "gmail_full")
    {
        var world = await World.CreateAsync(shared.Server);
        world.Settings = Consenting.Settings(provider);
        await SetEntryAsync(world, World.Entry, scope);
        return world;
    }
}
