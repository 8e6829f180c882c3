// SPDX-License-Identifier: GPL-3.0-or-later

using DolibarrOAuthBridge.Dolibarr.Configuration;
using DolibarrOAuthBridge.Dolibarr.Encryption;
using DolibarrOAuthBridge.Lifetime;

namespace DolibarrOAuthBridge.Instances;

/// <summary>What the server needs to hold instances, and to start, reload and stop them.</summary>
internal static class InstanceServices
{
    public static IServiceCollection AddInstances(this IServiceCollection services, BridgeOptions options) =>
        services
            .AddHostedService(provider => provider.GetRequiredService<InstanceHost>())
            .AddSingleton<InstanceVisitor>()
            .AddHostedService<InstanceScheduler>()
            .AddHostedService<ReloadSignal>()
            .AddHostedService<SystemdNotifications>()
            .Configure<HostOptions>(host => host.ShutdownTimeout = options.RefreshLimit);

    /// <summary>
    /// Tells the server's routing which types an instance's services have, so that it does not look for them in a request's body. The
    /// services themselves come from the instance that a request is for.
    /// </summary>
    /// <param name="services">The server's services, complete.</param>
    /// <param name="share">Adds what each instance has of its own for HTTP.</param>
    public static void AddInstanceTypes(this IServiceCollection services, Action<IServiceCollection> share)
    {
        var instance = new ServiceCollection();
        share(instance);
        var nowhere = new DolibarrConf
        {
            Path = string.Empty,
            DbHost = string.Empty,
            DbName = string.Empty,
            DbUser = string.Empty,
            Keys = new InstanceKeys(null, null, null),
        };
        InstanceComposer.Add(instance, nowhere, new BridgeOptions(), new ConfigurationBuilder().Build());
        var known = services.Select(service => service.ServiceType).ToHashSet();
        foreach (var type in instance.Select(service => service.ServiceType).Distinct().Where(type => !known.Contains(type)))
        {
            if (type != typeof(IHostedService))
            {
                services.AddSingleton(type, _ => throw new InvalidOperationException($"{type.Name} is a service of an instance."));
            }
        }
    }
}
