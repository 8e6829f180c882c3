// SPDX-License-Identifier: GPL-3.0-or-later

using DolibarrOAuthBridge.Consents;
using DolibarrOAuthBridge.Consents.Device;
using DolibarrOAuthBridge.IntegrationTests.Support;

namespace DolibarrOAuthBridge.IntegrationTests.Consents;

/// <summary>The polling rules of RFC 8628, and one poller at a time whatever happens to it.</summary>
public sealed class DevicePollingTests(SharedServer shared)
{
    [Fact]
    public async Task The_interval_is_kept_and_slow_down_makes_it_five_seconds_longer()
    {
        await using var device = await DeviceWorld.CreateAsync(shared.Server);
        var host = device.World.Open();
        await DeviceWorld.BeginAsync(host);

        Assert.Equal(0, await device.PollAsync(host, 4));
        Assert.Equal(1, await device.PollAsync(host, 2));
        Assert.Equal(1, await device.PollAsync(host, 3));
        device.Authority.Next(Authority.Error("slow_down"));
        Assert.Equal(2, await device.PollAsync(host, 3));
        Assert.Equal(2, await device.PollAsync(host, 8));
        device.Authority.Next(Authority.Error("slow_down"));
        Assert.Equal(3, await device.PollAsync(host, 3));
        Assert.Equal(3, await device.PollAsync(host, 13));
        Assert.Equal(4, await device.PollAsync(host, 3));
        Assert.Equal(4, await device.PollAsync(host, 13)); // and stays so
        Assert.Equal(5, await device.PollAsync(host, 3));
    }

    [Fact]
    public async Task No_answer_makes_the_polls_rarer_until_there_is_one()
    {
        await using var device = await DeviceWorld.CreateAsync(shared.Server);
        var host = device.World.Open(new BridgeOptions { ProviderDeadline = TimeSpan.FromMilliseconds(500) });
        var consent = await DeviceWorld.BeginAsync(host);

        device.Authority.Next(Authority.HangAsync);
        device.Authority.Next(Authority.Json(503, "{}"));
        Assert.Equal(1, await device.PollAsync(host, 6));
        Assert.Equal(1, await device.PollAsync(host, 8));
        Assert.Equal(2, await device.PollAsync(host, 4));
        Assert.Equal(2, await device.PollAsync(host, 18));
        Assert.Equal(3, await device.PollAsync(host, 4));
        Assert.Equal(4, await device.PollAsync(host, 6));
        Assert.Equal(ConsentStatus.Pending, await DeviceWorld.StatusAsync(host, consent));
    }

    [Fact]
    public async Task A_provider_that_says_when_is_asked_then()
    {
        await using var device = await DeviceWorld.CreateAsync(shared.Server);
        var host = device.World.Open();
        await DeviceWorld.BeginAsync(host);
        device.Authority.Next(context =>
        {
            context.Response.StatusCode = 429;
            context.Response.Headers.RetryAfter = "90";
            return Task.CompletedTask;
        });

        Assert.Equal(1, await device.PollAsync(host, 6));
        Assert.Equal(1, await device.PollAsync(host, 85));
        Assert.Equal(2, await device.PollAsync(host, 7));
    }

    [Theory]
    [InlineData("expired_token", ConsentStatus.Expired)]
    [InlineData("access_denied", ConsentStatus.Denied)]
    [InlineData("authorization_declined", ConsentStatus.Denied)]
    [InlineData("invalid_grant", ConsentStatus.Denied)]
    public async Task A_final_answer_ends_the_polling(string error, string status)
    {
        await using var device = await DeviceWorld.CreateAsync(shared.Server);
        var host = device.World.Open();
        var consent = await DeviceWorld.BeginAsync(host);
        device.Authority.Next(Authority.Error(error));

        Assert.Equal(1, await device.PollAsync(host, 6));
        Assert.Equal(1, await device.PollAsync(host, 60));
        Assert.Equal(status, await DeviceWorld.StatusAsync(host, consent));
        Assert.Null(await device.World.Install.FindTokenRowAsync(DeviceWorld.Entry));
    }

    [Fact]
    public async Task A_code_that_the_provider_has_forgotten_after_its_time_is_expired_and_not_denied()
    {
        await using var device = await DeviceWorld.CreateAsync(shared.Server);
        var host = device.World.Open();
        var consent = await DeviceWorld.BeginAsync(host);
        device.Authority.Next(Authority.Error("invalid_grant"));

        Assert.Equal(1, await device.PollAsync(host, 905));
        Assert.Equal(ConsentStatus.Expired, await DeviceWorld.StatusAsync(host, consent));
    }

    [Fact]
    public async Task A_code_whose_time_is_over_is_not_polled()
    {
        await using var device = await DeviceWorld.CreateAsync(shared.Server);
        var host = device.World.Open();
        var consent = await DeviceWorld.BeginAsync(host);

        Assert.Equal(0, await device.PollAsync(host, 920));
        Assert.Equal(ConsentStatus.Expired, await DeviceWorld.StatusAsync(host, consent));
    }

    [Fact]
    public async Task Of_two_sidecars_one_polls()
    {
        await using var device = await DeviceWorld.CreateAsync(shared.Server);
        var hosts = new[] { device.World.Open(), device.World.Open() };
        await DeviceWorld.BeginAsync(hosts[0]);

        for (var round = 1; round <= 5; round++)
        {
            device.World.Clock.Advance(TimeSpan.FromSeconds(6));
            await Task.WhenAll(Enumerable.Range(0, 8).Select(index => hosts[index % 2].Get<DevicePolling>().RunOnceAsync()));
            Assert.Equal(round, device.Authority.Asked);
        }
    }

    [Fact]
    public async Task A_poll_under_way_keeps_others_off_and_one_that_never_ends_is_taken_over()
    {
        await using var device = await DeviceWorld.CreateAsync(shared.Server);
        var (dying, other) = (device.World.Open(), device.World.Open());
        var consent = await DeviceWorld.BeginAsync(dying);
        var gate = new Gate();
        device.Authority.Next(async context =>
        {
            await gate.PassAsync(context.RequestAborted);
            await Authority.Error("authorization_pending")(context);
        });
        device.World.Clock.Advance(TimeSpan.FromSeconds(6));
        var stuck = dying.Get<DevicePolling>().RunOnceAsync();
        await gate.Arrived;

        Assert.Equal(1, await device.PollAsync(other, 10));
        device.Grant();
        Assert.Equal(2, await device.PollAsync(other, 12));
        Assert.Equal(ConsentStatus.Granted, await DeviceWorld.StatusAsync(other, consent));

        gate.Release();
        await stuck;
        Assert.Equal(ConsentStatus.Granted, await DeviceWorld.StatusAsync(other, consent));
        Assert.Equal("at-canary-device", (await device.World.StoredAsync(DeviceWorld.Entry)).AccessToken);
    }

    [Fact]
    public async Task A_restart_goes_on_where_it_was()
    {
        await using var device = await DeviceWorld.CreateAsync(shared.Server);
        ConsentStarted consent;
        await using (var before = device.World.Open())
        {
            consent = await DeviceWorld.BeginAsync(before);
            Assert.Equal(1, await device.PollAsync(before, 6));
        }

        device.Grant();
        var after = device.World.Open();
        Assert.Equal(1, await device.PollAsync(after, 2));
        Assert.Equal(2, await device.PollAsync(after, 4));
        Assert.Equal(ConsentStatus.Granted, await DeviceWorld.StatusAsync(after, consent));
    }

    [Fact]
    public async Task An_entry_that_changed_or_went_meanwhile_gets_nothing()
    {
        await using var device = await DeviceWorld.CreateAsync(shared.Server);
        var host = device.World.Open();
        var consent = await DeviceWorld.BeginAsync(host);
        await device.World.Install.SetConstAsync($"OAUTH_{DeviceWorld.Entry}_ID", "another client");

        Assert.Equal(0, await device.PollAsync(host, 6));
        Assert.Equal(ConsentStatus.Denied, await DeviceWorld.StatusAsync(host, consent));
    }

    [Fact]
    public async Task A_consent_that_was_given_up_stores_nothing_even_if_the_provider_grants()
    {
        await using var device = await DeviceWorld.CreateAsync(shared.Server);
        var host = device.World.Open();
        var consent = await DeviceWorld.BeginAsync(host);
        var gate = HoldGrant(device, "at-canary-late");
        device.World.Clock.Advance(TimeSpan.FromSeconds(6));
        var poll = host.Get<DevicePolling>().RunOnceAsync();
        await gate.Arrived;
        await host.Get<ConsentService>().AbandonAsync(consent.ConsentId!, "given up");
        gate.Release();
        await poll;

        Assert.Equal(ConsentStatus.Denied, await DeviceWorld.StatusAsync(host, consent));
        Assert.Null(await device.World.Install.FindTokenRowAsync(DeviceWorld.Entry));
    }

    [Fact]
    public async Task Tokens_that_arrive_while_the_database_is_away_are_stored_when_it_is_back()
    {
        await using var device = await DeviceWorld.CreateAsync(shared.Server);
        var host = device.World.Open();
        var consent = await DeviceWorld.BeginAsync(host);
        var gate = HoldGrant(device, "at-canary-once");
        device.Authority.Always = Authority.Error("invalid_grant"); // the code is spent
        device.World.Clock.Advance(TimeSpan.FromSeconds(6));
        var poll = host.Get<DevicePolling>().RunOnceAsync();
        await gate.Arrived;
        await device.World.ExecuteAsync("RENAME TABLE llx_oauthbridge_consent TO llx_away");
        gate.Release();
        await Eventually.HoldsAsync(
            () => Task.FromResult(host.Log.Text.Contains("is not yet stored", StringComparison.Ordinal)),
            "the tokens wait"
        );
        await device.World.ExecuteAsync("RENAME TABLE llx_away TO llx_oauthbridge_consent");
        await poll;

        Assert.Equal(ConsentStatus.Granted, await DeviceWorld.StatusAsync(host, consent));
        Assert.Equal("at-canary-once", (await device.World.StoredAsync(DeviceWorld.Entry)).AccessToken);
    }

    [Fact]
    public async Task The_real_executable_polls_by_itself_and_the_api_tells()
    {
        await using var device = await DeviceWorld.CreateAsync(shared.Server);
        device.Authority.Server.MapJson(
            "/device",
            """{"device_code":"canary-device-code","user_code":"WDJB-MJHT","""
                + """ "verification_uri":"https://microsoft.com/devicelogin","expires_in":900,"interval":1}"""
        );
        var sidecars = await Task.WhenAll(device.World.ServeAsync(), device.World.ServeAsync());

        using var body = new StringContent("""{"flow":"device"}""", System.Text.Encoding.UTF8, "application/json");
        using var begun = await sidecars[0].Client.PostAsync(new Uri($"/v1/entries/{DeviceWorld.Entry}/consent", UriKind.Relative), body);
        var json = System.Text.Json.JsonDocument.Parse(await begun.Content.ReadAsStringAsync()).RootElement;
        Assert.Equal(
            ["consent_id", "user_code", "verification_uri", "verification_uri_complete", "interval", "expires_in"],
            json.EnumerateObject().Select(member => member.Name)
        );
        await device.Authority.Server.WaitForAsync(Authority.TokenPath, 2);
        device.Grant();

        var path = $"/v1/consent/{json.GetProperty("consent_id").GetString()}";
        await Eventually.HoldsAsync(
            async () =>
                (await sidecars[1].Client.GetStringAsync(new Uri(path, UriKind.Relative))).Contains(
                    "\"granted\"",
                    StringComparison.Ordinal
                ),
            "the consent is granted"
        );
        Assert.Equal("at-canary-device", await sidecars[1].TokenAsync(DeviceWorld.Entry));
    }

    // The provider's next answer is a grant, which waits at the gate.
    private static Gate HoldGrant(DeviceWorld device, string accessToken)
    {
        var gate = new Gate();
        device.Authority.Next(async context =>
        {
            await gate.PassAsync(context.RequestAborted);
            await Authority.Json(200, $$"""{"access_token":"{{accessToken}}","token_type":"Bearer","expires_in":3600}""")(context);
        });
        return gate;
    }
}
