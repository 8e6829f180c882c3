// SPDX-License-Identifier: GPL-3.0-or-later

using DolibarrOAuthBridge.Tokens;

namespace DolibarrOAuthBridge.Lifetime;

/// <summary>
/// Told to stop, the sidecar first finishes the refreshes under way, while it still answers; <c>/readyz</c> says
/// <c>draining</c> meanwhile. Then the server closes.
/// </summary>
internal sealed partial class Draining(RefreshFlights flights, ILogger<Draining> logger) : IHostedLifecycleService
{
    public async Task StoppingAsync(CancellationToken cancellationToken)
    {
        Log.Draining(logger);
        await flights.DrainAsync(cancellationToken).WaitAsync(cancellationToken);
    }

    public Task StartingAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public Task StartAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public Task StartedAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public Task StopAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public Task StoppedAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    private static partial class Log
    {
        [LoggerMessage(1, LogLevel.Information, "Stopping: refreshes under way are finished first.")]
        public static partial void Draining(ILogger logger);
    }
}
