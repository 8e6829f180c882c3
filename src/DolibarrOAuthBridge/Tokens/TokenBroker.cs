// SPDX-License-Identifier: GPL-3.0-or-later

using DolibarrOAuthBridge.Dolibarr.Database;
using DolibarrOAuthBridge.Dolibarr.Entries;
using DolibarrOAuthBridge.Entries;
using DolibarrOAuthBridge.Grants;
using DolibarrOAuthBridge.Metrics;
using DolibarrOAuthBridge.Providers;

namespace DolibarrOAuthBridge.Tokens;

/// <summary>
/// Hands out access tokens that are fresh enough. A token that lives long enough is served at once and renewed in the
/// background when it nears its end; one that lives at all is served whatever the provider says.
/// </summary>
internal sealed partial class TokenBroker(
    EntryDirectory entries,
    GrantReader reader,
    GrantCache cache,
    RefreshFlights flights,
    LastUseRecorder lastUse,
    BridgeOptions options,
    TimeProvider time,
    ILogger<TokenBroker> logger
)
{
    /// <summary>An access token that lives for at least the given time, if it can be had.</summary>
    /// <param name="name">Entry or service name.</param>
    /// <param name="entity">The company.</param>
    /// <param name="minTtl">How long it must live; null for the configured default.</param>
    /// <param name="caller">Who asks, for those who want to know who uses a token; null if nobody knows.</param>
    /// <param name="cancellationToken">Ends the caller's wait.</param>
    /// <exception cref="BridgeException">There is none to be had.</exception>
    public async Task<AccessToken> GetAsync(
        string name,
        int entity,
        TimeSpan? minTtl = null,
        string? caller = null,
        CancellationToken cancellationToken = default
    )
    {
        var entry = await entries.GetRecentAsync(name, entity, cancellationToken);
        return (await GetGrantAsync(entry, minTtl ?? options.MinTtl, caller, cancellationToken)).ToAccessToken(entry.Name);
    }

    /// <summary>
    /// The entry's access token if it is in memory, lives for at least the given time and need not be renewed soon; null otherwise. Asks
    /// neither the database nor the provider.
    /// </summary>
    public AccessToken? FindHot(string name, int entity, TimeSpan? minTtl, string? caller)
    {
        if (
            entries.FindRecent(name, entity) is not { } entry
            || cache.Find(entry) is not { } cached
            || !cached.IsPlausible(time.GetUtcNow())
            || !cached.Grant.LivesFor(minTtl ?? options.MinTtl, time.GetUtcNow())
            || NeedsRenewal(entry, cached.Grant)
        )
        {
            return null;
        }

        lastUse.Record(GrantKey.Of(entry), caller);
        BridgeMeter.TokenServed(entry, "stored");
        return cached.Grant.ToAccessToken(entry.Name);
    }

    /// <summary>The entry's grant with an access token that lives for at least the given time.</summary>
    /// <exception cref="BridgeException">There is none to be had.</exception>
    public async Task<StoredGrant> GetGrantAsync(
        OAuthEntry entry,
        TimeSpan minTtl,
        string? caller = null,
        CancellationToken cancellationToken = default
    )
    {
        var cached = await cache.ReadAsync(entry, cancellationToken);
        lastUse.Record(GrantKey.Of(entry), caller);
        var (grant, isPlausible) = (cached.Grant, cached.IsPlausible(time.GetUtcNow()));
        if (isPlausible && grant.LivesFor(minTtl, time.GetUtcNow()))
        {
            RenewSoon(entry, grant);
            BridgeMeter.TokenServed(entry, "stored");
            return grant;
        }

        try
        {
            var refreshed = await flights.JoinAsync(entry, new RefreshDemand(minTtl), cancellationToken);
            BridgeMeter.TokenServed(entry, "refreshed");
            return refreshed;
        }
        catch (Exception exception)
            when (exception is BridgeException or StoreException && isPlausible && grant.LivesFor(TimeSpan.Zero, time.GetUtcNow()))
        {
            var present = await ReadAgainAsync(entry, cached, cancellationToken);
            if (!present.IsPlausible(time.GetUtcNow()) || !present.Grant.LivesFor(TimeSpan.Zero, time.GetUtcNow()))
            {
                throw;
            }

            Log.ServedStillValid(logger, entry.Name.Service, entry.Entity, (exception as BridgeException)?.Code ?? exception.Message);
            BridgeMeter.TokenServed(entry, "stored_after_failure");
            return present.Grant;
        }
    }

    // The refresh took its time: a token that was deleted meanwhile is handed out no more.
    private async Task<CachedGrant> ReadAgainAsync(OAuthEntry entry, CachedGrant before, CancellationToken cancellationToken)
    {
        try
        {
            cache.Forget(GrantKey.Of(entry));
            return await cache.ReadAsync(entry, cancellationToken);
        }
        catch (StoreException)
        {
            return before; // nobody can say more now, and it lives
        }
    }

    /// <summary>A new access token, even if the old one is still valid.</summary>
    /// <param name="name">Entry or service name.</param>
    /// <param name="entity">The entity.</param>
    /// <param name="evenIfSpent">Whether to send the refresh token although another process may have spent it.</param>
    /// <param name="cancellationToken">Ends the caller's wait.</param>
    /// <exception cref="BridgeException">The provider or the database failed; the old token is as it was.</exception>
    public async Task<AccessToken> RefreshAsync(
        string name,
        int entity,
        bool evenIfSpent = false,
        CancellationToken cancellationToken = default
    )
    {
        var entry = await entries.GetAsync(name, entity, cancellationToken);
        var grant = await reader.ReadAsync(entry, cancellationToken);
        var demand = new RefreshDemand(TimeSpan.Zero, grant.Row.Value) { EvenIfSpent = evenIfSpent };
        var refreshed = await flights.JoinAsync(entry, demand, cancellationToken);
        BridgeMeter.TokenServed(entry, "refreshed");
        return refreshed.ToAccessToken(entry.Name);
    }

    // Jitter by the row, so that grants that were made together are not renewed together, yet each at one certain time.
    private TimeSpan RenewAheadOf(StoredGrant grant) => options.RenewAhead * (0.8 + (0.2 * (grant.Row.RowId * 37 % 100) / 100));

    private bool NeedsRenewal(OAuthEntry entry, StoredGrant grant) =>
        !grant.LivesFor(RenewAheadOf(grant), time.GetUtcNow()) && grant.IsRenewableAt(ProviderCatalogue.Of(entry));

    private void RenewSoon(OAuthEntry entry, StoredGrant grant)
    {
        if (NeedsRenewal(entry, grant))
        {
            var demand = new RefreshDemand(RenewAheadOf(grant)) { IsAwaited = false };
            _ = ObserveAsync(flights.JoinAsync(entry, demand, CancellationToken.None));
        }

        async Task ObserveAsync(Task flight)
        {
            try
            {
                await flight;
            }
            catch (Exception exception) when (exception is BridgeException or StoreException)
            {
                Log.RenewalFailed(logger, entry.Name.Service, entry.Entity, exception.Message);
            }
        }
    }

    private static partial class Log
    {
        [LoggerMessage(
            1,
            LogLevel.Warning,
            "The refresh of {Service} (entity {Entity}) failed ({Code}); served the current, still valid token."
        )]
        public static partial void ServedStillValid(ILogger logger, string service, int entity, string code);

        [LoggerMessage(2, LogLevel.Information, "The renewal of {Service} (entity {Entity}) ahead of time failed: {Reason}")]
        public static partial void RenewalFailed(ILogger logger, string service, int entity, string reason);
    }
}
