// SPDX-License-Identifier: GPL-3.0-or-later

using System.Data.Common;
using DolibarrOAuthBridge.Dolibarr.Database;
using DolibarrOAuthBridge.Storage;

namespace DolibarrOAuthBridge.Grants;

/// <summary>The bridge's audit trail <c>oauthbridge_event</c>: no secrets. Rows are added, and removed only by age.</summary>
internal sealed class EventTable(DolibarrDatabase database, BridgeSchema schema, TimeProvider time)
{
    /// <summary>How many events of one grant are kept.</summary>
    public const int MaxPerGrant = 20_000;

    private const int MaxDetail = 255;

    private bool? _isTransactional;
    private TaskCompletionSource _appended = new(TaskCreationOptions.RunContinuationsAsynchronously);

    /// <summary>Completes when this process appends the next event. Its transaction may not be over yet.</summary>
    public Task NextAppended => Volatile.Read(ref _appended).Task;

    /// <summary>Appends within the caller's transaction.</summary>
    public async Task AppendAsync(
        DbConnection connection,
        DbTransaction? transaction,
        GrantKey key,
        string kind,
        string detail,
        CancellationToken cancellationToken = default
    )
    {
        await InsertAsync(connection, transaction, key, kind, detail, cancellationToken);
        var appended = Interlocked.Exchange(ref _appended, new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously));
        appended.TrySetResult();
    }

    /// <summary>
    /// Tries within the caller's transaction, which is to be taken back, whether an event can be appended. Does nothing where the table
    /// cannot take a change back.
    /// </summary>
    /// <exception cref="StoreException">It cannot: a trigger, a constraint, no privilege.</exception>
    public async Task TryAsync(DbConnection connection, DbTransaction transaction, CancellationToken cancellationToken = default)
    {
        _isTransactional ??= (await database.FindNonTransactionalAsync(["oauthbridge_event"], cancellationToken)).Count == 0;
        if (_isTransactional is true)
        {
            await InsertAsync(connection, transaction, new GrantKey("trial", 1), "trial", new string('x', MaxDetail), cancellationToken);
        }
    }

    /// <summary>The grants to which such things happened since a time, by kind; none if the table is not there yet.</summary>
    /// <exception cref="StoreException">The database failed.</exception>
    public async Task<ILookup<string, GrantKey>> ListKeysAsync(
        string[] kinds,
        DateTime since,
        CancellationToken cancellationToken = default
    )
    {
        IReadOnlyList<(string Kind, GrantKey Key)> found;
        try
        {
            found = await database.QueryAsync(
                $"SELECT DISTINCT kind, service, entity FROM {database.Table("oauthbridge_event")} WHERE kind IN @kinds AND at >= @since",
                [("kinds", kinds), ("since", since)],
                static row => (row.Text("kind"), new GrantKey(row.Text("service"), row.Number("entity"))),
                cancellationToken
            );
        }
        catch (StoreException exception) when (exception.Cause is StoreCause.MissingTable or StoreCause.MissingPrivilege)
        {
            found = [];
        }

        return found.ToLookup(static one => one.Kind, static one => one.Key, StringComparer.Ordinal);
    }

    /// <summary>What happened to a grant, newest first; nothing if the table is not there yet.</summary>
    /// <exception cref="StoreException">The database failed.</exception>
    public async Task<IReadOnlyList<GrantEvent>> ListAsync(GrantKey key, int limit, CancellationToken cancellationToken = default)
    {
        var sql = $"""
            SELECT at, kind, detail FROM {database.Table("oauthbridge_event")}
             WHERE service = @service AND entity = @entity ORDER BY rowid DESC LIMIT @limit
            """;
        try
        {
            return await database.QueryAsync(
                sql,
                [("service", key.Service), ("entity", key.Entity), ("limit", limit)],
                row => GrantEvent.Of(row.Time("at"), row.Text("kind"), row.Text("detail")),
                cancellationToken
            );
        }
        catch (StoreException exception) when (exception.Cause is StoreCause.MissingTable or StoreCause.MissingPrivilege)
        {
            return [];
        }
    }

    /// <summary>The grant to which such a thing happened last, and when, UTC; null if it happened to none.</summary>
    /// <exception cref="StoreException">The database failed.</exception>
    public async Task<(GrantKey Key, DateTime At)?> FindAsync(string kind, string detail, CancellationToken cancellationToken = default)
    {
        try
        {
            var found = await database.QueryAsync(
                $"SELECT service, entity, at FROM {database.Table("oauthbridge_event")} "
                    + "WHERE kind = @kind AND detail = @detail ORDER BY rowid DESC LIMIT 1",
                [("kind", kind), ("detail", detail)],
                row => (new GrantKey(row.Text("service"), row.Number("entity")), row.Time("at")),
                cancellationToken
            );
            return found.Count == 0 ? null : found[0];
        }
        catch (StoreException exception) when (exception.Cause is StoreCause.MissingTable or StoreCause.MissingPrivilege)
        {
            return null;
        }
    }

    /// <summary>Appends by itself.</summary>
    /// <exception cref="StoreException">The database failed.</exception>
    public async Task AppendAsync(GrantKey key, string kind, string detail, CancellationToken cancellationToken = default)
    {
        await schema.EnsureAsync(cancellationToken);
        await database.RunAsync(
            async connection =>
            {
                await AppendAsync(connection, null, key, kind, detail, cancellationToken);
                return 0;
            },
            cancellationToken
        );
    }

    /// <summary>Removes what is older than the given time, and all but the newest <see cref="MaxPerGrant"/> of each grant.</summary>
    /// <exception cref="StoreException">The database failed.</exception>
    public async Task PruneAsync(TimeSpan keep, CancellationToken cancellationToken = default)
    {
        await schema.EnsureAsync(cancellationToken);
        var table = database.Table("oauthbridge_event");
        await database.ExecuteAsync(
            $"DELETE FROM {table} WHERE at < @before",
            [("before", (time.GetUtcNow() - keep).UtcDateTime)],
            cancellationToken
        );
        var crowded = await database.QueryAsync(
            $"SELECT service, entity FROM {table} GROUP BY service, entity HAVING COUNT(*) > @most",
            [("most", MaxPerGrant)],
            static row => new GrantKey(row.Text("service"), row.Number("entity")),
            cancellationToken
        );
        foreach (var key in crowded)
        {
            (string, object?)[] parameters = [("service", key.Service), ("entity", key.Entity), ("most", MaxPerGrant)];
            var oldest = await database.QueryAsync(
                $"SELECT rowid FROM {table} WHERE service = @service AND entity = @entity ORDER BY rowid DESC LIMIT 1 OFFSET @most",
                parameters,
                static row => row.BigNumber("rowid"),
                cancellationToken
            );
            foreach (var rowId in oldest)
            {
                await database.ExecuteAsync(
                    $"DELETE FROM {table} WHERE service = @service AND entity = @entity AND rowid <= @rowId",
                    [.. parameters, ("rowId", rowId)],
                    cancellationToken
                );
            }
        }
    }

    private Task<int> InsertAsync(
        DbConnection connection,
        DbTransaction? transaction,
        GrantKey key,
        string kind,
        string detail,
        CancellationToken cancellationToken
    ) =>
        connection.ExecuteAsync(
            $"INSERT INTO {database.Table("oauthbridge_event")} (at, entity, service, kind, detail, process) "
                + "VALUES (@at, @entity, @service, @kind, @detail, @process)",
            [
                ("at", time.GetUtcNow().UtcDateTime),
                ("entity", key.Entity),
                ("service", key.Service),
                ("kind", kind),
                ("detail", detail.Length > MaxDetail ? detail[..MaxDetail] : detail),
                ("process", ProcessName.Value),
            ],
            cancellationToken,
            transaction
        );
}
