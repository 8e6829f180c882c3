// SPDX-License-Identifier: GPL-3.0-or-later

using DolibarrOAuthBridge.Consents.Device;
using DolibarrOAuthBridge.Dolibarr.Configuration;
using DolibarrOAuthBridge.Dolibarr.Database;
using DolibarrOAuthBridge.Lifetime;
using DolibarrOAuthBridge.Notifications;
using DolibarrOAuthBridge.Tokens;
using DolibarrOAuthBridge.Tokens.Renewal;

namespace DolibarrOAuthBridge.Instances;

/// <summary>
/// The services of one Dolibarr: its key, its connections, its caches, its refreshes and its background work. Two instances share
/// nothing but what <see cref="InstanceComposer"/> gives both.
/// </summary>
internal sealed class InstanceComposition : IAsyncDisposable
{
    private readonly ServiceProvider _services;
    private readonly List<IHostedService> _running = [];

    public InstanceComposition(ServiceProvider services, DolibarrConf conf)
    {
        _services = services;
        Conf = conf;
    }

    /// <summary>What its conf.php says.</summary>
    public DolibarrConf Conf { get; }

    /// <summary>Everything that a request or a command of this instance needs.</summary>
    public IServiceProvider Services => _services;

    /// <summary>Whether the background work was started.</summary>
    public bool IsWorking => _running.Count > 0;

    /// <summary>A service.</summary>
    public T Get<T>()
        where T : notnull => _services.GetRequiredService<T>();

    /// <summary>Starts the background work if it was not started: renewal, polling of device codes, notices, status.</summary>
    public async Task StartAsync(CancellationToken cancellationToken = default)
    {
        if (IsWorking)
        {
            return;
        }

        foreach (var work in _services.GetServices<IHostedService>())
        {
            await work.StartAsync(cancellationToken);
            _running.Add(work);
        }
    }

    /// <summary>Closes the connections to the database that nobody uses.</summary>
    public Task CloseIdleConnectionsAsync()
    {
        try
        {
            return Get<DolibarrDatabase>().CloseIdleAsync();
        }
        catch (ObjectDisposedException)
        {
            return Task.CompletedTask; // they are closed already
        }
    }

    /// <summary>Waits until every refresh under way has ended.</summary>
    public Task DrainAsync(CancellationToken cancellationToken = default) => Get<RefreshFlights>().DrainAsync(cancellationToken);

    /// <summary>Stops the background work.</summary>
    public async Task StopAsync(CancellationToken cancellationToken = default)
    {
        foreach (var work in Enumerable.Reverse(_running))
        {
            await work.StopAsync(cancellationToken);
        }

        _running.Clear();
    }

    /// <summary>Stops everything and closes the connections.</summary>
    public async ValueTask DisposeAsync()
    {
        await StopAsync();
        await DrainAsync();
        await Get<LastUseRecorder>().PendingWrite;
        await _services.DisposeAsync();
    }
}

/// <summary>Puts the services of an instance together.</summary>
/// <param name="share">Adds what the instances of the process share, such as the clock, and what each has of its own for HTTP and for
/// the log.</param>
internal sealed class InstanceComposer(Action<IServiceCollection, InstanceDefinition> share)
{
    /// <summary>Puts them together; nothing is connected or started yet.</summary>
    public InstanceComposition Compose(DolibarrConf conf, InstanceDefinition definition)
    {
        var services = new ServiceCollection();
        share(services, definition);
        Add(services, conf, definition.Options, definition.Configuration());
        return new InstanceComposition(services.BuildServiceProvider(), conf);
    }

    /// <summary>The services of one instance.</summary>
    public static void Add(IServiceCollection services, DolibarrConf conf, BridgeOptions options, IConfiguration configuration) =>
        services
            .AddBridge(conf, options, configuration)
            .AddSingleton<ConfReloader>()
            .AddSingleton<IHostedService, SecretFileLog>()
            .AddSingleton<IHostedService>(provider => provider.GetRequiredService<RenewalService>())
            .AddSingleton<IHostedService>(provider => provider.GetRequiredService<DevicePolling>())
            .AddSingleton<IHostedService>(provider => provider.GetRequiredService<NoticeWatch>())
            .AddSingleton<IHostedService, StatusKeeping>();
}
