// SPDX-License-Identifier: GPL-3.0-or-later

using DolibarrOAuthBridge.Dolibarr.Database;
using DolibarrOAuthBridge.Storage;

namespace DolibarrOAuthBridge.Grants;

/// <summary>Who was given an entry's token and when, in <c>oauthbridge_use</c>: one row per caller, the newest of each grant.</summary>
internal sealed class UseTable(DolibarrDatabase database, BridgeSchema schema, TimeProvider time)
{
    /// <summary>How many callers of one grant are remembered.</summary>
    public const int MaxPerGrant = 50;

    private const int MaxCaller = 160;

    private static readonly TimeSpan KeptFor = TimeSpan.FromDays(90);

    private string Table => database.Table("oauthbridge_use");

    /// <summary>Remembers a use.</summary>
    /// <param name="key">The grant.</param>
    /// <param name="caller">Who.</param>
    /// <param name="at">When, UTC, in whole minutes.</param>
    /// <param name="cancellationToken">Cancels the statement.</param>
    /// <exception cref="StoreException">The database failed.</exception>
    public async Task RecordAsync(GrantKey key, string caller, DateTime at, CancellationToken cancellationToken = default)
    {
        await schema.EnsureAsync(cancellationToken);
        var sql = $"""
            INSERT INTO {Table} (service, entity, caller, first_at, last_at) VALUES (@service, @entity, @caller, @at, @at)
            {database.Sql.OnConflictUpdate("entity, service, caller")} last_at = @at
            """;
        var shortened = caller.Length > MaxCaller ? caller[..MaxCaller] : caller;
        await database.ExecuteAsync(sql, [.. Of(key), ("caller", shortened), ("at", at)], cancellationToken);
    }

    /// <summary>Who was given the token of a grant, the last one first; nobody if the table is not there yet.</summary>
    /// <exception cref="StoreException">The database failed.</exception>
    public async Task<IReadOnlyList<GrantUse>> ListAsync(GrantKey key, CancellationToken cancellationToken = default)
    {
        try
        {
            return await database.QueryAsync(
                $"SELECT caller, first_at, last_at FROM {Table} WHERE service = @service AND entity = @entity "
                    + "ORDER BY last_at DESC, caller",
                Of(key),
                static row => new GrantUse(row.Text("caller"), Utc(row.Time("first_at")), Utc(row.Time("last_at"))),
                cancellationToken
            );
        }
        catch (StoreException exception) when (exception.Cause is StoreCause.MissingTable or StoreCause.MissingPrivilege)
        {
            return [];
        }
    }

    /// <summary>Removes what is old, and all but the newest <see cref="MaxPerGrant"/> of each grant.</summary>
    /// <exception cref="StoreException">The database failed.</exception>
    public async Task PruneAsync(CancellationToken cancellationToken = default)
    {
        await schema.EnsureAsync(cancellationToken);
        await database.ExecuteAsync(
            $"DELETE FROM {Table} WHERE last_at < @before",
            [("before", (time.GetUtcNow() - KeptFor).UtcDateTime)],
            cancellationToken
        );
        var crowded = await database.QueryAsync(
            $"SELECT service, entity FROM {Table} GROUP BY service, entity HAVING COUNT(*) > @most",
            [("most", MaxPerGrant)],
            static row => new GrantKey(row.Text("service"), row.Number("entity")),
            cancellationToken
        );
        foreach (var key in crowded)
        {
            foreach (var use in (await ListAsync(key, cancellationToken)).Skip(MaxPerGrant))
            {
                await database.ExecuteAsync(
                    $"DELETE FROM {Table} WHERE service = @service AND entity = @entity AND caller = @caller",
                    [.. Of(key), ("caller", use.Caller)],
                    cancellationToken
                );
            }
        }
    }

    private static (string Name, object? Value)[] Of(GrantKey key) => [("service", key.Service), ("entity", key.Entity)];

    private static DateTimeOffset Utc(DateTime time) => new(DateTime.SpecifyKind(time, DateTimeKind.Utc));
}
