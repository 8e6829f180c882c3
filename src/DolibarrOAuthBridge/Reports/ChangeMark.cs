// SPDX-License-Identifier: GPL-3.0-or-later

using DolibarrOAuthBridge.Dolibarr.Database;

namespace DolibarrOAuthBridge.Reports;

/// <summary>
/// Tells cheaply whether anything changed in a database that the bridge would have to look at: settings of entries, rows of tokens, what
/// other sidecars did, consents under way. One connection, two statements, four rows.
/// </summary>
internal static class ChangeMark
{
    /// <summary>Reads the mark and, if asked to, says in <c>oauthbridge_v_status</c> that it was looked at.</summary>
    /// <param name="database">The database.</param>
    /// <param name="expected">The mark of the last look; null for none.</param>
    /// <param name="by">The sidecar that looks, for <c>oauthbridge_v_status</c>; null if it is not to be said.</param>
    /// <param name="at">When, UTC.</param>
    /// <param name="cancellationToken">Cancels the look.</param>
    /// <returns>The same for the same state of the database; null where it lacks what the mark is made of.</returns>
    /// <exception cref="StoreException">The database failed.</exception>
    public static async Task<string?> ReadAsync(
        DolibarrDatabase database,
        string? expected,
        string? by,
        DateTime at,
        CancellationToken cancellationToken
    )
    {
        try
        {
            var sql = await SqlAsync(database, cancellationToken);
            return await database.RunAsync(
                async connection =>
                {
                    var parts = await connection.QueryAsync(sql, [], static row => row.Text("part"), cancellationToken);
                    var mark = string.Join('\n', parts.Order(StringComparer.Ordinal)); // rows come in no order
                    if (mark == expected && by is not null)
                    {
                        await connection.ExecuteAsync(
                            $"UPDATE {database.Table("oauthbridge_v_status")} SET looked_at = @at, looked_by = @by",
                            [("at", at), ("by", by)],
                            cancellationToken
                        );
                    }

                    return mark;
                },
                cancellationToken
            );
        }
        catch (StoreException exception)
            when (exception.Cause is StoreCause.MissingTable or StoreCause.MissingColumn or StoreCause.MissingPrivilege)
        {
            return null;
        }
    }

    // Hashed by the server: neither a token nor a secret is carried here.
    private static async ValueTask<string> SqlAsync(DolibarrDatabase database, CancellationToken cancellationToken)
    {
        var setting = database.Sql.HashNumber("CONCAT_WS('|', name, entity, value)");
        var token = database.Sql.HashNumber("CONCAT_WS('|', rowid, entity, service, fk_soc, fk_user, token, tokenstring)");
        return $"""
            SELECT CONCAT_WS(' ', 'const', COUNT(*), SUM({setting})) AS part
            FROM {await database.SourceAsync("const", cancellationToken)} WHERE name LIKE 'OAUTH%' OR name LIKE 'MAIN_VERSION_LAST_%'
            UNION ALL
            SELECT CONCAT_WS(' ', 'token', COUNT(*), SUM({token}))
            FROM {await database.SourceAsync("oauth_token", cancellationToken)}
            UNION ALL
            SELECT CONCAT_WS(' ', 'event', MAX(rowid)) FROM {database.Table("oauthbridge_event")}
            UNION ALL
            SELECT CONCAT_WS(' ', 'consent', COUNT(*)) FROM {database.Table("oauthbridge_consent")}
            WHERE status IN ('pending', 'redeeming')
            """;
    }
}
