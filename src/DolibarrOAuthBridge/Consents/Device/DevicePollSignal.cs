// SPDX-License-Identifier: GPL-3.0-or-later

using System.Threading.Channels;

namespace DolibarrOAuthBridge.Consents.Device;

/// <summary>Wakes <see cref="DevicePolling"/> when a consent by device code has begun in this process.</summary>
internal sealed class DevicePollSignal
{
    private readonly Channel<bool> _signals = Channel.CreateBounded<bool>(
        new BoundedChannelOptions(1) { FullMode = BoundedChannelFullMode.DropWrite }
    );

    /// <summary>Ends the wait that is under way, or the next one.</summary>
    public void Set() => _signals.Writer.TryWrite(true);

    /// <summary>Waits for the signal, but not longer than the given time.</summary>
    public async Task WaitAsync(TimeSpan longest, TimeProvider time, CancellationToken cancellationToken)
    {
        using var limit = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        using var timer = time.CreateTimer(
            static state => ((CancellationTokenSource)state!).Cancel(),
            limit,
            longest,
            Timeout.InfiniteTimeSpan
        );
        try
        {
            await _signals.Reader.ReadAsync(limit.Token);
        }
        catch (OperationCanceledException) when (!cancellationToken.IsCancellationRequested)
        {
            // the time is over
        }
    }
}
