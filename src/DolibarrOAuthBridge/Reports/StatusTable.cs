// SPDX-License-Identifier: GPL-3.0-or-later

using System.Data.Common;
using DolibarrOAuthBridge.Dolibarr.Database;

namespace DolibarrOAuthBridge.Reports;

/// <summary>
/// The bridge's <c>oauthbridge_v_status</c>, where people and their monitoring see with plain SQL what <c>GET /v1/entries</c> says.
/// </summary>
internal sealed class StatusTable(DolibarrDatabase database)
{
    private string Table => database.Table("oauthbridge_v_status");

    /// <summary>The entities that have rows.</summary>
    /// <exception cref="StoreException">The database failed.</exception>
    public Task<IReadOnlyList<int>> ListEntitiesAsync(CancellationToken cancellationToken = default) =>
        database.QueryAsync($"SELECT DISTINCT entity FROM {Table}", [], static row => row.Number("entity"), cancellationToken);

    /// <summary>Replaces the rows of a company: what changed is written, what is gone is deleted, and all get a new time.</summary>
    /// <param name="entity">The company.</param>
    /// <param name="rows">A row for each of its entries.</param>
    /// <param name="at">When it was so, UTC.</param>
    /// <param name="by">The sidecar that looked; null for a command.</param>
    /// <param name="cancellationToken">Cancels the writing.</param>
    /// <exception cref="StoreException">The database failed.</exception>
    public Task<int> ReplaceAsync(
        int entity,
        IReadOnlyList<StatusRow> rows,
        DateTime at,
        string? by,
        CancellationToken cancellationToken = default
    ) =>
        database.RunAsync(
            async connection =>
            {
                var transaction = await connection.BeginTransactionAsync(cancellationToken);
                await using (transaction)
                {
                    var present = await connection.QueryAsync(
                        $"SELECT * FROM {Table} WHERE entity = @entity",
                        [("entity", entity)],
                        StatusRow.Of,
                        cancellationToken,
                        transaction
                    );
                    var former = present
                        .GroupBy(row => row.Entry, StringComparer.Ordinal)
                        .Where(group => group.Count() == 1)
                        .ToDictionary(group => group.Key, group => group.First(), StringComparer.Ordinal);
                    if (former.Count < present.Count)
                    {
                        // The primary key was lost, and rows stand there twice.
                        await connection.ExecuteAsync(
                            $"DELETE FROM {Table} WHERE entity = @entity",
                            [("entity", entity)],
                            cancellationToken,
                            transaction
                        );
                        former.Clear();
                    }

                    foreach (var row in rows.Where(row => !row.Equals(former.GetValueOrDefault(row.Entry))))
                    {
                        var values = row.Values(at);
                        await connection.ExecuteAsync(WriteSql(values), values, cancellationToken, transaction);
                    }

                    foreach (var entry in former.Keys.Except(rows.Select(row => row.Entry), StringComparer.Ordinal))
                    {
                        await connection.ExecuteAsync(
                            $"DELETE FROM {Table} WHERE entity = @entity AND entry = @entry",
                            [("entity", entity), ("entry", entry)],
                            cancellationToken,
                            transaction
                        );
                    }

                    await TouchAsync(connection, transaction, entity, at, by, cancellationToken);
                    await transaction.CommitAsync(cancellationToken);
                    return rows.Count;
                }
            },
            cancellationToken
        );

    /// <summary>Says that a sidecar looks no more, since it stopped.</summary>
    /// <exception cref="StoreException">The database failed.</exception>
    public Task<int> LeaveAsync(string by, CancellationToken cancellationToken = default) =>
        database.ExecuteAsync($"UPDATE {Table} SET looked_by = NULL WHERE looked_by = @by", [("by", by)], cancellationToken);

    /// <summary>The sidecar that looked last, and when; null if none does.</summary>
    /// <exception cref="StoreException">The database failed.</exception>
    public async Task<(string By, DateTime At)?> FindSidecarAsync(CancellationToken cancellationToken = default)
    {
        try
        {
            var rows = await database.QueryAsync(
                $"SELECT looked_by, looked_at FROM {Table} WHERE looked_by IS NOT NULL ORDER BY looked_at DESC LIMIT 1",
                [],
                static row => (row.Text("looked_by"), row.Time("looked_at")),
                cancellationToken
            );
            return rows.Count == 0 ? null : rows[0];
        }
        catch (StoreException exception) when (exception.Cause is StoreCause.MissingTable or StoreCause.MissingPrivilege)
        {
            return null; // no sidecar of this version was here
        }
    }

    private Task<int> TouchAsync(
        DbConnection connection,
        DbTransaction transaction,
        int entity,
        DateTime at,
        string? by,
        CancellationToken cancellationToken
    ) =>
        connection.ExecuteAsync(
            $"UPDATE {Table} SET looked_at = @at, looked_by = COALESCE(@by, looked_by) WHERE entity = @entity",
            [("entity", entity), ("at", at), ("by", by)],
            cancellationToken,
            transaction
        );

    private string WriteSql((string Name, object? Value)[] values)
    {
        var names = values.Select(value => value.Name).ToList();
        return $"""
            INSERT INTO {Table} ({string.Join(", ", names)}) VALUES ({string.Join(", ", names.Select(name => "@" + name))})
            {database.Sql.OnConflictUpdate("entity, entry")} {string.Join(", ", names.Skip(1).Select(name => $"{name} = @{name}"))}
            """;
    }
}
