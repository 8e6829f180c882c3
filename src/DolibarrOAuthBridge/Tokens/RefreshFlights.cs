// SPDX-License-Identifier: GPL-3.0-or-later

using System.Collections.Concurrent;
using DolibarrOAuthBridge.Dolibarr.Database;
using DolibarrOAuthBridge.Dolibarr.Entries;
using DolibarrOAuthBridge.Entries;
using DolibarrOAuthBridge.Grants;

namespace DolibarrOAuthBridge.Tokens;

/// <summary>
/// Single flight within this process: callers who need the same grant refreshed share one refresh. It belongs to none of them, so a
/// caller who leaves does not cut it off. A caller who needs more than the shared refresh was started for starts another one when
/// the result does not suffice.
/// </summary>
#pragma warning disable CA1001 // a semaphore without a wait handle holds nothing to be disposed of
internal sealed class RefreshFlights(EntryDirectory entries, GrantRefresher refresher, TimeProvider time)
#pragma warning restore CA1001
{
    private const int MostAtOnce = 64;

    private readonly ConcurrentDictionary<GrantKey, Flight> _flights = new();
    private readonly SemaphoreSlim _places = new(MostAtOnce);

    /// <summary>Joins the refresh under way or starts one.</summary>
    /// <param name="entry">The entry.</param>
    /// <param name="demand">What the caller needs.</param>
    /// <param name="cancellationToken">Ends the caller's wait, never the refresh.</param>
    /// <exception cref="BridgeException">The refresh failed.</exception>
    public async Task<StoredGrant> JoinAsync(OAuthEntry entry, RefreshDemand demand, CancellationToken cancellationToken = default)
    {
        var key = GrantKey.Of(entry);
        while (true)
        {
            var flight = _flights.GetOrAdd(key, _ => new Flight(demand, self => RunAsync(key, self, entry, demand)));
            try
            {
                var grant = await flight.Completion.WaitAsync(cancellationToken);
                if (flight.Demand.Covers(demand) || demand.IsMetBy(grant, time.GetUtcNow()))
                {
                    return grant;
                }
            }
            catch (Exception exception) when (exception is BridgeException or StoreException && !flight.Demand.Covers(demand))
            {
                // It failed for a caller who asked for less, and may have been held back by a wait that this caller skips.
            }
        }
    }

    /// <summary>Waits until every refresh under way has ended, well or not.</summary>
    public async Task DrainAsync(CancellationToken cancellationToken = default)
    {
        foreach (var flight in _flights.Values)
        {
            await ((Task)flight.Completion).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            cancellationToken.ThrowIfCancellationRequested();
        }
    }

    private async Task<StoredGrant> RunAsync(GrantKey key, Flight self, OAuthEntry entry, RefreshDemand demand)
    {
        try
        {
            await Task.CompletedTask.ConfigureAwait(ConfigureAwaitOptions.ForceYielding); // the first caller must not do the work of all
            var present = await entries.GetAsync(entry.Name.ToString(), entry.Entity); // the caller may have it from memory
            await _places.WaitAsync();
            try
            {
                return await refresher.RefreshAsync(present, demand);
            }
            finally
            {
                _places.Release();
            }
        }
        finally
        {
            _flights.TryRemove(KeyValuePair.Create(key, self));
        }
    }

    // Starts when somebody first waits for it: the dictionary may make one that it does not keep.
    private sealed class Flight
    {
        private readonly Lazy<Task<StoredGrant>> _completion;

        public Flight(RefreshDemand demand, Func<Flight, Task<StoredGrant>> run)
        {
            Demand = demand;
            _completion = new Lazy<Task<StoredGrant>>(() => run(this));
        }

        public RefreshDemand Demand { get; }

        public Task<StoredGrant> Completion => _completion.Value;
    }
}
