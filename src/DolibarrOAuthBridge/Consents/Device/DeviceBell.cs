// SPDX-License-Identifier: GPL-3.0-or-later

using System.Threading.Channels;

namespace DolibarrOAuthBridge.Consents.Device;

/// <summary>Wakes <see cref="DevicePolling"/> when a consent has begun in this process.</summary>
internal sealed class DeviceBell
{
    private readonly Channel<bool> _rings = Channel.CreateBounded<bool>(
        new BoundedChannelOptions(1) { FullMode = BoundedChannelFullMode.DropWrite }
    );

    /// <summary>Wakes whoever waits, or who waits next.</summary>
    public void Ring() => _rings.Writer.TryWrite(true);

    /// <summary>Waits for a ring, but not longer than the given time.</summary>
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
            await _rings.Reader.ReadAsync(limit.Token);
        }
        catch (OperationCanceledException) when (!cancellationToken.IsCancellationRequested)
        {
            // nobody rang
        }
    }
}
