// SPDX-License-Identifier: GPL-3.0-or-later

using System.Collections.Concurrent;
using DolibarrOAuthBridge.Dolibarr.Database;
using DolibarrOAuthBridge.Grants;

namespace DolibarrOAuthBridge.Tokens;

/// <summary>
/// Takes the lease of a grant: for a refresh, and for a consent. A refresh under way is waited for; what a process that is gone left
/// is finished first.
/// </summary>
internal sealed partial class GrantLeases(
    GrantLeaseTable table,
    UnreleasedLeases unreleased,
    JournalReplay replay,
    LeaseOwners owners,
    EventTable events,
    BridgeOptions options,
    TimeProvider time,
    ILogger<GrantLeases> logger
)
{
    private static readonly TimeSpan FirstPoll = TimeSpan.FromMilliseconds(50);
    private static readonly TimeSpan LongestPoll = TimeSpan.FromSeconds(1);

    private readonly ConcurrentDictionary<(GrantKey, string), bool> _reported = new();

    /// <summary>Takes the lease.</summary>
    /// <param name="key">The grant.</param>
    /// <param name="wish">What the lease is for.</param>
    /// <param name="isNeedless">Asked while another one holds the lease: true ends the wait.</param>
    /// <param name="cancellationToken">Ends the wait.</param>
    /// <returns>The lease; null if <paramref name="isNeedless"/> said so.</returns>
    /// <exception cref="BridgeException">It cannot be had: another process holds it for too long, or may have spent the refresh
    /// token.</exception>
    /// <exception cref="StoreException">The database failed.</exception>
    public async Task<GrantLease?> AcquireAsync(
        GrantKey key,
        LeaseWish wish,
        Func<Task<bool>>? isNeedless = null,
        CancellationToken cancellationToken = default
    )
    {
        var owner = owners.Begin();
        var (isHeld, isUnknown) = (false, false);
        try
        {
            var giveUp = time.GetUtcNow() + options.ProviderDeadline + TimeSpan.FromSeconds(3);
            for (var poll = FirstPoll; ; poll = poll * 2 < LongestPoll ? poll * 2 : LongestPoll)
            {
                isUnknown = true;
                isHeld = await table.TryLeaseAsync(key, owner, wish, options.LeaseDuration, cancellationToken);
                isUnknown = false;
                if (isHeld)
                {
                    return new GrantLease(table, unreleased, options, time, logger, key, owner);
                }

                if (isNeedless is not null && await isNeedless())
                {
                    return null;
                }

                var state = await table.FindLeaseAsync(key, cancellationToken);
                if (await FreeAsync(key, state, wish, cancellationToken))
                {
                    continue; // what was in the way is gone
                }

                if (state is { IsHeld: false, IntentOwner: { } spender } && wish.RefreshHash is not null)
                {
                    throw await InDoubtAsync(key, state, spender, wish);
                }

                if (time.GetUtcNow() >= giveUp)
                {
                    throw new BridgeException(
                        ProblemCode.ProviderUnavailable,
                        $"Another process ({state.Owner}) has been refreshing {key.Service} for too long. "
                            + "Nothing was asked of the provider; try again in a moment.",
                        TimeSpan.FromSeconds(5)
                    );
                }

                await Task.Delay(poll, time, cancellationToken);
            }
        }
        finally
        {
            if (isUnknown)
            {
                unreleased.Add(key, owner); // the statement may have been carried out although its answer was lost
            }

            if (!isHeld)
            {
                LeaseOwners.End(owner);
            }
        }
    }

    // True where a lease or an intent of a process that is gone was in the way and is cleared. What that process left in the journal may
    // wait for a row that nobody can read any more, which a new consent repairs: such a wish gets the lease. What is said about the
    // refresh token stays, so that nobody sends it, and the answer in the journal gives way to the new consent.
    private async Task<bool> FreeAsync(GrantKey key, LeaseState state, LeaseWish wish, CancellationToken cancellationToken)
    {
        var isFree = false;
        foreach (var owner in new[] { state.Owner, state.IntentOwner }.OfType<string>().Distinct(StringComparer.Ordinal))
        {
            if (!owners.IsGone(owner))
            {
                continue;
            }

            if (await replay.RecoverAsync(key, cancellationToken))
            {
                await table.ReleaseAsync(key, owner, cancellationToken);
            }
            else if (wish.RefreshHash is null && state.IsHeld && state.Owner == owner)
            {
                await table.ReleaseLeaseAsync(key, owner, cancellationToken);
            }
            else
            {
                continue;
            }

            Log.Freed(logger, key.Service, key.Entity, owner);
            isFree = true;
        }

        return isFree;
    }

    private async Task<BridgeException> InDoubtAsync(GrantKey key, LeaseState state, string spender, LeaseWish wish)
    {
        var left = state.IntentAge is { } age && age < wish.InDoubtFor ? wish.InDoubtFor - age : TimeSpan.FromSeconds(1);
        if (_reported.TryAdd((key, spender), true))
        {
            Log.InDoubt(logger, key.Service, key.Entity, spender, left);
            await events.AppendAsync(key, EventKind.InDoubt, $"{spender} has not said what the provider answered");
        }

        return new BridgeException(
            ProblemCode.ProviderUnavailable,
            $"The refresh token of {key.Service} may be spent: {spender} sent it {state.IntentAge?.TotalSeconds:0} seconds ago and has not "
                + "stored the provider's answer. Start that sidecar again, and it finishes the refresh. Otherwise the token is tried again "
                + $"in {left.TotalSeconds:0} seconds, or at once by: dolibarr-oauth-bridge refresh ENTRY --even-if-spent",
            left
        );
    }

    private static partial class Log
    {
        [LoggerMessage(1, LogLevel.Information, "The lease of {Service} (entity {Entity}) was taken over: {Owner} is gone.")]
        public static partial void Freed(ILogger logger, string service, int entity, string owner);

        [LoggerMessage(
            2,
            LogLevel.Warning,
            "{Service} (entity {Entity}) is not refreshed for {Left}: {Owner} may have spent its refresh token and has not said so."
        )]
        public static partial void InDoubt(ILogger logger, string service, int entity, string owner, TimeSpan left);
    }
}
