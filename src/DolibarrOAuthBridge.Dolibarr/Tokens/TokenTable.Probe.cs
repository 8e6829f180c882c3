// SPDX-License-Identifier: GPL-3.0-or-later

using System.Data.Common;
using DolibarrOAuthBridge.Dolibarr.Database;

namespace DolibarrOAuthBridge.Dolibarr.Tokens;

/// <content>Whether a row could be written, before something is spent that cannot be had again.</content>
public sealed partial class TokenTable
{
    /// <summary>
    /// Whether the row still holds what was read and could be written now; nothing changes. A value of the same length is written, read
    /// back and taken back, so that a trigger that refuses or changes values is found. Where the table cannot take a change back, the
    /// value that is there is written.
    /// </summary>
    /// <exception cref="StoreException">It cannot be written: locked, read-only, no privilege, no connection, a trigger.</exception>
    public async Task<bool> CanReplaceAsync(TokenRow read, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(read);
        var value = read.Value ?? string.Empty;
        var probe =
            await _schema.IsTransactionalAsync(cancellationToken).ConfigureAwait(false) && value.Length > 0
                ? value[..^1] + (value[^1] == 'A' ? 'B' : 'A')
                : value;
        return await database
            .RunAsync(
                async connection =>
                {
                    var transaction = await connection.BeginTransactionAsync(cancellationToken).ConfigureAwait(false);
                    await using (transaction.ConfigureAwait(false))
                    {
                        return await ProbeAsync(connection, transaction, read, probe, cancellationToken).ConfigureAwait(false);
                    }
                },
                cancellationToken
            )
            .ConfigureAwait(false);
    }

    // Without a commit it is rolled back.
    private async Task<bool> ProbeAsync(
        DbConnection connection,
        DbTransaction transaction,
        TokenRow read,
        string probe,
        CancellationToken cancellationToken
    )
    {
        var changed = await connection
            .ExecuteAsync(
                $"UPDATE {Table} SET {read.Column} = @probe WHERE rowid = @rowId AND {StillHolds(read)}",
                [("probe", probe), ("rowId", read.RowId), ("value", read.Value)],
                cancellationToken,
                transaction
            )
            .ConfigureAwait(false);
        if (changed != 1)
        {
            return false;
        }

        var stored = await connection
            .QueryAsync(
                $"SELECT {read.Column} AS Stored FROM {Table} WHERE rowid = @rowId",
                [("rowId", read.RowId)],
                static row => row.Text("Stored"),
                cancellationToken,
                transaction
            )
            .ConfigureAwait(false);
        return stored is [var text] && text == probe
            ? true
            : throw new StoreException(
                StoreFailure.NotWritable,
                $"What is written to {Table}.{read.Column} does not read back: of {probe.Length} characters "
                    + $"{(stored.Count == 0 ? 0 : stored[0].Length)} came back. A trigger changes it: "
                    + $"{database.Sql.SeeTriggers($"{database.Prefix}oauth_token")}."
            );
    }
}
