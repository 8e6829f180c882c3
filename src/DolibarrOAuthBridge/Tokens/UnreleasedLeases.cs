// SPDX-License-Identifier: GPL-3.0-or-later

using System.Collections.Concurrent;
using DolibarrOAuthBridge.Dolibarr.Database;
using DolibarrOAuthBridge.Grants;

namespace DolibarrOAuthBridge.Tokens;

/// <summary>
/// Leases of this process that are over and still stand in the database, because it did not answer when they were given back. The lease
/// itself ends soon, but the refresh token that it announced would count as spent for other machines until
/// <see cref="BridgeOptions.InDoubtFor"/> is over.
/// </summary>
internal sealed class UnreleasedLeases(GrantLeaseTable table)
{
    private readonly ConcurrentDictionary<string, GrantKey> _left = new(StringComparer.Ordinal);

    /// <summary>Remembers a lease that is over and may stand in the database.</summary>
    public void Add(GrantKey key, string owner) => _left[owner] = key;

    /// <summary>Gives back what is left; the rest waits for the next time if the database does not answer.</summary>
    public async Task ReleaseAsync(CancellationToken cancellationToken = default)
    {
        try
        {
            foreach (var (owner, key) in _left)
            {
                await table.ReleaseAsync(key, owner, cancellationToken);
                _left.TryRemove(owner, out _);
            }
        }
        catch (StoreException)
        {
            // Said already, when it was to be given back.
        }
    }
}
