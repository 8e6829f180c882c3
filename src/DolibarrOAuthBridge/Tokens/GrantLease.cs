// SPDX-License-Identifier: GPL-3.0-or-later

using DolibarrOAuthBridge.Dolibarr.Database;
using DolibarrOAuthBridge.Grants;
using DolibarrOAuthBridge.Storage;

namespace DolibarrOAuthBridge.Tokens;

/// <summary>Takes the broker's lease of a grant for a consent: while it is held, no process refreshes that grant.</summary>
internal sealed partial class GrantLease(
    GrantTable grants,
    JournalReplay replay,
    BridgeOptions options,
    TimeProvider time,
    ILogger<GrantLease> logger
)
{
    private static readonly TimeSpan FirstPoll = TimeSpan.FromMilliseconds(50);
    private static readonly TimeSpan LongestPoll = TimeSpan.FromSeconds(1);

    /// <summary>Does work under the lease. A refresh under way is waited for; one that a dead process left is finished first.</summary>
    /// <exception cref="BridgeException">Another process has held the lease for too long; the work was not begun.</exception>
    /// <exception cref="StoreException">The database failed.</exception>
    public async Task<T> HoldAsync<T>(GrantKey key, Func<Task<T>> work, CancellationToken cancellationToken = default)
    {
        var owner = $"{ProcessName.Value}/{Guid.NewGuid().ToString("N")[..8]}";
        var patience = time.GetUtcNow() + options.ProviderDeadline + TimeSpan.FromSeconds(3);
        for (
            var poll = FirstPoll;
            !await grants.TryLeaseAsync(key, owner, options.LeaseDuration, cancellationToken);
            poll = poll * 2 < LongestPoll ? poll * 2 : LongestPoll
        )
        {
            await replay.RunAsync(cancellationToken);
            if (time.GetUtcNow() >= patience)
            {
                throw new BridgeException(
                    ProblemCode.StoreNotWritable,
                    $"{key.Service} is being refreshed by another process for too long. Nothing was asked of the provider; try "
                        + "again in a moment.",
                    TimeSpan.FromSeconds(5)
                );
            }

            await Task.Delay(poll, time, cancellationToken);
        }

        try
        {
            await replay.RunAsync(cancellationToken);
            return await work();
        }
        finally
        {
            await ReleaseAsync(key, owner);
        }
    }

    private async Task ReleaseAsync(GrantKey key, string owner)
    {
        try
        {
            await grants.ReleaseAsync(key, owner, CancellationToken.None);
        }
        catch (StoreException exception)
        {
            Log.Left(logger, key.Service, exception.Message); // it ends by itself
        }
    }

    private static partial class Log
    {
        [LoggerMessage(1, LogLevel.Warning, "The lease of {Service} could not be given back after a consent and ends by itself: {Reason}")]
        public static partial void Left(ILogger logger, string service, string reason);
    }
}
