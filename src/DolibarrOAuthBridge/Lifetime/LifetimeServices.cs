// SPDX-License-Identifier: GPL-3.0-or-later

namespace DolibarrOAuthBridge.Lifetime;

/// <summary>What the server does when it is told to reload or to stop.</summary>
internal static class LifetimeServices
{
    public static IServiceCollection AddLifetime(this IServiceCollection services, BridgeOptions options) =>
        services
            .AddSingleton<ConfReloader>()
            .AddHostedService<ReloadSignal>()
            .AddHostedService<StatusKeeping>()
            .AddHostedService<Draining>()
            .AddHostedService<SystemdNotifications>()
            .Configure<HostOptions>(host => host.ShutdownTimeout = options.RefreshLimit);
}
