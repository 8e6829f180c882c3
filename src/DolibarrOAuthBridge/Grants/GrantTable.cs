// SPDX-License-Identifier: GPL-3.0-or-later

using System.Data.Common;
using DolibarrOAuthBridge.Dolibarr.Database;
using DolibarrOAuthBridge.Storage;

namespace DolibarrOAuthBridge.Grants;

/// <summary>
/// What the bridge remembers of each grant, in <c>oauthbridge_grant</c>. <see cref="GrantLeaseTable"/> has the leases of the same rows.
/// </summary>
internal sealed class GrantTable(DolibarrDatabase database, BridgeSchema schema)
{
    private const string Columns = """
        rowid, service, entity, granted_at, refreshed_at, used_at, refresh_count, token_expires_at, refresh_token_expires_at, failure_count,
        last_error, last_error_detail, last_error_at, next_try_at, failed_settings, dead_hash, newest_hash, newest_token, token_row,
        superseded, account, account_before, intent_owner, paused_at, paused_reason, moved_id
        """;

    private string OnConflictUpdate => database.Sql.OnConflictUpdate("service, entity");

    private string Table => database.Table("oauthbridge_grant");

    /// <summary>What is remembered of a grant; an empty record if nothing.</summary>
    /// <exception cref="StoreException">The database failed.</exception>
    public async Task<GrantRecord> GetAsync(GrantKey key, CancellationToken cancellationToken = default)
    {
        var rows = await SelectAsync("service = @service AND entity = @entity", Of(key), cancellationToken);
        return rows.Count > 0 ? Newest(rows) : new GrantRecord { Service = key.Service, Entity = key.Entity };
    }

    /// <summary>Everything remembered of one company's grants, by service.</summary>
    /// <exception cref="StoreException">The database failed.</exception>
    public async Task<IReadOnlyDictionary<string, GrantRecord>> ListAsync(int entity, CancellationToken cancellationToken = default) =>
        (await SelectAsync("entity = @entity", [("entity", entity)], cancellationToken))
            .GroupBy(row => row.Service, StringComparer.Ordinal)
            .ToDictionary(group => group.Key, Newest, StringComparer.Ordinal);

    /// <summary>What is remembered of a company's grants by their token row, which a renamed entry keeps.</summary>
    /// <exception cref="StoreException">The database failed.</exception>
    public Task<IReadOnlyList<GrantRecord>> ListByRowAsync(int entity, long rowId, CancellationToken cancellationToken = default) =>
        SelectAsync("entity = @entity AND token_row = @row", [("entity", entity), ("row", rowId)], cancellationToken);

    /// <summary>Everything remembered of all grants.</summary>
    /// <exception cref="StoreException">The database failed.</exception>
    public async Task<IReadOnlyDictionary<GrantKey, GrantRecord>> ListAllAsync(CancellationToken cancellationToken = default) =>
        (await SelectAsync("1 = 1", [], cancellationToken))
            .GroupBy(row => new GrantKey(row.Service, row.Entity))
            .ToDictionary(group => group.Key, Newest);

    /// <summary>The rows that stand there a second time for one grant, which happens without the unique index only.</summary>
    /// <returns>Each such row, and the one that counts.</returns>
    /// <exception cref="StoreException">The database failed.</exception>
    public async Task<IReadOnlyList<(GrantRecord Row, GrantRecord Kept)>> ListSecondsAsync(CancellationToken cancellationToken = default)
    {
        var rows = await SelectAsync("1 = 1", [], cancellationToken);
        return
        [
            .. rows.GroupBy(row => new GrantKey(row.Service, row.Entity))
                .Select(group => (Rows: group, Kept: Newest(group)))
                .SelectMany(one => one.Rows.Where(row => row != one.Kept).Select(row => (row, one.Kept))),
        ];
    }

    /// <summary>Remembers a good refresh within the caller's transaction, and that the refresher's intent is done.</summary>
    /// <param name="connection">The caller's connection.</param>
    /// <param name="transaction">The caller's transaction.</param>
    /// <param name="key">The grant.</param>
    /// <param name="refreshed">What the refresh brought.</param>
    /// <param name="before">What was remembered before.</param>
    /// <param name="cancellationToken">Cancels the statement.</param>
    public Task RecordRefreshAsync(
        DbConnection connection,
        DbTransaction transaction,
        GrantKey key,
        RefreshedGrant refreshed,
        GrantRecord before,
        CancellationToken cancellationToken = default
    )
    {
        var sql = $"""
            INSERT INTO {Table} (service, entity, refreshed_at, refresh_count, token_expires_at, refresh_token_expires_at,
                newest_hash, newest_token, token_row, superseded)
            VALUES (@service, @entity, @at, 1, @tokenExpiresAt, @refreshTokenExpiresAt, @newestHash, @newestToken, @rowId, @superseded)
            {OnConflictUpdate} refreshed_at = @at, refresh_count = {Table}.refresh_count + 1,
                token_expires_at = @tokenExpiresAt,
                refresh_token_expires_at = COALESCE(@refreshTokenExpiresAt, {Table}.refresh_token_expires_at),
                newest_hash = @newestHash, newest_token = @newestToken, token_row = @rowId, superseded = @superseded,
                failure_count = 0, last_error = NULL, last_error_detail = NULL, last_error_at = NULL, next_try_at = NULL,
                failed_settings = NULL, dead_hash = NULL,
                intent_hash = CASE WHEN {Table}.intent_owner = @owner THEN NULL ELSE {Table}.intent_hash END,
                intent_at = CASE WHEN {Table}.intent_owner = @owner THEN NULL ELSE {Table}.intent_at END,
                intent_owner = NULLIF({Table}.intent_owner, @owner)
            """;
        return connection.ExecuteAsync(
            sql,
            [
                .. Of(key),
                ("at", refreshed.At),
                ("tokenExpiresAt", refreshed.TokenExpiresAt),
                ("refreshTokenExpiresAt", refreshed.RefreshTokenExpiresAt),
                ("newestHash", refreshed.NewestHash),
                ("newestToken", refreshed.NewestToken),
                ("rowId", refreshed.RowId),
                ("superseded", before.WithSuperseded(refreshed.SupersededHash == refreshed.NewestHash ? null : refreshed.SupersededHash)),
                ("owner", refreshed.Owner),
            ],
            cancellationToken,
            transaction
        );
    }

    /// <summary>Remembers a new consent within the caller's transaction: everything of the grant before it is over.</summary>
    public Task RecordConsentAsync(
        DbConnection connection,
        DbTransaction transaction,
        GrantKey key,
        GrantConsent consent,
        CancellationToken cancellationToken = default
    )
    {
        var sql = $"""
            INSERT INTO {Table} (service, entity, granted_at, refresh_token_expires_at, newest_hash, newest_token, token_row,
                superseded, account, account_before)
            VALUES (@service, @entity, @at, @refreshTokenExpiresAt, @newestHash, @newestToken, @rowId, @superseded, @account, @before)
            {OnConflictUpdate} granted_at = @at, refreshed_at = NULL, refresh_count = 0,
                refresh_token_expires_at = @refreshTokenExpiresAt,
                newest_hash = @newestHash, newest_token = @newestToken, token_row = @rowId, superseded = @superseded,
                account = @account, account_before = @before,
                failure_count = 0, last_error = NULL, last_error_detail = NULL, last_error_at = NULL, next_try_at = NULL,
                failed_settings = NULL,
                dead_hash = CASE WHEN {Table}.dead_hash = @newestHash THEN {Table}.dead_hash END,
                intent_hash = NULL, intent_owner = NULL, intent_at = NULL, paused_at = NULL, paused_reason = NULL, moved_id = NULL
            """;
        return connection.ExecuteAsync(
            sql,
            [
                .. Of(key),
                ("at", consent.At),
                ("refreshTokenExpiresAt", consent.RefreshTokenExpiresAt),
                ("newestHash", consent.NewestHash),
                ("newestToken", consent.NewestToken),
                ("rowId", consent.RowId),
                ("superseded", consent.Superseded),
                ("account", consent.Account),
                ("before", consent.AccountBefore),
            ],
            cancellationToken,
            transaction
        );
    }

    /// <summary>Remembers a failed refresh. The grant itself is untouched.</summary>
    public Task RecordFailureAsync(GrantKey key, GrantFailure failure, CancellationToken cancellationToken = default) =>
        ExecuteAsync(
            """
            failure_count = failure_count + 1, last_error = @error, last_error_detail = @detail, last_error_at = @at,
            next_try_at = @nextTryAt, failed_settings = @settings, dead_hash = COALESCE(@deadHash, dead_hash)
            """,
            key,
            [
                ("error", failure.Error),
                ("detail", failure.Detail),
                ("at", failure.At),
                ("nextTryAt", failure.NextTryAt),
                ("settings", failure.Settings),
                ("deadHash", failure.DeadHash),
            ],
            cancellationToken
        );

    /// <summary>Remembers that a token was handed out.</summary>
    public async Task RecordUseAsync(GrantKey key, DateTime at, CancellationToken cancellationToken = default)
    {
        await schema.EnsureAsync(cancellationToken);
        var sql = $"INSERT INTO {Table} (service, entity, used_at) VALUES (@service, @entity, @at) {OnConflictUpdate} used_at = @at";
        await database.ExecuteAsync(sql, [.. Of(key), ("at", at)], cancellationToken);
    }

    /// <summary>Remembers when the access token in the row ends, for those who cannot decrypt it.</summary>
    public async Task RecordExpiryAsync(GrantKey key, DateTime? expiresAt, CancellationToken cancellationToken = default)
    {
        await schema.EnsureAsync(cancellationToken);
        var sql = $"""
            INSERT INTO {Table} (service, entity, token_expires_at) VALUES (@service, @entity, @expiresAt)
            {OnConflictUpdate} token_expires_at = @expiresAt
            """;
        await database.ExecuteAsync(sql, [.. Of(key), ("expiresAt", expiresAt)], cancellationToken);
    }

    /// <summary>Remembers which account a grant is of, where that was found out after the consent.</summary>
    /// <param name="key">The grant.</param>
    /// <param name="account">The account.</param>
    /// <param name="before">The account before it, where that was another one; else null.</param>
    /// <param name="cancellationToken">Cancels the statement.</param>
    public async Task RecordAccountAsync(GrantKey key, string account, string? before, CancellationToken cancellationToken = default)
    {
        await schema.EnsureAsync(cancellationToken);
        var sql = $"""
            INSERT INTO {Table} (service, entity, account, account_before) VALUES (@service, @entity, @account, @before)
            {OnConflictUpdate} account = @account, account_before = @before
            """;
        await database.ExecuteAsync(sql, [.. Of(key), ("account", account), ("before", before)], cancellationToken);
    }

    /// <summary>Forgets a grant that was revoked: no old refresh token may come back.</summary>
    public Task ForgetAsync(GrantKey key, CancellationToken cancellationToken = default) =>
        ExecuteAsync(
            """
            granted_at = NULL, refreshed_at = NULL, refresh_count = 0, token_expires_at = NULL, refresh_token_expires_at = NULL,
            failure_count = 0, last_error = NULL, last_error_detail = NULL, last_error_at = NULL, next_try_at = NULL,
            failed_settings = NULL,
            dead_hash = NULL, newest_hash = NULL, newest_token = NULL, token_row = NULL, superseded = NULL, account = NULL,
            account_before = NULL,
            intent_hash = NULL, intent_owner = NULL, intent_at = NULL, paused_at = NULL, paused_reason = NULL, moved_id = NULL
            """,
            key,
            [],
            cancellationToken
        );

    // Whoever only looks makes no tables: without them nothing is remembered yet. One of an older version is upgraded.
    private async Task<IReadOnlyList<GrantRecord>> SelectAsync(
        string condition,
        (string Name, object? Value)[] parameters,
        CancellationToken cancellationToken
    )
    {
        try
        {
            return await QueryAsync(condition, parameters, cancellationToken);
        }
        catch (StoreException exception) when (exception.Cause is StoreCause.MissingTable or StoreCause.MissingPrivilege)
        {
            schema.Recheck(); // it may have been dropped while the sidecar was running
            return [];
        }
        catch (StoreException exception) when (exception.Cause == StoreCause.MissingColumn)
        {
            await schema.EnsureAsync(cancellationToken);
            return await QueryAsync(condition, parameters, cancellationToken);
        }
    }

    private Task<IReadOnlyList<GrantRecord>> QueryAsync(
        string condition,
        (string Name, object? Value)[] parameters,
        CancellationToken cancellationToken
    ) => database.QueryAsync($"SELECT {Columns} FROM {Table} WHERE {condition} ORDER BY rowid", parameters, Read, cancellationToken);

    // There is one, unless the unique index was lost.
    private static GrantRecord Newest(IEnumerable<GrantRecord> rows) => rows.MaxBy(row => (row.RefreshedAt ?? row.GrantedAt, row.RowId))!;

    private static GrantRecord Read(SqlRow row) =>
        new()
        {
            RowId = row.BigNumber("rowid"),
            Service = row.Text("service"),
            Entity = row.Number("entity"),
            GrantedAt = row.TimeOrNull("granted_at"),
            RefreshedAt = row.TimeOrNull("refreshed_at"),
            UsedAt = row.TimeOrNull("used_at"),
            RefreshCount = row.Number("refresh_count"),
            TokenExpiresAt = row.TimeOrNull("token_expires_at"),
            RefreshTokenExpiresAt = row.TimeOrNull("refresh_token_expires_at"),
            FailureCount = row.Number("failure_count"),
            LastError = row.TextOrNull("last_error"),
            LastErrorDetail = row.TextOrNull("last_error_detail"),
            LastErrorAt = row.TimeOrNull("last_error_at"),
            NextTryAt = row.TimeOrNull("next_try_at"),
            FailedSettings = row.TextOrNull("failed_settings"),
            DeadHash = row.TextOrNull("dead_hash"),
            NewestHash = row.TextOrNull("newest_hash"),
            NewestToken = row.TextOrNull("newest_token"),
            TokenRow = row.BigNumberOrNull("token_row"),
            Superseded = row.TextOrNull("superseded"),
            Account = row.TextOrNull("account"),
            AccountBefore = row.TextOrNull("account_before"),
            IntentOwner = row.TextOrNull("intent_owner"),
            PausedAt = row.TimeOrNull("paused_at"),
            PausedReason = row.TextOrNull("paused_reason"),
            MovedId = row.TextOrNull("moved_id"),
        };

    private static (string Name, object? Value)[] Of(GrantKey key) => [("service", key.Service), ("entity", key.Entity)];

    private async Task ExecuteAsync(
        string assignments,
        GrantKey key,
        (string Name, object? Value)[] values,
        CancellationToken cancellationToken,
        string condition = ""
    )
    {
        await schema.EnsureAsync(cancellationToken);
        var sql = $"UPDATE {Table} SET {assignments} WHERE service = @service AND entity = @entity {condition}";
        await database.ExecuteAsync(sql, [.. Of(key), .. values], cancellationToken);
    }
}
