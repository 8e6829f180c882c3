// SPDX-License-Identifier: GPL-3.0-or-later

using DolibarrOAuthBridge.Dolibarr.Entries;
using DolibarrOAuthBridge.Grants;

namespace DolibarrOAuthBridge.Tokens;

/// <summary>
/// Grants as they were read at most <see cref="BridgeOptions.ReadCache"/> ago, for handing out tokens that are still valid. A refresh,
/// a revocation and a consent read the database itself, and whoever writes a row says so here.
/// </summary>
internal sealed class GrantCache(GrantReader reader, GrantTable grants, BridgeOptions options, TimeProvider time)
{
    // Most tokens live for an hour: only one that was given by a clock that was ahead ends later.
    private static readonly TimeSpan FarAway = TimeSpan.FromHours(1);

    private readonly ReadCache<GrantKey, CachedGrant> _grants = new(options.ReadCache, time);

    /// <summary>The entry's grant as it was a moment ago.</summary>
    /// <exception cref="BridgeException">There is none, there are several, or it cannot be read; or the database failed.</exception>
    public Task<CachedGrant> ReadAsync(OAuthEntry entry, CancellationToken cancellationToken = default)
    {
        var key = GrantKey.Of(entry);
        return _grants.TryGet(key, out var known) ? Task.FromResult(known) : ReadSharedAsync(entry, key, cancellationToken);
    }

    /// <summary>The entry's grant if it is in memory.</summary>
    public CachedGrant? Find(OAuthEntry entry) => _grants.TryGet(GrantKey.Of(entry), out var known) ? known : null;

    /// <summary>Says that this process wrote the row: the next one who asks reads it.</summary>
    public void Forget(GrantKey key) => _grants.Forget(key);

    private Task<CachedGrant> ReadSharedAsync(OAuthEntry entry, GrantKey key, CancellationToken cancellationToken) =>
        _grants.GetAsync(key, cancellation => ReadAnewAsync(entry, key, cancellation), cancellationToken);

    // Only an end that is far away is worth a look at what the provider said.
    private async Task<CachedGrant> ReadAnewAsync(OAuthEntry entry, GrantKey key, CancellationToken cancellationToken)
    {
        var grant = await reader.ReadAsync(entry, cancellationToken);
        var isFarAway = grant.ExpiresAt is { } end && end - time.GetUtcNow() >= FarAway;
        return new CachedGrant(grant, isFarAway ? await grants.GetAsync(key, cancellationToken) : null);
    }
}

/// <summary>A grant as it was read a moment ago.</summary>
/// <param name="Grant">The row.</param>
/// <param name="Record">What the bridge knows of the grant; null if the token's end is too near to be doubted.</param>
internal sealed record CachedGrant(StoredGrant Grant, GrantRecord? Record)
{
    /// <summary>Whether the token's end can be believed.</summary>
    public bool IsPlausible(DateTimeOffset now) => Record is null || !Grant.EndIsImplausible(Record, now);
}
