// SPDX-License-Identifier: GPL-3.0-or-later

using DolibarrOAuthBridge.Dolibarr.Entries;
using DolibarrOAuthBridge.Dolibarr.Tokens;
using DolibarrOAuthBridge.Entries;
using DolibarrOAuthBridge.Grants;

namespace DolibarrOAuthBridge.Tokens;

/// <summary>
/// The refreshes that stock Dolibarr code asks for (RFC 6749, section 6), answered from the broker, so that they share its
/// single flight. Client id, client secret and refresh token of a known entry are what authenticates the caller.
/// </summary>
internal sealed class StockRefresh(
    EntryDirectory entries,
    TokenTable tokens,
    TokenCodec codec,
    GrantTable grants,
    TokenBroker broker,
    BridgeOptions options
)
{
    /// <summary>The grant whose credentials these are, with a fresh access token.</summary>
    /// <param name="clientId">The client identifier.</param>
    /// <param name="clientSecret">The client secret.</param>
    /// <param name="refreshToken">The grant's refresh token, or one before it.</param>
    /// <param name="entity">The company; null to look in all.</param>
    /// <param name="cancellationToken">Ends the caller's wait.</param>
    /// <returns>Null where client id and secret belong to no entry.</returns>
    /// <exception cref="StockGrantUnknownException">The client is known, the refresh token is not.</exception>
    /// <exception cref="BridgeException">The grant cannot be refreshed.</exception>
    public async Task<StoredGrant?> RedeemAsync(
        string clientId,
        string clientSecret,
        string refreshToken,
        int? entity,
        CancellationToken cancellationToken = default
    )
    {
        var rows = await tokens.ListAsync(cancellationToken);
        var knowsClient = false;
        foreach (var company in rows.Where(row => entity is null || row.Entity == entity).GroupBy(row => row.Entity))
        {
            foreach (var entry in await entries.ListAsync(company.Key, cancellationToken))
            {
                if (entry.ClientId != clientId || entry.ClientSecret.Length == 0 || !SecretHash.AreEqual(entry.ClientSecret, clientSecret))
                {
                    continue;
                }

                knowsClient = true;
                if (await BelongsAsync(entry, company, refreshToken, cancellationToken))
                {
                    return await broker.GetGrantAsync(entry, options.RenewAhead, cancellationToken);
                }
            }
        }

        return knowsClient ? throw new StockGrantUnknownException() : null;
    }

    private async Task<bool> BelongsAsync(
        OAuthEntry entry,
        IEnumerable<TokenRow> rows,
        string refreshToken,
        CancellationToken cancellationToken
    )
    {
        var hash = SecretHash.Of(refreshToken)!;
        foreach (var row in rows.Where(row => entry.Name.Owns(row.Service) && !row.HasOwner && !string.IsNullOrEmpty(row.Value)))
        {
            try
            {
                if (StoredGrant.Decode(row, codec).RefreshHash == hash)
                {
                    return true;
                }
            }
            catch (TokenUnreadableException)
            {
                continue; // another row may match; this one is reported elsewhere
            }
        }

        var memory = await grants.GetAsync(GrantKey.Of(entry), cancellationToken);
        return memory.NewestHash == hash || memory.IsSuperseded(hash);
    }
}
