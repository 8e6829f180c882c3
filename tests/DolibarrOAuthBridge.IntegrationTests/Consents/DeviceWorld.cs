// SPDX-License-Identifier: GPL-3.0-or-later

using DolibarrOAuthBridge.Consents;
using DolibarrOAuthBridge.Consents.Device;
using DolibarrOAuthBridge.Demo.Database;
using DolibarrOAuthBridge.Demo.Provider;
using DolibarrOAuthBridge.IntegrationTests.Support;
using DolibarrOAuthBridge.Providers;

namespace DolibarrOAuthBridge.IntegrationTests.Consents;

/// <summary>An entry that is granted by device code, at a scripted provider whose answers a test plans, or at another one.</summary>
internal sealed class DeviceWorld : IAsyncDisposable
{
    public const string Entry = "MICROSOFT-Device";
    public const string Service = "Microsoft-Device";
    public const string Scope = "https://outlook.office365.com/SMTP.Send";

    private const string DevicePath = "/device";

    private DeviceWorld(World world) => World = world;

    public World World { get; }

    public Authority Authority => World.Authority;

    public static async Task<DeviceWorld> CreateAsync(IScratchDatabase server, StandInProvider? provider = null, World? world = null)
    {
        world ??= await World.CreateAsync(server);
        world.Clock.Freeze();
        world.Settings = new Dictionary<string, string?>
        {
            ["Providers:Microsoft:TokenEndpoint"] = provider?.Endpoint("oauth/token").AbsoluteUri ?? world.Authority.TokenEndpoint,
            ["Providers:Microsoft:DeviceAuthorizationEndpoint"] = (
                provider?.Endpoint("oauth/device") ?? world.Authority.Server.Endpoint(DevicePath)
            ).AbsoluteUri,
        };
        await world.Install.SetConstAsync($"OAUTH_{Entry}_ID", World.ClientId);
        await world.Install.SetConstAsync($"OAUTH_{Entry}_SECRET", World.ClientSecret);
        await world.Install.SetConstAsync($"OAUTH_{Entry}_TENANT", "contoso.example");
        await world.Install.SetConstAsync($"OAUTH_{Entry}_SCOPE", Scope);
        world.Authority.Server.Map(
            DevicePath,
            Authority.Json(
                200,
                """{"device_code":"canary-device-code","user_code":"WDJB-MJHT","""
                    + """ "verification_uri":"https://microsoft.com/devicelogin","expires_in":900,"interval":5}"""
            )
        );
        world.Authority.Always = Authority.Error("authorization_pending");
        return new DeviceWorld(world);
    }

    public static Task<ConsentStarted> BeginAsync(BridgeHost host, bool confirmsAccountChange = false) =>
        host.Get<ConsentService>()
            .BeginAsync(Entry, 1, ConsentFlows.Device, new ConsentOptions { ConfirmsAccountChange = confirmsAccountChange });

    public static async Task<string> StatusAsync(BridgeHost host, ConsentStarted consent) =>
        (await host.Get<ConsentService>().GetAsync(consent.ConsentId!, 1)).Status;

    /// <summary>Lets time pass, then has the host look once.</summary>
    /// <returns>How often the provider was polled so far.</returns>
    public async Task<int> PollAsync(BridgeHost host, int afterSeconds)
    {
        World.Clock.Advance(TimeSpan.FromSeconds(afterSeconds));
        await host.Get<DevicePolling>().RunOnceAsync();
        return Authority.Asked;
    }

    public void Grant(string? idToken = null, string token = "at-canary-device") =>
        Authority.Next(
            Authority.Json(
                200,
                $$"""{"access_token":"{{token}}","refresh_token":"rt-canary-device","token_type":"Bearer","""
                    + $$""" "expires_in":3600,"""
                    + $$""" "scope":"{{Scope}}"{{(idToken is null ? string.Empty : $",\"id_token\":\"{idToken}\"")}}}"""
            )
        );

    public ValueTask DisposeAsync() => World.DisposeAsync();
}
