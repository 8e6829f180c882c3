// SPDX-License-Identifier: GPL-3.0-or-later

using DolibarrOAuthBridge.Dolibarr.Database;
using DolibarrOAuthBridge.Storage;

namespace DolibarrOAuthBridge.Grants;

/// <summary>Which grants a person keeps from being renewed, in <c>oauthbridge_grant</c>. A new consent or a revocation ends it.</summary>
internal sealed class GrantPauseTable(DolibarrDatabase database, BridgeSchema schema)
{
    private const int MaxReason = 255;

    private string Table => database.Table("oauthbridge_grant");

    /// <summary>Keeps a grant from being renewed.</summary>
    /// <param name="key">The grant.</param>
    /// <param name="at">Since when, UTC.</param>
    /// <param name="reason">Why, for people; null if nobody said.</param>
    /// <param name="movedId">The export that takes the grant to another server; null if none does.</param>
    /// <param name="rowId">The row of the token table, which leads here after the entry was renamed; null if there is none.</param>
    /// <param name="cancellationToken">Cancels the statement.</param>
    /// <exception cref="StoreException">The database failed.</exception>
    public async Task PauseAsync(
        GrantKey key,
        DateTime at,
        string? reason,
        string? movedId,
        long? rowId,
        CancellationToken cancellationToken = default
    )
    {
        await schema.EnsureAsync(cancellationToken);
        var sql = $"""
            INSERT INTO {Table} (service, entity, paused_at, paused_reason, moved_id, token_row)
            VALUES (@service, @entity, @at, @reason, @movedId, @rowId)
            {database.Sql.OnConflictUpdate("service, entity")} paused_at = @at, paused_reason = @reason, moved_id = @movedId,
                token_row = COALESCE({Table}.token_row, @rowId)
            """;
        await database.ExecuteAsync(
            sql,
            [
                ("service", key.Service),
                ("entity", key.Entity),
                ("at", at),
                ("reason", reason is { Length: > MaxReason } ? reason[..MaxReason] : reason),
                ("movedId", movedId),
                ("rowId", rowId),
            ],
            cancellationToken
        );
    }

    /// <summary>Lets a grant be renewed again.</summary>
    /// <returns>Whether it was kept from it.</returns>
    /// <exception cref="StoreException">The database failed.</exception>
    public async Task<bool> ResumeAsync(GrantKey key, CancellationToken cancellationToken = default)
    {
        await schema.EnsureAsync(cancellationToken);
        var sql = $"""
            UPDATE {Table} SET paused_at = NULL, paused_reason = NULL, moved_id = NULL
             WHERE service = @service AND entity = @entity AND paused_at IS NOT NULL
            """;
        return await database.ExecuteAsync(sql, [("service", key.Service), ("entity", key.Entity)], cancellationToken) > 0;
    }
}
