// SPDX-License-Identifier: GPL-3.0-or-later

using Dapper;
using DolibarrOAuthBridge.Dolibarr.Database;
using DolibarrOAuthBridge.Storage;
using MySqlConnector;

namespace DolibarrOAuthBridge.Grants;

/// <summary>
/// The bridge's <c>oauthbridge_grant</c>. Its lease is a compare-and-swap on one row by the database's clock: it works
/// across processes, machines and Galera nodes, where <c>GET_LOCK</c> does not.
/// </summary>
internal sealed class GrantTable(DolibarrDatabase database, BridgeSchema schema)
{
    private const string Columns = """
        service AS Service, entity AS Entity, granted_at AS GrantedAt, refreshed_at AS RefreshedAt, used_at AS UsedAt,
        refresh_count AS RefreshCount, token_expires_at AS TokenExpiresAt, refresh_token_expires_at AS RefreshTokenExpiresAt, failure_count AS FailureCount,
        last_error AS LastError, last_error_detail AS LastErrorDetail, last_error_at AS LastErrorAt, next_try_at AS NextTryAt,
        failed_settings AS FailedSettings, dead_hash AS DeadHash, newest_hash AS NewestHash, newest_token AS NewestToken, token_row AS TokenRow,
        superseded AS Superseded, account AS Account
        """;

    private string Table => database.Table("oauthbridge_grant");

    /// <summary>What is remembered of a grant; an empty record if nothing.</summary>
    /// <exception cref="StoreException">The database failed.</exception>
    public async Task<GrantRecord> GetAsync(GrantKey key, CancellationToken cancellationToken = default)
    {
        var rows = await SelectAsync("service = @Service AND entity = @Entity", key, cancellationToken);
        return rows is [var row] ? row : new GrantRecord { Service = key.Service, Entity = key.Entity };
    }

    /// <summary>Everything remembered of one company's grants, by service.</summary>
    /// <exception cref="StoreException">The database failed.</exception>
    public async Task<IReadOnlyDictionary<string, GrantRecord>> ListAsync(int entity, CancellationToken cancellationToken = default)
    {
        var rows = await SelectAsync("entity = @entity", new { entity }, cancellationToken);
        return rows.ToDictionary(row => row.Service, StringComparer.Ordinal);
    }

    /// <summary>Takes the lease of a grant if it is free, expired or already the owner's.</summary>
    /// <returns>Whether the owner holds it now.</returns>
    /// <exception cref="StoreException">The database failed, or cannot be written.</exception>
    public async Task<bool> TryLeaseAsync(GrantKey key, string owner, TimeSpan duration, CancellationToken cancellationToken = default)
    {
        await schema.EnsureAsync(cancellationToken);
        var update = $"""
            UPDATE {Table} SET lease_owner = @owner, lease_until = DATE_ADD(UTC_TIMESTAMP(3), INTERVAL @seconds SECOND)
             WHERE service = @Service AND entity = @Entity
               AND (lease_owner IS NULL OR lease_owner = @owner OR lease_until IS NULL OR lease_until < UTC_TIMESTAMP(3))
            """;
        var parameters = new
        {
            key.Service,
            key.Entity,
            owner,
            seconds = (int)Math.Ceiling(duration.TotalSeconds),
        };
        try
        {
            return await database.RunAsync(
                async connection =>
                {
                    if (await connection.ExecuteAsync(new CommandDefinition(update, parameters, cancellationToken: cancellationToken)) == 1)
                    {
                        return true;
                    }

                    await connection.ExecuteAsync(
                        new CommandDefinition(
                            $"INSERT IGNORE INTO {Table} (service, entity) VALUES (@Service, @Entity)",
                            parameters,
                            cancellationToken: cancellationToken
                        )
                    );
                    return await connection.ExecuteAsync(new CommandDefinition(update, parameters, cancellationToken: cancellationToken))
                        == 1;
                },
                cancellationToken
            );
        }
        catch (StoreException exception) when (exception.Failure == StoreFailure.Busy)
        {
            return false; // somebody else is taking it this very moment
        }
    }

    /// <summary>Gives a lease back; nothing happens if the owner lost it.</summary>
    public Task ReleaseAsync(GrantKey key, string owner, CancellationToken cancellationToken = default) =>
        ExecuteAsync("lease_owner = NULL, lease_until = NULL", key, new { owner }, cancellationToken, "AND lease_owner = @owner");

    /// <summary>Remembers a good refresh within the caller's transaction.</summary>
    public Task RecordRenewalAsync(
        MySqlConnection connection,
        MySqlTransaction transaction,
        GrantKey key,
        GrantRenewal renewal,
        CancellationToken cancellationToken = default
    )
    {
        var sql = $"""
            INSERT INTO {Table} (service, entity, refreshed_at, refresh_count, token_expires_at, refresh_token_expires_at, newest_hash, newest_token, token_row, superseded)
            VALUES (@Service, @Entity, @At, 1, @TokenExpiresAt, @RefreshTokenExpiresAt, @NewestHash, @NewestToken, @RowId, @Superseded)
            ON DUPLICATE KEY UPDATE refreshed_at = @At, refresh_count = refresh_count + 1, token_expires_at = @TokenExpiresAt,
                refresh_token_expires_at = COALESCE(@RefreshTokenExpiresAt, refresh_token_expires_at),
                newest_hash = @NewestHash, newest_token = @NewestToken, token_row = @RowId, superseded = @Superseded,
                failure_count = 0, last_error = NULL, last_error_detail = NULL, last_error_at = NULL, next_try_at = NULL,
                failed_settings = NULL, dead_hash = NULL
            """;
        var parameters = new
        {
            key.Service,
            key.Entity,
            renewal.At,
            renewal.TokenExpiresAt,
            renewal.RefreshTokenExpiresAt,
            renewal.NewestHash,
            renewal.NewestToken,
            renewal.RowId,
            renewal.Superseded,
        };
        return connection.ExecuteAsync(new CommandDefinition(sql, parameters, transaction, cancellationToken: cancellationToken));
    }

    /// <summary>Remembers a new consent within the caller's transaction: everything of the grant before it is over.</summary>
    public Task RecordConsentAsync(
        MySqlConnection connection,
        MySqlTransaction transaction,
        GrantKey key,
        GrantConsent consent,
        CancellationToken cancellationToken = default
    )
    {
        var sql = $"""
            INSERT INTO {Table} (service, entity, granted_at, refresh_token_expires_at, newest_hash, newest_token, token_row, superseded, account)
            VALUES (@Service, @Entity, @At, @RefreshTokenExpiresAt, @NewestHash, @NewestToken, @RowId, @Superseded, @Account)
            ON DUPLICATE KEY UPDATE granted_at = @At, refreshed_at = NULL, refresh_count = 0, refresh_token_expires_at = @RefreshTokenExpiresAt,
                newest_hash = @NewestHash, newest_token = @NewestToken, token_row = @RowId, superseded = @Superseded, account = @Account,
                failure_count = 0, last_error = NULL, last_error_detail = NULL, last_error_at = NULL, next_try_at = NULL, failed_settings = NULL,
                dead_hash = IF(dead_hash = @NewestHash, dead_hash, NULL)
            """;
        var parameters = new
        {
            key.Service,
            key.Entity,
            consent.At,
            consent.RefreshTokenExpiresAt,
            consent.NewestHash,
            consent.NewestToken,
            consent.RowId,
            consent.Superseded,
            consent.Account,
        };
        return connection.ExecuteAsync(new CommandDefinition(sql, parameters, transaction, cancellationToken: cancellationToken));
    }

    /// <summary>Remembers a failed refresh. The grant itself is untouched.</summary>
    public Task RecordFailureAsync(GrantKey key, GrantFailure failure, CancellationToken cancellationToken = default)
    {
        return ExecuteAsync(
            """
            failure_count = failure_count + 1, last_error = @Error, last_error_detail = @Detail, last_error_at = @At, next_try_at = @NextTryAt,
            failed_settings = @Settings, dead_hash = COALESCE(@DeadHash, dead_hash)
            """,
            key,
            new
            {
                failure.Error,
                failure.Detail,
                failure.At,
                failure.NextTryAt,
                failure.Settings,
                failure.DeadHash,
            },
            cancellationToken
        );
    }

    /// <summary>Remembers that a token was handed out.</summary>
    public async Task RecordUseAsync(GrantKey key, DateTime at, CancellationToken cancellationToken = default)
    {
        await schema.EnsureAsync(cancellationToken);
        var sql = $"INSERT INTO {Table} (service, entity, used_at) VALUES (@Service, @Entity, @at) ON DUPLICATE KEY UPDATE used_at = @at";
        await database.RunAsync(
            connection =>
                connection.ExecuteAsync(
                    new CommandDefinition(
                        sql,
                        new
                        {
                            key.Service,
                            key.Entity,
                            at,
                        },
                        cancellationToken: cancellationToken
                    )
                ),
            cancellationToken
        );
    }

    /// <summary>Remembers when the access token in the row ends, for those who cannot decrypt it.</summary>
    public async Task RecordExpiryAsync(GrantKey key, DateTime? expiresAt, CancellationToken cancellationToken = default)
    {
        await schema.EnsureAsync(cancellationToken);
        var sql =
            $"INSERT INTO {Table} (service, entity, token_expires_at) VALUES (@Service, @Entity, @expiresAt) ON DUPLICATE KEY UPDATE token_expires_at = @expiresAt";
        await database.RunAsync(
            connection =>
                connection.ExecuteAsync(
                    new CommandDefinition(
                        sql,
                        new
                        {
                            key.Service,
                            key.Entity,
                            expiresAt,
                        },
                        cancellationToken: cancellationToken
                    )
                ),
            cancellationToken
        );
    }

    /// <summary>Forgets a grant that was revoked: no old refresh token may come back.</summary>
    public Task ForgetAsync(GrantKey key, CancellationToken cancellationToken = default) =>
        ExecuteAsync(
            """
            granted_at = NULL, refreshed_at = NULL, refresh_count = 0, token_expires_at = NULL, refresh_token_expires_at = NULL, failure_count = 0,
            last_error = NULL, last_error_detail = NULL, last_error_at = NULL, next_try_at = NULL, failed_settings = NULL,
            dead_hash = NULL, newest_hash = NULL, newest_token = NULL, token_row = NULL, superseded = NULL, account = NULL
            """,
            key,
            new { },
            cancellationToken
        );

    // Whoever only looks makes no tables: without them nothing is remembered yet. One of an older version is upgraded.
    private async Task<IReadOnlyList<GrantRecord>> SelectAsync(string condition, object parameters, CancellationToken cancellationToken)
    {
        try
        {
            return await QueryAsync(condition, parameters, cancellationToken);
        }
        catch (StoreException exception) when (exception.InnerException is MySqlException { Number: 1146 or 1142 })
        {
            return [];
        }
        catch (StoreException exception) when (exception.InnerException is MySqlException { Number: 1054 })
        {
            await schema.EnsureAsync(cancellationToken);
            return await QueryAsync(condition, parameters, cancellationToken);
        }
    }

    private async Task<IReadOnlyList<GrantRecord>> QueryAsync(string condition, object parameters, CancellationToken cancellationToken)
    {
        var rows = await database.RunAsync(
            connection =>
                connection.QueryAsync<GrantRecord>(
                    new CommandDefinition(
                        $"SELECT {Columns} FROM {Table} WHERE {condition}",
                        parameters,
                        cancellationToken: cancellationToken
                    )
                ),
            cancellationToken
        );
        return [.. rows];
    }

    private async Task ExecuteAsync(
        string assignments,
        GrantKey key,
        object values,
        CancellationToken cancellationToken,
        string condition = ""
    )
    {
        await schema.EnsureAsync(cancellationToken);
        var parameters = new DynamicParameters(values);
        parameters.Add("Service", key.Service);
        parameters.Add("Entity", key.Entity);
        var sql = $"UPDATE {Table} SET {assignments} WHERE service = @Service AND entity = @Entity {condition}";
        await database.RunAsync(
            connection => connection.ExecuteAsync(new CommandDefinition(sql, parameters, cancellationToken: cancellationToken)),
            cancellationToken
        );
    }
}
