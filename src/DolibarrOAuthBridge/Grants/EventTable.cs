// SPDX-License-Identifier: GPL-3.0-or-later

using System.Data.Common;
using DolibarrOAuthBridge.Dolibarr.Database;
using DolibarrOAuthBridge.Storage;

namespace DolibarrOAuthBridge.Grants;

/// <summary>The bridge's audit trail <c>oauthbridge_event</c>: append-only, no secrets.</summary>
internal sealed class EventTable(DolibarrDatabase database, BridgeSchema schema, TimeProvider time)
{
    private const int LongestDetail = 255;

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
        await connection.ExecuteAsync(
            $"INSERT INTO {database.Table("oauthbridge_event")} (at, entity, service, kind, detail, process) "
                + "VALUES (@at, @entity, @service, @kind, @detail, @process)",
            [
                ("at", time.GetUtcNow().UtcDateTime),
                ("entity", key.Entity),
                ("service", key.Service),
                ("kind", kind),
                ("detail", detail.Length > LongestDetail ? detail[..LongestDetail] : detail),
                ("process", ProcessName.Value),
            ],
            cancellationToken,
            transaction
        );
        var appended = Interlocked.Exchange(ref _appended, new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously));
        appended.TrySetResult();
    }

    /// <summary>The grants to which something happened since a time; none if the table is not there yet.</summary>
    /// <exception cref="StoreException">The database failed.</exception>
    public async Task<IReadOnlyList<GrantKey>> ListKeysAsync(string kind, DateTime since, CancellationToken cancellationToken = default)
    {
        try
        {
            return await database.QueryAsync(
                $"SELECT DISTINCT service, entity FROM {database.Table("oauthbridge_event")} WHERE kind = @kind AND at >= @since",
                [("kind", kind), ("since", since)],
                row => new GrantKey(row.Text("service"), row.Number("entity")),
                cancellationToken
            );
        }
        catch (StoreException exception) when (exception.Cause is StoreCause.MissingTable or StoreCause.MissingPrivilege)
        {
            return [];
        }
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
}
