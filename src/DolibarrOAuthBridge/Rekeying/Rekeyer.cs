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
    SealedGrants sealedGrants,
    RekeyObstacles obstaclesInTheWay
)
{
    private const int SecondsForAll = 300;

    /// <summary>Makes sure that no other connection holds the tables, before anything waits for them.</summary>
    /// <exception cref="BridgeException">One does.</exception>
    public async Task RequireUnlockedAsync(CancellationToken cancellationToken = default)
    {
        if (await obstaclesInTheWay.FindLockAsync(await tables.FindAsync(cancellationToken), cancellationToken) is { } locked)
        {
            throw new BridgeException(RekeyProblemCode.Refused, $"{locked} Nothing was changed.");
        }
    }

    /// <summary>Says what a change would do, and what stands in its way; nothing is written.</summary>
    /// <exception cref="StoreException">The database failed.</exception>
    public async Task<RekeyReport> TryAsync(KeyChange keys, CancellationToken cancellationToken = default)
    {
        var found = await tables.FindAsync(cancellationToken);
        var obstacles = await obstaclesInTheWay.FindAsync(found, cancellationToken);
        var plan = await InTransactionAsync(
            async (connection, transaction) =>
                RekeyPlan.Of(await ReadAsync(connection, transaction, found, string.Empty, cancellationToken), keys),
            cancellationToken
        );
        string[] warnings = journal.HasUnfinished()
            ? ["The refresh journal is not empty. Its refreshes are finished first, under the old key."]
            : [];
        return Report(plan, false, warnings) with
        {
            Obstacles = plan.IsOfWrongKey ? [.. obstacles, WrongKey(plan)] : obstacles,
            ObstacleCode = plan.IsOfWrongKey && obstacles.Count == 0 ? RekeyProblemCode.WrongKey : RekeyProblemCode.Refused,
        };
    }

    /// <summary>Does the change.</summary>
    /// <exception cref="BridgeException">It was not done: something stands in the way, the present key is wrong, the database failed,
    /// or a value read back otherwise than written.</exception>
    public async Task<RekeyReport> ApplyAsync(KeyChange keys, CancellationToken cancellationToken = default)
    {
        var found = await tables.FindAsync(cancellationToken);
        if (await obstaclesInTheWay.FindAsync(found, cancellationToken) is { Count: > 0 } obstacles)
        {
            throw new BridgeException(RekeyProblemCode.Refused, $"{string.Join(' ', obstacles)} Nothing was changed.");
        }

        await EmptyJournalAsync(cancellationToken);
        return await InTransactionAsync(
            async (connection, transaction) =>
            {
                await LockAsync(connection, transaction, found, cancellationToken);
                var plan = RekeyPlan.Of(await ReadAsync(connection, transaction, found, "FOR UPDATE", cancellationToken), keys);
                if (plan.IsOfWrongKey)
                {
                    throw new BridgeException(RekeyProblemCode.WrongKey, $"{WrongKey(plan)} Nothing was changed.");
                }

                foreach (var value in plan.Change)
                {
                    await WriteAsync(connection, transaction, value, keys.Change(value.Stored), cancellationToken);
                }

                await sealedGrants.ResealAsync(connection, transaction, found, keys, cancellationToken);
                await VerifyAsync(connection, transaction, found, plan, keys, cancellationToken);
                CrashPoint.Reach("rekeyed");
                await transaction.CommitAsync(cancellationToken);
                return Report(plan, true, []);
            },
            cancellationToken
        );
    }

    private static string WrongKey(RekeyPlan plan) =>
        $"{plan.LeftAlone.Count} of {plan.LeftAlone.Count + plan.Change.Count + plan.AlreadyNew} encrypted values read neither under the "
        + "key in the present conf.php nor under the new one: it is not the conf.php that this database was written with.";

    // A record of the journal is encrypted with a key made of the old one: after the change nobody could finish it.
    private async Task EmptyJournalAsync(CancellationToken cancellationToken)
    {
        if (journal.HasUnfinished())
        {
            await replay.RunAsync(cancellationToken);
            if (journal.HasUnfinished())
            {
                throw new BridgeException(
                    RekeyProblemCode.Refused,
                    "A refresh is under way, or one in the journal cannot be finished: after a change of key it would be lost. Stop the "
                        + "sidecar, look at its log, and run this again. Nothing was changed."
                );
            }
        }
    }

    // Nobody adds a value under the old key meanwhile: see SqlDialect.LockTable.
    private async Task LockAsync(
        DbConnection connection,
        DbTransaction transaction,
        IReadOnlyList<EncryptedTable> tables,
        CancellationToken cancellationToken
    )
    {
        foreach (var statement in tables.Select(table => database.Sql.LockTable(database.Sql.Quote(table.Name))).OfType<string>())
        {
            await connection.ExecuteAsync(statement, [], cancellationToken, transaction);
        }
    }

    private async Task<List<EncryptedValue>> ReadAsync(
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
            var columns = string.Join(", ", table.Columns.Select(database.Sql.Quote));
            var condition = string.Join(
                " OR ",
                table.Columns.Select(database.Sql.Quote).Select(column => $"{column} LIKE 'dol%:%:%:%' OR {column} LIKE 'dolcrypt:%'")
            );
            var rows = await connection.QueryAsync(
                $"SELECT rowid, {columns} FROM {database.Sql.Quote(table.Name)} WHERE {condition} ORDER BY rowid {locking}",
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

    private async Task WriteAsync(
        DbConnection connection,
        DbTransaction transaction,
        EncryptedValue value,
        string changed,
        CancellationToken cancellationToken
    )
    {
        var keepTimestamp = value.Table.HasTimestamp ? ", tms = tms" : string.Empty;
        var (table, column) = (database.Sql.Quote(value.Table.Name), database.Sql.Quote(value.Column));
        var sql =
            $"UPDATE {table} SET {column} = @changed{keepTimestamp} WHERE rowid = @rowId AND {database.Sql.IsExactly(column, "@stored")}";
        var rows = await connection.ExecuteAsync(
            sql,
            [("changed", changed), ("rowId", value.RowId), ("stored", value.Stored)],
            cancellationToken,
            transaction,
            SecondsForAll
        );
        if (rows != 1)
        {
            throw new BridgeException(RekeyProblemCode.Failed, $"{value.Place} changed meanwhile. Nothing was changed; run this again.");
        }
    }

    private async Task VerifyAsync(
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
                throw new BridgeException(
                    RekeyProblemCode.Failed,
                    $"{value.Place} does not read back as it was written. Nothing was changed."
                );
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
                    await connection.ExecuteAsync(database.Sql.WaitOneSecondForTables, [], cancellationToken, transaction);
                    return await work(connection, transaction); // without a commit it is rolled back
                }
            }
        }
        catch (Exception exception) when (StoreException.IsFromStore(exception))
        {
            throw new BridgeException(
                RekeyProblemCode.Failed,
                $"{StoreException.From(exception).Message} The old state stands, unless the connection broke at the very commit. Run "
                    + "this again to see which key the values have.",
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
