// SPDX-License-Identifier: GPL-3.0-or-later

using DolibarrOAuthBridge.Dolibarr.Entries;
using DolibarrOAuthBridge.Grants;

namespace DolibarrOAuthBridge.Tokens;

/// <summary>
/// Grants as they were read at most <see cref="BridgeOptions.ReadCache"/> ago, for handing out tokens that are still valid. A refresh,
/// a revocation and a consent read the database itself, and whoever writes a row says so here.
/// </summary>
internal sealed class GrantCache(GrantReader reader, BridgeOptions options, TimeProvider time)
{
    private readonly ReadCache<GrantKey, StoredGrant> _grants = new(options.ReadCache, time);

    /// <summary>The entry's grant as it was a moment ago.</summary>
    /// <exception cref="BridgeException">There is none, there are several, or it cannot be read; or the database failed.</exception>
    public Task<StoredGrant> ReadAsync(OAuthEntry entry, CancellationToken cancellationToken = default) =>
        _grants.GetAsync(GrantKey.Of(entry), cancellation => reader.ReadAsync(entry, cancellation), cancellationToken);

    /// <summary>Says that this process wrote the row: the next one who asks reads it.</summary>
    public void Forget(GrantKey key) => _grants.Forget(key);
}
