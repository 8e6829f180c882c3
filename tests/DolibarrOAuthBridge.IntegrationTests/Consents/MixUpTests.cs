// SPDX-License-Identifier: GPL-3.0-or-later

using DolibarrOAuthBridge.Consents;
using DolibarrOAuthBridge.Demo.Provider;
using DolibarrOAuthBridge.IntegrationTests.Support;
using Microsoft.AspNetCore.WebUtilities;

namespace DolibarrOAuthBridge.IntegrationTests.Consents;

/// <summary>
/// Two providers at once, one of them hostile: mix-up (RFC 9700, section 4.4) and account takeover across the contexts of one
/// client. The honest provider's code must never reach the hostile one.
/// </summary>
public sealed class MixUpTests(SharedServer shared)
{
    private const string Hostile = "GENERIC-Hostile";
    private const string HostileCallback = "https://erp.example/hostile.php";

    [Fact]
    public async Task A_hostile_server_that_sends_the_browser_on_to_an_honest_one_does_not_get_its_code()
    {
        await using var test = await StartAsync();
        var started = await test.Host.BeginAsync(
            Hostile,
            new ConsentOptions { SessionBinding = Consenting.Binding, RedirectUri = Consenting.CallbackPage }
        );

        // The hostile authorization endpoint redirects to the honest one, with its client and the state of this consent.
        var query = QueryHelpers
            .ParseQuery(new Uri(started.AuthorizationUrl!).Query)
            .ToDictionary(pair => pair.Key, pair => (string?)pair.Value.ToString());
        query["client_id"] = World.ClientId;
        query["scope"] = "https://mail.google.com/";
        var arrived = await test.Honest.ApproveAsync(
            new Uri(QueryHelpers.AddQueryString(test.Honest.Endpoint("oauth/authorize").AbsoluteUri, query))
        );
        var answer = Consenting.Answer(arrived);
        Assert.Equal((started.State, test.Honest.BaseAddress.AbsoluteUri), (answer.State, answer.Issuer));

        await test.RefusesAsync(answer);
    }

    [Fact]
    public async Task An_answer_without_issuer_does_not_pass_for_that_of_a_server_which_always_names_itself()
    {
        await using var test = await StartAsync();
        var started = await test.Host.BeginAsync();

        await test.RefusesAsync(Consenting.Answer(started));
    }

    [Fact]
    public async Task A_state_of_one_entry_that_arrives_at_the_redirect_uri_of_another_is_refused()
    {
        await using var test = await StartAsync();
        await test.World.Install.SetConstAsync($"OAUTH_{Hostile}_URLCALLBACK", HostileCallback);
        var host = test.World.Open();
        var honest = await host.BeginAsync();
        var hostile = await host.BeginAsync(Hostile);
        Assert.Equal((Consenting.CallbackPage, HostileCallback), (honest.Parameter("redirect_uri"), hostile.Parameter("redirect_uri")));

        foreach (var (state, arrivedAt) in new[] { (honest.State, HostileCallback), (hostile.State, Consenting.CallbackPage) })
        {
            await test.RefusesAsync(
                new AuthorizationResponse
                {
                    State = state,
                    Code = "canary-code",
                    SessionBinding = Consenting.Binding,
                    RedirectUri = arrivedAt,
                }
            );
        }

        // Neither was spoiled for the browser that arrives where it should.
        Assert.Equal(ConsentStatus.Pending, (await host.Get<ConsentService>().GetAsync(honest.ConsentId!, 1)).Status);
    }

    [Fact]
    public async Task Consents_of_two_providers_under_way_at_once_redeem_each_code_at_its_own_provider()
    {
        await using var test = await StartAsync();
        test.Evil.MapJson("/oauth/token", """{"access_token":"at-canary-evil","token_type":"Bearer"}""");
        var honest = await test.Host.BeginAsync();
        var hostile = await test.Host.BeginAsync(Hostile);

        await test.Host.FinishAsync(Consenting.Answer(await test.Honest.ApproveAsync(new Uri(honest.AuthorizationUrl!))));
        await test.Host.FinishAsync(Consenting.Answer(hostile, "canary-hostile-code"));

        Assert.Equal(1, test.Honest.Requests.TokenRequestCount);
        Assert.Equal("canary-hostile-code", Assert.Single(test.Evil.RequestsTo("/oauth/token"))["code"]);
        Assert.Equal("at-canary-evil", (await test.World.StoredAsync(Hostile)).AccessToken);
    }

    [Theory]
    [InlineData("""{"issuer":"ISSUER","authorization_endpoint":"file:///etc/passwd","token_endpoint":"ISSUER/t"}""")]
    [InlineData("""{"issuer":"ISSUER","authorization_endpoint":"http://elsewhere.example/a","token_endpoint":"ISSUER/t"}""")]
    [InlineData("""{"issuer":"ISSUER","authorization_endpoint":"https://user@elsewhere.example/a","token_endpoint":"ISSUER/t"}""")]
    [InlineData("""{"issuer":"ISSUER","authorization_endpoint":"https://elsewhere.example/a#f","token_endpoint":"ISSUER/t"}""")]
    [InlineData(
        """{"issuer":"https://elsewhere.example","authorization_endpoint":"ISSUER/a","token_endpoint":"https://elsewhere.example/t"}"""
    )]
    [InlineData("""{"issuer":"ISSUER","authorization_endpoint":"javascript:alert(1)","token_endpoint":"ISSUER/t"}""")]
    [InlineData("""["not metadata"]""")]
    public async Task Metadata_that_names_what_no_browser_may_be_sent_to_is_not_used(string metadata)
    {
        await using var test = await StartAsync();
        var issuer = test.Evil.BaseAddress.AbsoluteUri.TrimEnd('/');
        test.Evil.MapJson("/.well-known/oauth-authorization-server", metadata.Replace("ISSUER", issuer, StringComparison.Ordinal));

        var started = await test.World.Open().BeginAsync(Hostile);

        Assert.StartsWith($"{issuer}/oauth/authorize?", started.AuthorizationUrl, StringComparison.Ordinal);
    }

    private async Task<TwoProviders> StartAsync()
    {
        var honest = await Consenting.ProviderAsync();
        var evil = await ScriptedProvider.StartAsync();
        var world = await World.CreateAsync(shared.Server);
        world.Settings = Consenting.Settings(honest);
        await world.Install.SetConstAsync("OAUTH_GOOGLE-Mail_SCOPE", "gmail_full");
        await world.Install.SetConstAsync($"OAUTH_{Hostile}_ID", "client-of-the-hostile");
        await world.Install.SetConstAsync($"OAUTH_{Hostile}_SECRET", "canary-secret-of-the-hostile");
        await world.Install.SetConstAsync($"OAUTH_{Hostile}_URL", evil.BaseAddress.AbsoluteUri);
        return new TwoProviders(world, honest, evil, world.Open());
    }

    private sealed record TwoProviders(World World, StandInProvider Honest, ScriptedProvider Evil, BridgeHost Host) : IAsyncDisposable
    {
        /// <summary>The answer is refused, and neither provider is asked for a token.</summary>
        public async Task RefusesAsync(AuthorizationResponse answer)
        {
            var before = await World.QueryAsync("SELECT * FROM llx_oauth_token");
            await BridgeHost.FailAsync(() => Host.FinishAsync(answer), ProblemCode.StateInvalid);
            Assert.Equal(0, Honest.Requests.TokenRequestCount);
            Assert.Empty(Evil.RequestsTo("/oauth/token"));
            Assert.Equal(before, await World.QueryAsync("SELECT * FROM llx_oauth_token"));
        }

        public async ValueTask DisposeAsync()
        {
            await World.DisposeAsync();
            await Honest.DisposeAsync();
            await Evil.DisposeAsync();
        }
    }
}
