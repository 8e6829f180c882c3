// SPDX-License-Identifier: GPL-3.0-or-later

using System.Data.Common;
using DolibarrOAuthBridge.Dolibarr.Database;
using DolibarrOAuthBridge.Dolibarr.Entries;

namespace DolibarrOAuthBridge.Dolibarr.Tokens;

/// <content>Whether a row could be written, before something is spent that cannot be had again.</content>
public sealed partial class TokenTable
{
    /// <summary>
    /// Whether the row still holds what was read and could be written now; nothing changes. A value of the same length is written, read
    /// back and taken back, so that a trigger that refuses or changes values is found. Where the table cannot take a change back, the
    /// value that is there is written.
    /// </summary>
    /// <param name="read">The row.</param>
    /// <param name="alsoTry">Further writes to try in the same transaction.</param>
    /// <param name="cancellationToken">Cancels the statements.</param>
    /// <exception cref="StoreException">It cannot be written: locked, read-only, no privilege, no connection, a trigger.</exception>
    public async Task<bool> CanReplaceAsync(
        TokenRow read,
        Func<DbConnection, DbTransaction, Task>? alsoTry = null,
        CancellationToken cancellationToken = default
    )
    {
        ArgumentNullException.ThrowIfNull(read);
        var value = read.Value ?? string.Empty;
        var probe =
            await _schema.IsTransactionalAsync(cancellationToken).ConfigureAwait(false) && value.Length > 0
                ? value[..^1] + (value[^1] == 'A' ? 'B' : 'A')
                : value;
        return await database
            .TryOutAsync(
                async (connection, transaction) =>
                {
                    if (alsoTry is not null)
                    {
                        await alsoTry(connection, transaction).ConfigureAwait(false);
                    }

                    return await ProbeAsync(connection, transaction, read, probe, cancellationToken).ConfigureAwait(false);
                },
                cancellationToken
            )
            .ConfigureAwait(false);
    }

    /// <summary>
    /// Finds out whether a row could be added for an entry, by adding one and taking it back. Nothing is tried where the table cannot take
    /// a change back.
    /// </summary>
    /// <param name="name">The entry.</param>
    /// <param name="entity">The company.</param>
    /// <param name="probe">What to write in the place of a token; a trigger that changes it is found.</param>
    /// <param name="cancellationToken">Cancels the statements.</param>
    /// <exception cref="StoreException">It could not: the service name is too long, no privilege, read-only, no connection, a
    /// trigger.</exception>
    public async Task RequireInsertableAsync(EntryName name, int entity, string probe, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(name);
        ArgumentNullException.ThrowIfNull(probe);
        if (!await _schema.IsTransactionalAsync(cancellationToken).ConfigureAwait(false))
        {
            return;
        }

        await database
            .TryOutAsync(
                async (connection, transaction) =>
                {
                    var rowId = await InsertAsync(connection, transaction, name, entity, probe, null, DateTime.UnixEpoch, cancellationToken)
                        .ConfigureAwait(false);
                    await RequireStoredAsync(connection, transaction, rowId, "token", probe, cancellationToken).ConfigureAwait(false);
                    return rowId;
                },
                cancellationToken
            )
            .ConfigureAwait(false);
    }

    private async Task<bool> ProbeAsync(
        DbConnection connection,
        DbTransaction transaction,
        TokenRow read,
        string probe,
        CancellationToken cancellationToken
    )
    {
        var names = await NamesAsync(cancellationToken).ConfigureAwait(false);
        var changed = await connection
            .ExecuteAsync(
                $"UPDATE {names.Rows} SET {names.Written(read.Column)} = @probe WHERE rowid = @rowId AND {StillHolds(read)}",
                [("probe", probe), ("rowId", read.RowId), ("value", read.Value)],
                cancellationToken,
                transaction
            )
            .ConfigureAwait(false);
        if (changed != 1)
        {
            return false;
        }

        await RequireStoredAsync(connection, transaction, read.RowId, read.Column, probe, cancellationToken).ConfigureAwait(false);
        return true;
    }

    private async Task RequireStoredAsync(
        DbConnection connection,
        DbTransaction transaction,
        long rowId,
        string column,
        string probe,
        CancellationToken cancellationToken
    )
    {
        var names = await NamesAsync(cancellationToken).ConfigureAwait(false);
        var stored = await connection
            .QueryAsync(
                $"SELECT {column} AS Stored FROM {names.Rows} WHERE rowid = @rowId",
                [("rowId", rowId)],
                static row => row.Text("Stored"),
                cancellationToken,
                transaction
            )
            .ConfigureAwait(false);
        if (stored is not [var text] || text != probe)
        {
            throw new StoreException(
                StoreFailure.NotWritable,
                $"What is written to {database.Table("oauth_token")}.{column} does not read back: of {probe.Length} characters "
                    + $"{(stored.Count == 0 ? 0 : stored[0].Length)} came back. A trigger changes it: "
                    + $"{database.Sql.SeeTriggers($"{database.Prefix}oauth_token")}."
            );
        }
    }
}
