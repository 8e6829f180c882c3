// SPDX-License-Identifier: GPL-3.0-or-later

using Dapper;
using DolibarrOAuthBridge.Dolibarr.Database;
using MySqlConnector;

namespace DolibarrOAuthBridge.Rekeying;

/// <summary>Signs in the database that a sidecar is at work: after a change of key it would go on with the old one.</summary>
internal sealed class SidecarTraces(DolibarrDatabase database)
{
    /// <summary>The signs, as sentences.</summary>
    /// <exception cref="StoreException">The database failed.</exception>
    public async Task<IReadOnlyList<string>> FindAsync(CancellationToken cancellationToken = default)
    {
        var sql = $"""
            SELECT COALESCE(MAX(lease_until > UTC_TIMESTAMP(3)), 0) AS Refreshing,
                   COALESCE(MAX(used_at > UTC_TIMESTAMP() - INTERVAL 15 MINUTE OR refreshed_at > UTC_TIMESTAMP() - INTERVAL 15 MINUTE), 0) AS Used
              FROM {database.Table("oauthbridge_grant")}
            """;
        try
        {
            var (refreshing, used) = await database.RunAsync(
                connection => connection.QuerySingleAsync<(long, long)>(new CommandDefinition(sql, cancellationToken: cancellationToken)),
                cancellationToken
            );
            return refreshing != 0 ? ["A sidecar refreshes a token at this moment. Stop every sidecar of this Dolibarr first."]
                : used != 0 ? ["A sidecar was at work within the last 15 minutes. Stop every sidecar of this Dolibarr first."]
                : [];
        }
        catch (StoreException exception) when (exception.InnerException is MySqlException { Number: 1146 })
        {
            return []; // no sidecar ever wrote here
        }
    }
}
