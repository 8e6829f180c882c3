// SPDX-License-Identifier: GPL-3.0-or-later

using DolibarrOAuthBridge.Dolibarr.Php;
using DolibarrOAuthBridge.Dolibarr.Tokens;
using DolibarrOAuthBridge.IntegrationTests.Support;

namespace DolibarrOAuthBridge.IntegrationTests.Broker;

public sealed class RenewalTests(SharedServer shared)
{
    [Fact]
    public async Task A_token_near_its_end_is_served_at_once_and_renewed_beside()
    {
        await using var world = await World.CreateAsync(shared.Server);
        var token = await world.GrantAsync(TimeSpan.FromMinutes(2));
        var host = world.Open();
        var gate = world.Authority.HoldNextAnswer();

        Assert.Equal(token.AccessToken, (await host.TokenAsync()).Value);

        await gate.Arrived;
        gate.Release();
        await Eventually.HoldsAsync(async () => (await world.StoredAsync()).AccessToken == world.Authority.LastAccessToken, "renewed");
    }

    [Fact]
    public async Task Proactive_renewal_takes_what_was_used_today_and_nothing_else()
    {
        await using var world = await World.CreateAsync(shared.Server);
        await world.GrantAsync(TimeSpan.FromHours(1));
        var host = world.Open();
        await host.RenewAsync();
        world.Clock.Advance(TimeSpan.FromMinutes(58));
        await host.RenewAsync();
        Assert.Equal(0, world.Authority.Asked); // never used

        await host.Get<Grants.GrantTable>().RecordUseAsync(new Grants.GrantKey(World.Service, 1), world.Clock.GetUtcNow().UtcDateTime);
        await host.RenewAsync();
        Assert.Equal(1, world.Authority.Granted);

        world.Clock.Advance(TimeSpan.FromHours(30));
        await host.RenewAsync();
        Assert.Equal(1, world.Authority.Granted); // not used for a day
    }

    [Fact]
    public async Task A_row_of_no_company_is_not_renewed()
    {
        await using var world = await World.CreateAsync(shared.Server);
        await world.UseTablesAsync();
        await world.Install.SetConstAsync($"OAUTH_{World.Entry}_ID", World.ClientId, 0);
        await world.Install.SetConstAsync($"OAUTH_{World.Entry}_SECRET", World.ClientSecret, 0);
        await world.GrantAsync(TimeSpan.FromMinutes(2));
        await world.ExecuteAsync("UPDATE llx_oauth_token SET entity = 0 WHERE service = 'Google-Mail'");
        var host = world.Open();
        await host.Get<Grants.GrantTable>().RecordUseAsync(new Grants.GrantKey(World.Service, 0), world.Clock.GetUtcNow().UtcDateTime);

        await host.RenewAsync();

        Assert.Equal(0, world.Authority.Asked);
    }

    [Fact]
    public async Task On_demand_renews_nothing_but_keeps_ageing_refresh_tokens_alive()
    {
        await using var world = await World.CreateAsync(shared.Server);
        await world.GrantExpiredAsync();
        var host = world.Open(new BridgeOptions { Renewal = RenewalPolicy.OnDemand });
        await host.TokenAsync();
        world.Clock.Advance(TimeSpan.FromDays(50));
        await host.RenewAsync();
        Assert.Equal(1, world.Authority.Granted);

        world.Clock.Advance(TimeSpan.FromDays(11));
        await host.RenewAsync();
        await host.RenewAsync();
        Assert.Equal(2, world.Authority.Granted);
    }

    [Theory]
    [InlineData("on_demand", RenewalPolicy.Proactive, 0)]
    [InlineData("proactive", RenewalPolicy.OnDemand, 1)]
    [InlineData("", RenewalPolicy.Proactive, 1)]
    internal async Task What_the_company_chose_in_dolibarr_comes_before_the_sidecars_own_setting(
        string chosen,
        RenewalPolicy own,
        int renewals
    )
    {
        await using var world = await World.CreateAsync(shared.Server);
        await world.Install.SetConstAsync("OAUTHBRIDGE_RENEWAL", chosen);
        await world.GrantAsync(TimeSpan.FromMinutes(3));
        var host = world.Open(new BridgeOptions { Renewal = own });
        await host.Get<Grants.GrantTable>().RecordUseAsync(new Grants.GrantKey(World.Service, 1), world.Clock.GetUtcNow().UtcDateTime);

        await host.RenewAsync();

        Assert.Equal(renewals, world.Authority.Granted);
    }

    [Fact]
    public async Task A_short_lived_token_is_not_renewed_at_every_look()
    {
        await using var world = await World.CreateAsync(shared.Server);
        world.Authority.Lifetime = 120; // within the five minutes ahead from the start
        await world.GrantExpiredAsync();
        var host = world.Open();
        await host.TokenAsync();

        await host.RenewAsync();
        await host.RenewAsync();
        await host.TokenAsync();
        await host.RenewAsync();

        Assert.Equal(1, world.Authority.Granted);
        world.Clock.Advance(TimeSpan.FromSeconds(70));
        await host.RenewAsync();
        Assert.Equal(2, world.Authority.Granted);
    }

    [Fact]
    public async Task One_grants_failure_stops_no_other()
    {
        await using var world = await World.CreateAsync(shared.Server);
        world.Settings = new Dictionary<string, string?> { ["Providers:GitHub:TokenEndpoint"] = "not a url" };
        var key = new Grants.GrantKey(World.Service, 1);
        var token = await world.GrantExpiredAsync();
        await world.Install.SetTokenAsync("GITHUB-Dev", token);
        var host = world.Open();
        var table = host.Get<Grants.GrantTable>();
        await table.RecordUseAsync(key, world.Clock.GetUtcNow().UtcDateTime);
        await table.RecordUseAsync(key with { Service = "GitHub-Dev" }, world.Clock.GetUtcNow().UtcDateTime);

        await host.RenewAsync();

        Assert.Equal(1, world.Authority.Granted);
    }

    [Fact]
    public async Task Providers_that_do_not_answer_keep_no_other_grant_from_its_renewal()
    {
        await using var world = await World.CreateAsync(shared.Server);
        var gate = new Gate();
        await using var silent = await Demo.Provider.ScriptedProvider.StartAsync();
        silent.Map("/token", context => gate.PassAsync(context.RequestAborted));
        var settings = new Dictionary<string, string?>();
        var token = await world.GrantAsync(TimeSpan.FromMinutes(1));
        var host = new Lazy<BridgeHost>(() => world.Open());
        world.Settings = settings;
        string[] names = [.. Enumerable.Range(0, 12).Select(static number => $"A{number}"), "Mail"];
        foreach (var name in names[..^1])
        {
            settings[$"Entries:GOOGLE-{name}:TokenEndpoint"] = silent.Endpoint("token").AbsoluteUri;
            await world.Install.SetConstAsync($"OAUTH_GOOGLE-{name}_ID", World.ClientId);
            await world.Install.SetConstAsync($"OAUTH_GOOGLE-{name}_SECRET", World.ClientSecret);
            await world.Install.SetTokenAsync($"GOOGLE-{name}", token.WithRefreshToken("rt-canary-" + name));
        }

        foreach (var name in names)
        {
            var key = new Grants.GrantKey("Google-" + name, 1);
            await host.Value.Get<Grants.GrantTable>().RecordUseAsync(key, world.Clock.GetUtcNow().UtcDateTime);
        }

        var renewal = host.Value.RenewAsync();
        await Eventually.HoldsAsync(() => world.Authority.Granted == 1, "the one whose provider answers is renewed");
        gate.Release();
        await renewal;

        Assert.InRange(silent.RequestsTo("/token").Count, 1, 12);
    }

    [Fact]
    public async Task A_generic_server_is_found_by_its_metadata_and_its_rotating_tokens_are_renewed()
    {
        await using var world = await World.CreateAsync(shared.Server);
        var server = world.Authority.Server;
        var url = server.BaseAddress.AbsoluteUri.TrimEnd('/');
        server.MapJson(
            "/.well-known/oauth-authorization-server",
            $$"""{"issuer":"{{url}}","token_endpoint":"{{world.Authority.TokenEndpoint}}"}"""
        );
        await GenericAsync(world, url);
        var host = world.Open();

        await host.TokenAsync("GENERIC-Mastodon");
        world.Clock.Advance(TimeSpan.FromHours(2));
        await host.TokenAsync("GENERIC-Mastodon");

        Assert.Equal(2, world.Authority.Granted);
        Assert.Single(server.RequestsTo("/.well-known/oauth-authorization-server"));
        var stored = await world.StoredAsync("GENERIC-Mastodon");
        Assert.Equal(world.Authority.CurrentRefreshToken, stored.RefreshToken);
        Assert.False(stored.EndOfLife.IsNever);
        Assert.Null(stored.ExtraParams["refresh_token"]);
    }

    [Fact]
    public async Task Metadata_about_another_issuer_is_not_believed()
    {
        await using var world = await World.CreateAsync(shared.Server);
        var server = world.Authority.Server;
        server.MapJson(
            "/.well-known/oauth-authorization-server",
            """{"issuer":"https://evil.example","token_endpoint":"https://evil.example/token"}"""
        );
        await GenericAsync(world, server.BaseAddress.AbsoluteUri.TrimEnd('/'));

        await world.Open().TokenAsync("GENERIC-Mastodon"); // the built-in path is the same as the stand-in's

        Assert.Equal(1, world.Authority.Granted);
    }

    [Fact]
    public async Task A_token_that_never_expires_is_served_for_ever()
    {
        await using var world = await World.CreateAsync(shared.Server);
        await world.ExecuteAsync("DELETE FROM llx_oauth_token WHERE service <> 'Generic-Mastodon'");
        var host = world.Open();
        world.Clock.Advance(TimeSpan.FromDays(4000));

        var token = await host.TokenAsync("GENERIC-Mastodon");
        await host.RenewAsync();

        Assert.Null(token.ExpiresAt);
        Assert.Empty(world.Authority.Server.Requests);
    }

    // As stock code files it: never expiring, with refresh token and lifetime among the parameters.
    private static async Task GenericAsync(World world, string url)
    {
        await world.Install.SetConstAsync("OAUTH_GENERIC-Mastodon_URL", url);
        await world.Install.SetConstAsync("OAUTH_GENERIC-Mastodon_SECRET", World.ClientSecret);
        var extra = PhpArray
            .Empty.With("refresh_token", new PhpString(world.Authority.Consent()))
            .With("expires_in", new PhpInt(60))
            .With("created_at", new PhpInt(world.Clock.GetUtcNow().AddHours(-1).ToUnixTimeSeconds()));
        await world.Install.SetTokenAsync("GENERIC-Mastodon", new StoredToken("at-canary-generic", null, EndOfLife.Never, extra));
    }
}
