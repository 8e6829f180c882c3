// SPDX-License-Identifier: GPL-3.0-or-later

using DolibarrOAuthBridge.Consents;
using DolibarrOAuthBridge.Demo.Provider;
using DolibarrOAuthBridge.IntegrationTests.Support;
using DolibarrOAuthBridge.Providers;

namespace DolibarrOAuthBridge.IntegrationTests.Consents;

/// <summary>Device authorization (RFC 8628) from the code on the screen to the row.</summary>
public sealed class DeviceFlowTests(SharedServer shared)
{
    [Fact]
    public async Task A_code_typed_at_a_real_provider_becomes_a_grant_that_is_renewed()
    {
        await using var world = await World.CreateAsync(shared.Server);
        await using var provider = await StartAsync(world);
        await using var device = await DeviceWorld.CreateAsync(shared.Server, provider, world);
        var host = world.Open();

        var consent = await DeviceWorld.BeginAsync(host);
        Assert.Equal(provider.Endpoint("device").AbsoluteUri, consent.VerificationUri);
        Assert.Contains(consent.UserCode!, consent.VerificationUriComplete, StringComparison.Ordinal);
        await device.PollAsync(host, 6);
        Assert.Equal(ConsentStatus.Pending, await DeviceWorld.StatusAsync(host, consent));

        await provider.AnswerDeviceAsync(consent.UserCode!, subject: "grace@example.com");
        await device.PollAsync(host, 6);
        Assert.Equal(ConsentStatus.Granted, await DeviceWorld.StatusAsync(host, consent));
        Assert.Equal(
            DeviceWorld.Scope,
            await world.QueryAsync($"SELECT state FROM llx_oauth_token WHERE service = '{DeviceWorld.Service}'")
        );
        var stored = await world.StoredAsync(DeviceWorld.Entry);
        Assert.Equal(stored.AccessToken, (await host.TokenAsync(DeviceWorld.Entry)).Value);

        var asked = provider.Requests.TokenRequestCount;
        await device.PollAsync(host, 60);
        Assert.Equal(asked, provider.Requests.TokenRequestCount);
        world.Clock.Advance(TimeSpan.FromHours(2));
        Assert.NotEqual(stored.AccessToken, (await host.TokenAsync(DeviceWorld.Entry)).Value);
    }

    [Fact]
    public async Task Somebody_who_says_no_at_a_real_provider_leaves_nothing()
    {
        await using var world = await World.CreateAsync(shared.Server);
        await using var provider = await StartAsync(world);
        await using var device = await DeviceWorld.CreateAsync(shared.Server, provider, world);
        var host = world.Open();

        var consent = await DeviceWorld.BeginAsync(host);
        await provider.AnswerDeviceAsync(consent.UserCode!, allow: false);
        await device.PollAsync(host, 6);

        var state = await host.Get<ConsentService>().GetAsync(consent.ConsentId!, 1);
        Assert.Equal(ConsentStatus.Denied, state.Status);
        Assert.Contains("access_denied", state.Detail, StringComparison.Ordinal);
        Assert.Null(await world.Install.FindTokenRowAsync(DeviceWorld.Entry));
    }

    [Fact]
    public async Task The_request_has_client_and_scopes_and_the_poll_the_device_code()
    {
        await using var device = await DeviceWorld.CreateAsync(shared.Server);
        var host = device.World.Open();

        await DeviceWorld.BeginAsync(host);
        await device.PollAsync(host, 6);

        var begun = Assert.Single(device.Authority.Server.RequestsTo("/device"));
        Assert.Equal(
            (World.ClientId, World.ClientSecret, $"{DeviceWorld.Scope} offline_access"),
            (begun["client_id"], begun["client_secret"], begun["scope"])
        );
        var poll = Assert.Single(device.Authority.Server.RequestsTo(Authority.TokenPath));
        Assert.Equal(
            ("urn:ietf:params:oauth:grant-type:device_code", "canary-device-code", World.ClientId),
            (poll["grant_type"], poll["device_code"], poll["client_id"])
        );
        Assert.DoesNotContain(
            "canary",
            await device.World.QueryAsync("SELECT data, detail FROM llx_oauthbridge_consent"),
            StringComparison.Ordinal
        );
    }

    [Fact]
    public async Task Google_gives_no_mail_by_device_code_and_that_is_said_without_asking()
    {
        await using var world = await World.CreateAsync(shared.Server);
        await world.Install.SetConstAsync($"OAUTH_{World.Entry}_SCOPE", "gmail_full,openid");
        var consentService = world.Open().Get<ConsentService>();

        var refusal = await BridgeHost.FailAsync(
            () => consentService.BeginAsync(World.Entry, 1, ConsentFlows.Device, new ConsentOptions()),
            ProblemCode.InvalidRequest
        );

        Assert.Contains("Google does not grant https://mail.google.com/ by device code", refusal.Message, StringComparison.Ordinal);
        Assert.Contains("flow code", refusal.Message, StringComparison.Ordinal);
        Assert.Empty(world.Authority.Server.Requests);
    }

    [Fact]
    public async Task A_provider_that_refuses_or_is_away_begins_nothing()
    {
        await using var device = await DeviceWorld.CreateAsync(shared.Server);
        var host = device.World.Open();

        device.Authority.Server.MapJson("/device", """{"error":"unauthorized_client","error_description":"AADSTS7000112"}""", 400);
        Assert.Contains(
            "AADSTS7000112",
            (await BridgeHost.FailAsync(() => DeviceWorld.BeginAsync(host), ProblemCode.ProviderRejected)).Message,
            StringComparison.Ordinal
        );
        device.Authority.Server.MapJson("/device", "{}", 503);
        await BridgeHost.FailAsync(() => DeviceWorld.BeginAsync(host), ProblemCode.ProviderUnavailable);
        device.Authority.Server.MapJson(
            "/device",
            """{"device_code":"d","user_code":"u","verification_uri":"http://elsewhere.example/","expires_in":900}"""
        );
        await BridgeHost.FailAsync(() => DeviceWorld.BeginAsync(host), ProblemCode.ProviderUnavailable);

        Assert.Equal("0", await device.World.QueryAsync("SELECT COUNT(*) FROM llx_oauthbridge_consent"));
        Assert.Equal(0, await device.PollAsync(host, 60));
    }

    [Fact]
    public async Task An_application_that_may_not_show_its_secret_is_asked_for_without_it_then_and_later()
    {
        await using var device = await DeviceWorld.CreateAsync(shared.Server);
        device.Authority.Always = async context =>
        {
            var form = context.Request.Form;
            var answer = form.ContainsKey("client_secret")
                ? Authority.Error("invalid_client", 401)
                : Authority.Json(
                    200,
                    $$"""{"access_token":"at-canary-{{form["grant_type"][0]!.Length}}","refresh_token":"rt-canary-public","""
                        + $$""" "token_type":"Bearer","expires_in":3600}"""
                );
            await answer(context);
        };
        var host = device.World.Open();

        var consent = await DeviceWorld.BeginAsync(host);
        await device.PollAsync(host, 6);
        Assert.Equal(ConsentStatus.Granted, await DeviceWorld.StatusAsync(host, consent));

        device.World.Clock.Advance(TimeSpan.FromHours(2));
        Assert.Equal($"at-canary-{"refresh_token".Length}", (await host.TokenAsync(DeviceWorld.Entry)).Value);
    }

    [Fact]
    public async Task Another_account_than_before_must_be_meant()
    {
        await using var device = await DeviceWorld.CreateAsync(shared.Server);
        var host = device.World.Open();
        device.Grant(IdToken("ada@example.com"));
        await DeviceWorld.BeginAsync(host);
        await device.PollAsync(host, 6);
        var before = await device.World.RawAsync(DeviceWorld.Entry);

        device.Grant(IdToken("grace@example.com"));
        var refused = await DeviceWorld.BeginAsync(host);
        await device.PollAsync(host, 6);
        var state = await host.Get<ConsentService>().GetAsync(refused.ConsentId!, 1);
        Assert.Equal((ConsentStatus.Denied, before), (state.Status, await device.World.RawAsync(DeviceWorld.Entry)));
        Assert.Contains("ada@example.com", state.Detail, StringComparison.Ordinal);

        device.Grant(IdToken("grace@example.com"));
        var meant = await DeviceWorld.BeginAsync(host, confirmsAccountChange: true);
        await device.PollAsync(host, 6);
        Assert.Equal(ConsentStatus.Granted, await DeviceWorld.StatusAsync(host, meant));
    }

    private static Task<StandInProvider> StartAsync(World world) =>
        StandInProvider.StartAsync(
            new StandInProviderOptions
            {
                Clients =
                [
                    new StandInClient
                    {
                        ClientId = World.ClientId,
                        ClientSecret = World.ClientSecret,
                        Scopes = [DeviceWorld.Scope],
                    },
                ],
                TimeProvider = world.Clock,
            }
        );

    private static string IdToken(string email)
    {
        var payload = System.Text.Json.JsonSerializer.SerializeToUtf8Bytes(new { sub = "sub of " + email, email });
        return $"e30.{System.Buffers.Text.Base64Url.EncodeToString(payload)}.c2ln";
    }
}
