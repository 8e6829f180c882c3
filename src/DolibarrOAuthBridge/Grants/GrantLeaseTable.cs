// SPDX-License-Identifier: GPL-3.0-or-later

using System.Security.Cryptography;
using System.Text;
using DolibarrOAuthBridge.Dolibarr.Configuration;
using DolibarrOAuthBridge.Dolibarr.Database;
using DolibarrOAuthBridge.Storage;

namespace DolibarrOAuthBridge.Grants;

/// <summary>
/// The leases in <c>oauthbridge_grant</c>: a compare-and-swap on one row by the database's clock. It works across processes, machines
/// and Galera nodes, where <c>GET_LOCK</c> does not. The statement that takes a lease also says which refresh token is about to be
/// spent, by whom and since when (the intent), so that the database knows it even if the spender is never heard of again.
/// </summary>
internal sealed class GrantLeaseTable(DolibarrDatabase database, DolibarrConf conf, BridgeSchema schema)
{
    /// <summary>A lease that ends later than this was written by a clock that was wrong, and so was a later announcement.</summary>
    internal const int LongestLease = 120; // seconds

    private string LeaseIsFree =>
        $"""
            (lease_owner IS NULL OR lease_owner = @owner OR lease_until IS NULL OR lease_until < {database.Sql.Now}
             OR lease_until > {database.Sql.NowPlusSeconds("@longest")})
            """;

    // An announcement from the future was written by a clock that was wrong.
    private string NobodySpendsIt =>
        $"""
            (intent_hash IS NULL OR intent_owner = @owner OR intent_hash <> @intent OR intent_at IS NULL
             OR intent_at <= {database.Sql.NowPlusSeconds("@since")} OR intent_at > {database.Sql.NowPlusSeconds("@longest")})
            """;

    private string Table => database.Table("oauthbridge_grant");

    /// <summary>Takes the lease of a grant if it is free, has ended, or is the owner's already.</summary>
    /// <returns>Whether the owner holds it now.</returns>
    /// <exception cref="StoreException">The database failed, or cannot be written.</exception>
    public async Task<bool> TryLeaseAsync(
        GrantKey key,
        string owner,
        LeaseWish wish,
        TimeSpan duration,
        CancellationToken cancellationToken = default
    )
    {
        await schema.EnsureAsync(cancellationToken);
        var intent = IntentHash(wish.RefreshHash);
        var announce = intent is null ? string.Empty : $", intent_hash = @intent, intent_owner = @owner, intent_at = {database.Sql.Now}";
        var condition = intent is null ? LeaseIsFree : $"{LeaseIsFree} AND {NobodySpendsIt}";
        var update = $"""
            UPDATE {Table} SET lease_owner = @owner, lease_until = {database.Sql.NowPlusSeconds("@seconds")}{announce}
             WHERE service = @service AND entity = @entity AND {condition}
            """;
        (string, object?)[] parameters =
        [
            .. Of(key, owner, duration),
            ("longest", LongestLease),
            ("intent", intent ?? string.Empty),
            ("since", -(int)wish.InDoubtFor.TotalSeconds),
        ];
        try
        {
            return await database.RunAsync(
                async connection =>
                {
                    if (await connection.ExecuteAsync(update, parameters, cancellationToken) is var taken && taken > 0)
                    {
                        return IsOne(taken);
                    }

                    // Where the unique index was lost, an insert would make a second row, and with it a second lease.
                    var present = await connection.QueryAsync(
                        $"SELECT rowid FROM {Table} WHERE service = @service AND entity = @entity",
                        parameters,
                        static row => row.BigNumber("rowid"),
                        cancellationToken
                    );
                    if (present.Count == 0)
                    {
                        await connection.ExecuteAsync(
                            $"INSERT INTO {Table} (service, entity) VALUES (@service, @entity) {database.Sql.OnConflictIgnore("entity")}",
                            parameters,
                            cancellationToken
                        );
                    }

                    return IsOne(await connection.ExecuteAsync(update, parameters, cancellationToken));
                },
                cancellationToken
            );
        }
        catch (StoreException exception) when (exception.Failure == StoreFailure.Busy)
        {
            return false; // somebody else is taking it this very moment
        }
        catch (StoreException exception) when (exception.Cause == StoreCause.MissingTable)
        {
            schema.Recheck(); // dropped while the sidecar was running: the next attempt makes it again
            return false;
        }

        bool IsOne(int rows)
        {
            if (rows > 1)
            {
                schema.Recheck(); // the next attempt says what is wrong
            }

            return rows == 1;
        }
    }

    /// <summary>
    /// Says which refresh token is about to be spent, and of which row of the token table, and prolongs the lease, if the owner still
    /// holds it.
    /// </summary>
    /// <returns>False if the lease was lost.</returns>
    /// <exception cref="StoreException">The database failed.</exception>
    public async Task<bool> TryAnnounceAsync(GrantKey key, string owner, string? refreshHash, long rowId, TimeSpan duration)
    {
        var intent = IntentHash(refreshHash);
        var announce = intent is null
            ? "intent_hash = NULL, intent_owner = NULL, intent_at = NULL"
            : $"intent_hash = @intent, intent_owner = @owner, intent_at = {database.Sql.Now}";
        var sql = $"""
            UPDATE {Table} SET lease_until = {database.Sql.NowPlusSeconds("@seconds")}, token_row = COALESCE(token_row, @rowId), {announce}
             WHERE service = @service AND entity = @entity AND lease_owner = @owner
            """;
        (string, object?)[] parameters = [.. Of(key, owner, duration), ("intent", intent ?? string.Empty), ("rowId", rowId)];
        return await database.ExecuteAsync(sql, parameters, CancellationToken.None) == 1;
    }

    /// <summary>Prolongs a lease; nothing happens if the owner lost it.</summary>
    /// <exception cref="StoreException">The database failed.</exception>
    public Task ProlongAsync(GrantKey key, string owner, TimeSpan duration, CancellationToken cancellationToken = default) =>
        database.ExecuteAsync(
            $"""
            UPDATE {Table} SET lease_until = {database.Sql.NowPlusSeconds("@seconds")}
             WHERE service = @service AND entity = @entity AND lease_owner = @owner
            """,
            Of(key, owner, duration),
            cancellationToken
        );

    /// <summary>Who holds the lease, and who spends the refresh token.</summary>
    /// <exception cref="StoreException">The database failed.</exception>
    public async Task<LeaseState> FindLeaseAsync(GrantKey key, CancellationToken cancellationToken = default)
    {
        var rows = await database.QueryAsync(
            $"""
            SELECT lease_owner, lease_until, intent_owner, intent_at, {database.Sql.Now} AS now_there
              FROM {Table} WHERE service = @service AND entity = @entity
            """,
            [("service", key.Service), ("entity", key.Entity)],
            static row =>
            {
                var now = row.Time("now_there");
                var left = row.TimeOrNull("lease_until") - now;
                return new LeaseState(
                    row.TextOrNull("lease_owner"),
                    left >= TimeSpan.Zero && left <= TimeSpan.FromSeconds(LongestLease) && row.TextOrNull("lease_owner") is not null,
                    row.TextOrNull("intent_owner"),
                    now - row.TimeOrNull("intent_at")
                );
            },
            cancellationToken
        );
        return rows is [var state] ? state : new LeaseState(null, false, null, null);
    }

    /// <summary>
    /// Gives a lease back, and with it what it said about the refresh token: its owner is done with it, or is gone. Nothing happens if
    /// the owner lost it.
    /// </summary>
    /// <exception cref="StoreException">The database failed.</exception>
    public async Task ReleaseAsync(GrantKey key, string owner, CancellationToken cancellationToken = default)
    {
        (string, object?)[] parameters = [("service", key.Service), ("entity", key.Entity), ("owner", owner)];
        await database.ExecuteAsync(
            $"""
            UPDATE {Table} SET intent_hash = CASE WHEN intent_owner = @owner THEN NULL ELSE intent_hash END,
                intent_at = CASE WHEN intent_owner = @owner THEN NULL ELSE intent_at END,
                lease_until = CASE WHEN lease_owner = @owner THEN NULL ELSE lease_until END,
                intent_owner = NULLIF(intent_owner, @owner), lease_owner = NULLIF(lease_owner, @owner)
             WHERE service = @service AND entity = @entity AND (lease_owner = @owner OR intent_owner = @owner)
            """,
            parameters,
            cancellationToken
        );
    }

    /// <summary>Gives a lease back and leaves what it said about the refresh token.</summary>
    /// <exception cref="StoreException">The database failed.</exception>
    public Task ReleaseLeaseAsync(GrantKey key, string owner, CancellationToken cancellationToken = default) =>
        database.ExecuteAsync(
            $"""
            UPDATE {Table} SET lease_until = NULL, lease_owner = NULL
             WHERE service = @service AND entity = @entity AND lease_owner = @owner
            """,
            [("service", key.Service), ("entity", key.Entity), ("owner", owner)],
            cancellationToken
        );

    /// <summary>
    /// Keeps a grant for a process that is gone and whose answer waits in the journal: prolongs its lease, or takes it anew where nobody
    /// holds it and the refresh token still counts as spent by it.
    /// </summary>
    /// <exception cref="StoreException">The database failed.</exception>
    public Task KeepAsync(GrantKey key, string owner, TimeSpan duration, CancellationToken cancellationToken = default) =>
        database.ExecuteAsync(
            $"""
            UPDATE {Table} SET lease_until = {database.Sql.NowPlusSeconds("@seconds")}, lease_owner = @owner,
                   intent_at = CASE WHEN intent_owner = @owner THEN {database.Sql.Now} ELSE intent_at END
             WHERE service = @service AND entity = @entity
               AND (lease_owner = @owner OR (intent_owner = @owner AND {LeaseIsFree}))
            """,
            [.. Of(key, owner, duration), ("longest", LongestLease)],
            cancellationToken
        );

    private static (string Name, object? Value)[] Of(GrantKey key, string owner, TimeSpan duration) =>
        [("service", key.Service), ("entity", key.Entity), ("owner", owner), ("seconds", (int)Math.Ceiling(duration.TotalSeconds))];

    // Keyed, so that the column tells nothing to who has no conf.php.
    private string? IntentHash(string? refreshHash)
    {
        if (refreshHash is null)
        {
            return null;
        }

        var key = conf.Keys.WholeKey is { Length: > 0 } present ? present.ToArray() : Encoding.UTF8.GetBytes(conf.DbPassword);
        return Convert.ToHexStringLower(HMACSHA256.HashData(key, Encoding.UTF8.GetBytes($"refresh token in use\n{refreshHash}")));
    }
}
