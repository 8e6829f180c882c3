// SPDX-License-Identifier: GPL-3.0-or-later

using DolibarrOAuthBridge.Dolibarr.Entries;
using DolibarrOAuthBridge.Grants;
using DolibarrOAuthBridge.Metrics;
using DolibarrOAuthBridge.Providers;

namespace DolibarrOAuthBridge.Tokens;

/// <summary>
/// One refresh from the look at the row to the row: look, take the lease, finish what is left in the journal, look again, ask and
/// store.
/// </summary>
internal sealed class GrantRefresher(
    RefreshCheck check,
    FormerGrants former,
    GrantLeases leases,
    JournalReplay replay,
    JournaledRefresh refresh,
    GrantReader reader,
    FailureRecorder failures,
    BridgeOptions options,
    TimeProvider time
)
{
    // After the first failure the provider is asked again in a second: callers wait for that rather than being sent away.
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(2.25);

    // Their refresh tokens are stored, but asking at once again would bring no other access token.
    private static readonly TimeSpan WaitAfterUseless = TimeSpan.FromSeconds(10);

    private static readonly TokenAnswer.Unavailable OverAtOnce = new(
        "token_over",
        "The provider gave an access token that is over at once (expires_in is 0 or less).",
        WaitAfterUseless
    );

    private static readonly TokenAnswer.Unavailable NoAccessToken = new(
        "malformed",
        "The provider's answer held a new refresh token, which is stored, and no access token that can be used.",
        WaitAfterUseless
    );

    /// <summary>Brings a grant to what the demand asks for. It is never cancelled half-way.</summary>
    /// <exception cref="BridgeException">It cannot be had; the stored grant is as it was.</exception>
    public async Task<StoredGrant> RefreshAsync(OAuthEntry entry, RefreshDemand demand)
    {
        var start = time.GetTimestamp();
        while (true)
        {
            try
            {
                return await TryAsync(entry, demand);
            }
            catch (BridgeException exception)
                when (demand.IsAwaited
                    && exception is { Code: ProblemCode.ProviderUnavailable, RetryAfter: { } wait }
                    && time.GetElapsedTime(start) + wait <= Patience
                )
            {
                await Task.Delay(wait, time);
            }
        }
    }

    private async Task<StoredGrant> TryAsync(OAuthEntry entry, RefreshDemand demand)
    {
        var state = await check.LookAsync(entry, demand);
        if (!state.Suffices && !demand.EvenIfSpent && await former.FollowAsync(entry, state.Grant, state.Record))
        {
            state = await check.LookAsync(entry, demand);
        }

        if (state.Suffices)
        {
            return state.Grant;
        }

        var lease = await leases.AcquireAsync(GrantKey.Of(entry), new LeaseWish(state.SpentHash, InDoubtFor(entry, demand)), async () =>
            demand.IsMetBy(await reader.ReadAsync(entry), time.GetUtcNow())
        );
        if (lease is null)
        {
            return await reader.ReadAsync(entry); // another process refreshed it meanwhile
        }

        await using (lease)
        {
            return await RefreshAsync(entry, demand, lease);
        }
    }

    private async Task<StoredGrant> RefreshAsync(OAuthEntry entry, RefreshDemand demand, GrantLease lease)
    {
        if (!await replay.RecoverAsync(lease.Key))
        {
            throw new BridgeException(
                ProblemCode.StoreNotWritable,
                $"An earlier refresh of {entry.Name} is still in the journal: its answer waits for the database, or another process is at "
                    + "work on it. Nothing is lost; see the log for what the database said.",
                TimeSpan.FromSeconds(10)
            );
        }

        for (var isSecond = false; ; isSecond = true)
        {
            var state = await check.PrepareAsync(entry, demand);
            if (state.Suffices)
            {
                return state.Grant;
            }

            var (refreshed, answer, hasAccessToken) = await refresh.RunAsync(entry, state, lease);
            if (refreshed is null)
            {
                return await HandleFailureAsync(entry, demand, state, answer);
            }

            var failure = Unusable(state.Grant, refreshed, answer);
            if (hasAccessToken && failure is null)
            {
                return refreshed;
            }

            if (hasAccessToken || isSecond || !refreshed.IsStored || failure?.Reason == TokenTooLargeException.Error)
            {
                throw await failures.RecordAsync(entry, refreshed, state.Record, failure ?? NoAccessToken);
            }

            // The new refresh token is stored and may bring an access token.
            demand = demand.IsForced ? demand with { SeenValue = refreshed.Row.Value } : demand;
        }
    }

    // The refresh token is stored; the access token is of no use or was not kept, and asking at once again would bring no other.
    private TokenAnswer.Unavailable? Unusable(StoredGrant before, StoredGrant refreshed, TokenAnswer answer)
    {
        var isOld = refreshed.Token.AccessToken == before.Token.AccessToken;
        return answer switch
        {
            TokenAnswer.Issued { Response.ExpiresIn: 0 } => OverAtOnce,
            TokenAnswer.Issued issued when isOld && !refreshed.LivesFor(TimeSpan.Zero, time.GetUtcNow()) => new(
                TokenTooLargeException.Error,
                TokenTooLargeException.Sentence(issued.Response.AccessToken.Length),
                WaitAfterUseless
            ),
            TokenAnswer.Unavailable unavailable when isOld => unavailable with { RetryAfter = WaitAfterUseless },
            _ => null,
        };
    }

    // Old refresh tokens that stay valid may be sent again as soon as the lease is over.
    private TimeSpan InDoubtFor(OAuthEntry entry, RefreshDemand demand) =>
        demand.EvenIfSpent || ProviderCatalogue.Of(entry).KeepsOldRefreshTokens ? TimeSpan.Zero : options.InDoubtFor;

    // The provider said no to a refresh token that somebody else may have replaced meanwhile.
    private async Task<StoredGrant> HandleFailureAsync(OAuthEntry entry, RefreshDemand demand, GrantState spent, TokenAnswer answer)
    {
        BridgeMeter.RefreshAnswered(entry, answer);
        if (answer is TokenAnswer.Refused { Error: var error } && Refusals.KindOf(error) == RefusalKind.ConsentNeeded)
        {
            var now = await reader.ReadAsync(entry);
            if (now.Row.Value != spent.Grant.Row.Value && now.LivesFor(demand.IsForced ? TimeSpan.Zero : demand.Lifetime, time.GetUtcNow()))
            {
                return now;
            }
        }

        throw await failures.RecordAsync(entry, spent.Grant, spent.Record, answer);
    }
}
