// SPDX-License-Identifier: GPL-3.0-or-later

namespace DolibarrOAuthBridge.Http.Security;

/// <summary>
/// While the server closes, ends the connections whose request has not wholly arrived. The server waits for every request that has begun,
/// and stops its own timers first: a caller who sends half a request would keep the process alive until the limit of all stopping.
/// </summary>
internal sealed class ConnectionEnd(ConnectionRoom room, TimeProvider time) : IHostedLifecycleService, IDisposable
{
    private static readonly TimeSpan Interval = TimeSpan.FromMilliseconds(200);

    private ITimer? _timer;

    /// <inheritdoc />
    public Task StoppingAsync(CancellationToken cancellationToken)
    {
        _timer = time.CreateTimer(static room => ((ConnectionRoom)room!).CloseUnfinished(), room, Interval, Interval);
        return Task.CompletedTask;
    }

    /// <inheritdoc />
    public Task StartingAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    /// <inheritdoc />
    public Task StartAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    /// <inheritdoc />
    public Task StartedAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    /// <inheritdoc />
    public Task StopAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    /// <inheritdoc />
    public Task StoppedAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    /// <inheritdoc />
    public void Dispose() => _timer?.Dispose();
}
