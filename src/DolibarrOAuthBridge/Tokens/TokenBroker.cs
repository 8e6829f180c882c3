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
    GrantTable grants,
    GrantCache cache,
    RefreshFlights flights,
    LastUseRecorder lastUse,
    BridgeOptions options,
    TimeProvider time,
    ILogger<TokenBroker> logger
)
{
    private static readonly TimeSpan FarAway = TimeSpan.FromHours(2);

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

    /// <summary>The entry's grant with an access token that lives for at least the given time.</summary>
    /// <exception cref="BridgeException">There is none to be had.</exception>
    public Task<StoredGrant> GetGrantAsync(
        OAuthEntry entry,
        TimeSpan minTtl,
        string? caller = null,
        CancellationToken cancellationToken = default
    ) =>
        SayInCallersTermsAsync(async () =>
        {
            var grant = await cache.ReadAsync(entry, cancellationToken);
            lastUse.Record(GrantKey.Of(entry), caller);
            var isPlausible = await IsPlausibleAsync(entry, grant, cancellationToken);
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
                Log.ServedStillValid(logger, entry.Name.Service, entry.Entity, (exception as BridgeException)?.Code ?? exception.Message);
                BridgeMeter.TokenServed(entry, "stored_after_failure");
                return grant;
            }
        });

    /// <summary>A new access token, even if the old one is still valid.</summary>
    /// <param name="name">Entry or service name.</param>
    /// <param name="entity">The entity.</param>
    /// <param name="evenIfSpent">Whether to send the refresh token although another process may have spent it.</param>
    /// <param name="cancellationToken">Ends the caller's wait.</param>
    /// <exception cref="BridgeException">The provider or the database failed; the old token is as it was.</exception>
    public Task<AccessToken> RefreshAsync(
        string name,
        int entity,
        bool evenIfSpent = false,
        CancellationToken cancellationToken = default
    ) =>
        SayInCallersTermsAsync(async () =>
        {
            var entry = await entries.GetAsync(name, entity, cancellationToken);
            var grant = await reader.ReadAsync(entry, cancellationToken);
            var demand = new RefreshDemand(TimeSpan.Zero, grant.Row.Value) { EvenIfSpent = evenIfSpent };
            var refreshed = await flights.JoinAsync(entry, demand, cancellationToken);
            BridgeMeter.TokenServed(entry, "refreshed");
            return refreshed.ToAccessToken(entry.Name);
        });

    // Only an end that is far away is worth a look at what the provider said.
    private async Task<bool> IsPlausibleAsync(OAuthEntry entry, StoredGrant grant, CancellationToken cancellationToken) =>
        grant.ExpiresAt is not { } end
        || end - time.GetUtcNow() < FarAway
        || !grant.EndIsImplausible(await grants.GetAsync(GrantKey.Of(entry), cancellationToken), time.GetUtcNow());

    // The broker is where the database's failures become the callers' problem codes.
    private static async Task<T> SayInCallersTermsAsync<T>(Func<Task<T>> work)
    {
        try
        {
            return await work();
        }
        catch (StoreException exception)
        {
            throw BridgeException.From(exception);
        }
    }

    // Jitter by the row, so that grants that were made together are not renewed together, yet each at one certain time.
    private void RenewSoon(OAuthEntry entry, StoredGrant grant)
    {
        var ahead = options.RenewAhead * (0.8 + (0.2 * (grant.Row.RowId * 37 % 100) / 100));
        if (grant.IsRenewableAt(ProviderCatalogue.Of(entry.Name)) && !grant.LivesFor(ahead, time.GetUtcNow()))
        {
            _ = ObserveAsync(flights.JoinAsync(entry, new RefreshDemand(ahead) { IsAwaited = false }, CancellationToken.None));
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
