using System.Collections.Concurrent;
using DolibarrOAuthBridge.Dolibarr.Entries;
using DolibarrOAuthBridge.Grants;

namespace DolibarrOAuthBridge.Tokens;

/// <summary>
/// Single flight within this process: callers who need the same grant refreshed share one refresh. It belongs to none of
/// them, so a caller who leaves does not cut it off.
/// </summary>
public sealed class RefreshFlights(GrantRefresher refresher)
{
    private readonly ConcurrentDictionary<GrantKey, Lazy<Task<StoredGrant>>> _flights = new();

    /// <summary>Joins the refresh under way or starts one.</summary>
    /// <param name="entry">The entry.</param>
    /// <param name="demand">What the caller needs.</param>
    /// <param name="cancellationToken">Ends the caller's wait, never the refresh.</param>
    /// <exception cref="BridgeException">The refresh failed.</exception>
    public Task<StoredGrant> JoinAsync(OAuthEntry entry, RefreshDemand demand, CancellationToken cancellationToken = default)
    {
        var key = GrantKey.Of(entry);
        var flight = _flights.GetOrAdd(key, _ =>
        {
            Lazy<Task<StoredGrant>>? self = null;
            self = new Lazy<Task<StoredGrant>>(() => FlyAsync(key, self!, entry, demand));
            return self;
        });
        return flight.Value.WaitAsync(cancellationToken);
    }

    /// <summary>Waits until every refresh under way has ended, well or not.</summary>
    public async Task DrainAsync(CancellationToken cancellationToken = default)
    {
        foreach (var flight in _flights.Values)
        {
            await ((Task)flight.Value).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            cancellationToken.ThrowIfCancellationRequested();
        }
    }

    private async Task<StoredGrant> FlyAsync(GrantKey key, Lazy<Task<StoredGrant>> self, OAuthEntry entry, RefreshDemand demand)
    {
        try
        {
            await Task.CompletedTask.ConfigureAwait(ConfigureAwaitOptions.ForceYielding); // the first caller must not run the work of all
            return await refresher.RefreshAsync(entry, demand).ConfigureAwait(false);
        }
        finally
        {
            _flights.TryRemove(KeyValuePair.Create(key, self));
        }
    }
}
