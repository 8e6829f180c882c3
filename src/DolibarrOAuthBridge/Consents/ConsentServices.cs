// SPDX-License-Identifier: GPL-3.0-or-later

using DolibarrOAuthBridge.Consents.Device;

namespace DolibarrOAuthBridge.Consents;

/// <summary>What consents are made of.</summary>
internal static class ConsentServices
{
    public static IServiceCollection AddConsents(this IServiceCollection services) =>
        services
            .AddSingleton<ConsentTable>()
            .AddSingleton<GrantStore>()
            .AddSingleton<AccountFinder>()
            .AddSingleton<IConsentFlow, CodeFlow>()
            .AddSingleton<IConsentFlow, DeviceFlow>()
            .AddSingleton<IConsentFlow, ClientCredentialsFlow>()
            .AddSingleton<DevicePollSignal>()
            .AddSingleton<DevicePoller>()
            .AddSingleton<DevicePolling>()
            .AddSingleton<CodeRedeemer>()
            .AddSingleton<CodeCallback>()
            .AddSingleton<ConsentService>();
}
