// SPDX-License-Identifier: GPL-3.0-or-later

using System.Data;
using System.Data.Common;
using DolibarrOAuthBridge.Dolibarr.Database;
using DolibarrOAuthBridge.Dolibarr.Encryption;
using DolibarrOAuthBridge.Journal;
using DolibarrOAuthBridge.Tokens;

namespace DolibarrOAuthBridge.Rekeying;

/// <summary>
/// Re-encrypts an instance's values for a new key, in one transaction: every value is locked, changed, read back and
/// compared before the commit, so that whatever interrupts it leaves the old state.
/// </summary>
internal sealed class Rekeyer(
    DolibarrDatabase database,
    EncryptedTables tables,
    RefreshJournal journal,
    JournalReplay replay,
    SidecarTraces traces
)
{
    private const int SecondsForAll = 300;

    /// <summary>Says what a change would do; nothing is written.</summary>
    /// <exception cref="BridgeException">The database failed.</exception>
    public async Task<RekeyReport> TryAsync(KeyChange keys, CancellationToken cancellationToken = default)
    {
        var found = await tables.FindAsync(cancellationToken);
        var warnings = new List<string>(await traces.FindAsync(cancellationToken));
        if (journal.HasUnfinished())
        {
            warnings.Add("The refresh journal is not empty. Its refreshes are finished first, under the old key.");
        }

        warnings.AddRange(
            found
                .Where(table => !table.IsTransactional)
                .Select(table =>
                    $"{table.Name} is not an InnoDB table, so that a change could not be taken back: convert it first (ALTER TABLE {table.Name} ENGINE=InnoDB)."
                )
        );
        return await InTransactionAsync(
            async (connection, transaction) =>
                Report(
                    RekeyPlan.Of(await ReadAsync(connection, transaction, found, string.Empty, cancellationToken), keys),
                    false,
                    warnings
                ),
            cancellationToken
        );
    }

    /// <summary>Does the change.</summary>
    /// <exception cref="BridgeException">It was not done: the database failed, a refresh is under way, a table cannot take a
    /// change back, or a value read back otherwise than written.</exception>
    public async Task<RekeyReport> ApplyAsync(KeyChange keys, CancellationToken cancellationToken = default)
    {
        var found = await tables.FindAsync(cancellationToken);
        if (found.FirstOrDefault(table => !table.IsTransactional) is { } unsafeTable)
        {
            throw new BridgeException(
                "rekey_refused",
                $"{unsafeTable.Name} is not an InnoDB table, so that a change could not be taken back. Convert it first: ALTER TABLE {unsafeTable.Name} ENGINE=InnoDB. Nothing was changed."
            );
        }

        await EmptyJournalAsync(cancellationToken);
        var warnings = await traces.FindAsync(cancellationToken);
        return await InTransactionAsync(
            async (connection, transaction) =>
            {
                var plan = RekeyPlan.Of(await ReadAsync(connection, transaction, found, "FOR UPDATE", cancellationToken), keys);
                foreach (var value in plan.Change)
                {
                    await WriteAsync(connection, transaction, value, keys.Change(value.Stored), cancellationToken);
                }

                await VerifyAsync(connection, transaction, found, plan, keys, cancellationToken);
                CrashPoint.Reach("rekeyed");
                await transaction.CommitAsync(cancellationToken);
                return Report(plan, true, warnings);
            },
            cancellationToken
        );
    }

    // A record of the journal is encrypted with a key made of the old one: after the change nobody could finish it.
    private async Task EmptyJournalAsync(CancellationToken cancellationToken)
    {
        if (journal.HasUnfinished())
        {
            await replay.RunAsync(cancellationToken);
            if (journal.HasUnfinished())
            {
                throw new BridgeException(
                    "rekey_refused",
                    "A refresh is under way, or one in the journal cannot be finished: after a change of key it would be lost. Stop the sidecar, look at its log, and run this again. Nothing was changed."
                );
            }
        }
    }

    // Locks are taken by a full scan under REPEATABLE READ: on InnoDB that holds every row and the gaps between them, so
    // nobody adds a value under the old key meanwhile.
    private static async Task<List<EncryptedValue>> ReadAsync(
        DbConnection connection,
        DbTransaction transaction,
        IReadOnlyList<EncryptedTable> tables,
        string locking,
        CancellationToken cancellationToken
    )
    {
        var values = new List<EncryptedValue>();
        foreach (var table in tables)
        {
            var columns = string.Join(", ", table.Columns.Select(column => $"`{column}`"));
            var condition = string.Join(" OR ", table.Columns.Select(column => $"`{column}` LIKE 'dolcrypt:%'"));
            var rows = await connection.QueryAsync(
                $"SELECT rowid, {columns} FROM `{table.Name}` WHERE {condition} ORDER BY rowid {locking}",
                [],
                row =>
                    (
                        RowId: row.BigNumber("rowid"),
                        Fields: table.Columns.Select(column => (Column: column, Stored: row.Text(column))).ToList()
                    ),
                cancellationToken,
                transaction,
                SecondsForAll
            );
            values.AddRange(
                rows.SelectMany(row =>
                    row.Fields.Where(field => DolCrypt.IsEncrypted(field.Stored))
                        .Select(field => new EncryptedValue(table, field.Column, row.RowId, field.Stored))
                )
            );
        }

        return values;
    }

    private static async Task WriteAsync(
        DbConnection connection,
        DbTransaction transaction,
        EncryptedValue value,
        string changed,
        CancellationToken cancellationToken
    )
    {
        var keepTimestamp = value.Table.HasTimestamp ? ", tms = tms" : string.Empty;
        var sql =
            $"UPDATE `{value.Table.Name}` SET `{value.Column}` = @changed{keepTimestamp} WHERE rowid = @rowId AND BINARY `{value.Column}` = @stored";
        var rows = await connection.ExecuteAsync(
            sql,
            [("changed", changed), ("rowId", value.RowId), ("stored", value.Stored)],
            cancellationToken,
            transaction,
            SecondsForAll
        );
        if (rows != 1)
        {
            throw new BridgeException("rekey_failed", $"{value.Place} changed meanwhile. Nothing was changed; run this again.");
        }
    }

    private static async Task VerifyAsync(
        DbConnection connection,
        DbTransaction transaction,
        IReadOnlyList<EncryptedTable> tables,
        RekeyPlan plan,
        KeyChange keys,
        CancellationToken cancellationToken
    )
    {
        var written = (await ReadAsync(connection, transaction, tables, "FOR UPDATE", cancellationToken)).ToDictionary(
            value => value.Place,
            value => value.Stored,
            StringComparer.Ordinal
        );
        foreach (var value in plan.Change)
        {
            if (!written.TryGetValue(value.Place, out var stored) || !keys.IsSame(value.Stored, stored))
            {
                throw new BridgeException("rekey_failed", $"{value.Place} does not read back as it was written. Nothing was changed.");
            }
        }
    }

    private async Task<T> InTransactionAsync<T>(Func<DbConnection, DbTransaction, Task<T>> work, CancellationToken cancellationToken)
    {
        try
        {
            var connection = await database.OpenAsync(cancellationToken);
            await using (connection)
            {
                var transaction = await connection.BeginTransactionAsync(IsolationLevel.RepeatableRead, cancellationToken);
                await using (transaction)
                {
                    return await work(connection, transaction); // without a commit it is rolled back
                }
            }
        }
        catch (Exception exception) when (StoreException.IsFromStore(exception))
        {
            throw new BridgeException(
                "rekey_failed",
                $"{StoreException.From(exception).Message} The old state stands, unless the connection broke at the very commit. Run this again to see which key the values have.",
                innerException: exception
            );
        }
    }

    private static RekeyReport Report(RekeyPlan plan, bool applied, IReadOnlyList<string> warnings) =>
        new()
        {
            Applied = applied,
            Changed = plan
                .Change.GroupBy(value => $"{value.Table.Name}.{value.Column}", StringComparer.Ordinal)
                .ToDictionary(group => group.Key, group => group.Count(), StringComparer.Ordinal),
            AlreadyNew = plan.AlreadyNew,
            LeftAlone = [.. plan.LeftAlone.Select(value => value.Place)],
            Warnings = warnings,
        };
}
