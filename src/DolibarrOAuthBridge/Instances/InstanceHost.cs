// SPDX-License-Identifier: GPL-3.0-or-later

using DolibarrOAuthBridge.Lifetime;

namespace DolibarrOAuthBridge.Instances;

/// <summary>
/// The instances of this process. Told to stop, the sidecar first finishes the refreshes under way, while it still answers;
/// <c>/readyz</c> says <c>draining</c> meanwhile. Then the server closes.
/// </summary>
internal sealed partial class InstanceHost(Instance single, ILogger<InstanceHost> logger) : IHostedLifecycleService
{
    /// <summary>The instance without a name.</summary>
    public Instance Single => single;

    /// <summary>Reads again what is configured.</summary>
    public async Task ReloadAsync(CancellationToken cancellationToken = default)
    {
        using var use = single.Enter();
        await use.Composition.Get<ConfReloader>().ReloadAsync(cancellationToken);
    }

    public Task StartAsync(CancellationToken cancellationToken) => single.StartAsync(cancellationToken);

    public async Task StoppingAsync(CancellationToken cancellationToken)
    {
        Log.Draining(logger);
        await single.DrainAsync(cancellationToken).WaitAsync(cancellationToken);
    }

    public Task StopAsync(CancellationToken cancellationToken) => single.StopAsync(cancellationToken);

    public Task StartingAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public Task StartedAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public Task StoppedAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    private static partial class Log
    {
        [LoggerMessage(1, LogLevel.Information, "Stopping: refreshes under way are finished first.")]
        public static partial void Draining(ILogger logger);
    }
}
