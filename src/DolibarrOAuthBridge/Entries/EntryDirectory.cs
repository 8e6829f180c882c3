// SPDX-License-Identifier: GPL-3.0-or-later

using DolibarrOAuthBridge.Dolibarr.Database;
using DolibarrOAuthBridge.Dolibarr.Entries;

namespace DolibarrOAuthBridge.Entries;

/// <summary>The OAuth entries of each company.</summary>
internal sealed class EntryDirectory(EntryTable entries, BridgeOptions options, TimeProvider time)
{
    private readonly ReadCache<(string Name, int Entity), OAuthEntry> _recent = new(options.ReadCache, time);

    /// <summary>Every entry of a company.</summary>
    /// <exception cref="BridgeException">The database failed.</exception>
    public async Task<IReadOnlyList<OAuthEntry>> ListAsync(int entity, CancellationToken cancellationToken = default)
    {
        try
        {
            return await entries.ListAsync(entity, cancellationToken);
        }
        catch (StoreException exception)
        {
            throw BridgeException.From(exception);
        }
    }

    /// <summary>
    /// The entry with the given entry or service name as it was at most <see cref="BridgeOptions.ReadCache"/> ago, for handing out
    /// tokens that are still valid.
    /// </summary>
    /// <exception cref="BridgeException">There is none; the message lists those there are.</exception>
    public Task<OAuthEntry> GetRecentAsync(string name, int entity, CancellationToken cancellationToken = default) =>
        _recent.GetAsync((name, entity), cancellation => GetAsync(name, entity, cancellation), cancellationToken);

    /// <summary>The entry with the given entry or service name.</summary>
    /// <exception cref="BridgeException">There is none; the message lists those there are.</exception>
    public async Task<OAuthEntry> GetAsync(string name, int entity, CancellationToken cancellationToken = default)
    {
        var all = await ListAsync(entity, cancellationToken);
        if (EntryName.TryParse(name, out var wanted) && all.FirstOrDefault(entry => entry.Name.Equals(wanted)) is { } found)
        {
            return found;
        }

        var known =
            all.Count == 0
                ? "It has none at all: add one in Dolibarr under Setup, Modules, OAuth."
                : $"It has {string.Join(", ", all.Select(entry => entry.Name))}.";
        throw new BridgeException(ProblemCode.EntryNotFound, $"Dolibarr has no such OAuth entry for entity {entity}. {known}");
    }
}
