// SPDX-License-Identifier: GPL-3.0-or-later

namespace DolibarrOAuthBridge.Notifications;

/// <summary>Wakes those who wait for a notice when this sidecar adds one.</summary>
internal sealed class NoticeSignal
{
    private TaskCompletionSource _next = new(TaskCreationOptions.RunContinuationsAsynchronously);

    /// <summary>Completes at the next notice that this sidecar adds.</summary>
    public Task Next => Volatile.Read(ref _next).Task;

    /// <summary>Wakes everybody.</summary>
    public void Raise() =>
        Interlocked.Exchange(ref _next, new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously)).TrySetResult();
}

/// <summary>The notices for whoever asks by HTTP, as soon as there are any.</summary>
internal sealed class NoticeFeed(NoticeTable notices, NoticeSignal signal, TimeProvider time)
{
    private const int MostEvents = 200;

    // Other sidecars of the database add notices too, and cannot wake this one.
    private static readonly TimeSpan LookEvery = TimeSpan.FromSeconds(2);

    /// <summary>The notices of a company, and of the instance as a whole, after a number. Waits until there is one.</summary>
    /// <param name="after">The <c>last</c> of the answer before; 0 for all that are kept.</param>
    /// <param name="entity">The company.</param>
    /// <param name="wait">How long to wait for the first one.</param>
    /// <param name="cancellationToken">Ends the wait.</param>
    public async Task<NoticeList> ReadAsync(long after, int entity, TimeSpan wait, CancellationToken cancellationToken = default)
    {
        var start = time.GetTimestamp();
        while (true)
        {
            var next = signal.Next; // before the look, so that nothing is missed in between
            var events = await notices.ListAsync(after, entity, MostEvents, cancellationToken);
            var left = wait - time.GetElapsedTime(start);
            if (events.Count > 0 || left <= TimeSpan.Zero)
            {
                return new NoticeList(events, events is [.., var last] ? last.Id : await LastAsync(after, cancellationToken));
            }

            using var stop = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
            await Task.WhenAny(next, Task.Delay(left < LookEvery ? left : LookEvery, time, stop.Token));
            await stop.CancelAsync();
            cancellationToken.ThrowIfCancellationRequested();
        }
    }

    // A number beyond the newest is of a database that was restored from a backup: start over.
    private async Task<long> LastAsync(long after, CancellationToken cancellationToken) =>
        Math.Min(after, await notices.NewestAsync(cancellationToken));
}
