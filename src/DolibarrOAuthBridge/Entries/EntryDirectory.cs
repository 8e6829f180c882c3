// SPDX-License-Identifier: GPL-3.0-or-later

using System.Collections.Concurrent;
using DolibarrOAuthBridge.Dolibarr.Database;
using DolibarrOAuthBridge.Dolibarr.Entries;

namespace DolibarrOAuthBridge.Entries;

/// <summary>The OAuth entries of each company, read again every two seconds at most.</summary>
internal sealed class EntryDirectory(EntryTable entries, TimeProvider time)
{
    private static readonly TimeSpan GoodFor = TimeSpan.FromSeconds(2);

    private readonly ConcurrentDictionary<int, (IReadOnlyList<OAuthEntry> Entries, DateTimeOffset ReadAt)> _known = new();

    /// <summary>Every entry of a company.</summary>
    /// <exception cref="BridgeException">The database failed.</exception>
    public async Task<IReadOnlyList<OAuthEntry>> ListAsync(int entity, CancellationToken cancellationToken = default)
    {
        var now = time.GetUtcNow();
        if (_known.TryGetValue(entity, out var known) && now >= known.ReadAt && now - known.ReadAt < GoodFor)
        {
            return known.Entries;
        }

        try
        {
            var read = await entries.ListAsync(entity, cancellationToken);
            _known[entity] = (read, now);
            return read;
        }
        catch (StoreException exception)
        {
            throw BridgeException.From(exception);
        }
    }

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
