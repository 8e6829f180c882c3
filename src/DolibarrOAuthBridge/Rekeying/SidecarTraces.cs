// SPDX-License-Identifier: GPL-3.0-or-later

using DolibarrOAuthBridge.Dolibarr.Database;

namespace DolibarrOAuthBridge.Rekeying;

/// <summary>Signs in the database that a sidecar is at work: after a change of key it would go on with the old one.</summary>
internal sealed class SidecarTraces(DolibarrDatabase database)
{
    /// <summary>The signs, as sentences.</summary>
    /// <exception cref="StoreException">The database failed.</exception>
    public async Task<IReadOnlyList<string>> FindAsync(CancellationToken cancellationToken = default)
    {
        var sql = $"""
            SELECT COALESCE(MAX(CASE WHEN lease_until > {database.Sql.Now} THEN 1 ELSE 0 END), 0) AS Refreshing,
                   COALESCE(MAX(CASE WHEN used_at > {database.Sql.NowPlusSeconds("-900")}
                                       OR refreshed_at > {database.Sql.NowPlusSeconds("-900")} THEN 1 ELSE 0 END), 0) AS Used
              FROM {database.Table("oauthbridge_grant")}
            """;
        try
        {
            var found = await database.QueryAsync(
                sql,
                [],
                static row => (IsRefreshing: row.Boolean("Refreshing"), IsUsed: row.Boolean("Used")),
                cancellationToken
            );
            return found[0].IsRefreshing ? ["A sidecar refreshes a token at this moment. Stop every sidecar of this Dolibarr first."]
                : found[0].IsUsed ? ["A sidecar was at work within the last 15 minutes. Stop every sidecar of this Dolibarr first."]
                : [];
        }
        catch (StoreException exception) when (exception.Cause == StoreCause.MissingTable)
        {
            return []; // no sidecar ever wrote here
        }
    }
}
