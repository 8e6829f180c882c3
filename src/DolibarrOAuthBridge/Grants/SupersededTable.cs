// SPDX-License-Identifier: GPL-3.0-or-later

using System.Data.Common;
using System.Globalization;
using DolibarrOAuthBridge.Dolibarr.Database;
using DolibarrOAuthBridge.Storage;

namespace DolibarrOAuthBridge.Grants;

/// <summary>
/// Hashes of the refresh tokens that newer ones replaced, in <c>oauthbridge_superseded</c>: a row of the token table that holds one
/// was written back by somebody who had read it before. They are kept for <see cref="KeptFor"/>.
/// </summary>
internal sealed class SupersededTable(DolibarrDatabase database, BridgeSchema schema, BridgeSeal seal, TimeProvider time)
{
    /// <summary>How long a hash is kept.</summary>
    public static readonly TimeSpan KeptFor = TimeSpan.FromDays(90);

    /// <summary>
    /// The keyed hash that proves that the bridge itself replaced a refresh token of this grant: unlike the plain one, nobody makes or
    /// moves it who can only write to the database.
    /// </summary>
    public string ProofOf(GrantKey key, string refreshToken) =>
        seal.Hash("superseded", string.Create(CultureInfo.InvariantCulture, $"{key.Service}\n{key.Entity}\n{refreshToken}"));

    private string Table => database.Table("oauthbridge_superseded");

    /// <summary>Whether a refresh token is an old one that something wrote back over a newer one.</summary>
    /// <param name="record">What is remembered of the grant.</param>
    /// <param name="refreshHash">Hash of the refresh token.</param>
    /// <param name="cancellationToken">Cancels the query.</param>
    /// <exception cref="StoreException">The database failed.</exception>
    public async Task<bool> ContainsAsync(GrantRecord record, string refreshHash, CancellationToken cancellationToken = default)
    {
        if (record.NewestToken is null || record.NewestHash == refreshHash)
        {
            return false;
        }

        if (record.IsSuperseded(refreshHash))
        {
            return true;
        }

        try
        {
            var found = await database.QueryAsync(
                $"SELECT 1 AS found FROM {Table} WHERE service = @service AND entity = @entity AND hash = @hash",
                [("service", record.Service), ("entity", record.Entity), ("hash", refreshHash)],
                static row => row.Number("found"),
                cancellationToken
            );
            return found.Count > 0;
        }
        catch (StoreException exception) when (exception.Cause is StoreCause.MissingTable or StoreCause.MissingPrivilege)
        {
            return false; // an older schema, which has the newest hashes in the grant's row
        }
    }

    /// <summary>When a newer refresh token replaced this one, UTC; null where nobody knows, which is long ago.</summary>
    /// <param name="record">What is remembered of the grant.</param>
    /// <param name="refreshHash">Hash of the refresh token, which <see cref="ContainsAsync"/> knows.</param>
    /// <param name="cancellationToken">Cancels the query.</param>
    /// <exception cref="StoreException">The database failed.</exception>
    public async Task<DateTime?> ReplacedAtAsync(GrantRecord record, string refreshHash, CancellationToken cancellationToken = default)
    {
        try
        {
            var found = await database.QueryAsync(
                $"SELECT at FROM {Table} WHERE service = @service AND entity = @entity AND hash = @hash",
                [("service", record.Service), ("entity", record.Entity), ("hash", refreshHash)],
                static row => row.TimeOrNull("at"),
                cancellationToken
            );
            if (found is [{ } at])
            {
                return at;
            }
        }
        catch (StoreException exception) when (exception.Cause is StoreCause.MissingTable or StoreCause.MissingPrivilege)
        {
            // An older schema: the grant's row tells when the last one was replaced.
        }

        return record.Superseded?.Split(' ')[0] == refreshHash ? record.RefreshedAt : null;
    }

    /// <summary>Adds hashes within the caller's transaction.</summary>
    public async Task AddAsync(
        DbConnection connection,
        DbTransaction? transaction,
        GrantKey key,
        IEnumerable<string?> hashes,
        CancellationToken cancellationToken = default
    )
    {
        foreach (var hash in hashes.OfType<string>().Where(static hash => hash.Length > 0).Distinct(StringComparer.Ordinal))
        {
            await connection.ExecuteAsync(
                $"INSERT INTO {Table} (service, entity, hash, at) VALUES (@service, @entity, @hash, @at) "
                    + database.Sql.OnConflictIgnore("entity"),
                [("service", key.Service), ("entity", key.Entity), ("hash", hash), ("at", time.GetUtcNow().UtcDateTime)],
                cancellationToken,
                transaction
            );
        }
    }

    /// <summary>Removes what is older than <see cref="KeptFor"/>.</summary>
    /// <exception cref="StoreException">The database failed.</exception>
    public async Task PruneAsync(CancellationToken cancellationToken = default)
    {
        await schema.EnsureAsync(cancellationToken);
        await database.ExecuteAsync(
            $"DELETE FROM {Table} WHERE at < @before",
            [("before", (time.GetUtcNow() - KeptFor).UtcDateTime)],
            cancellationToken
        );
    }
}
