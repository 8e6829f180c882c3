// SPDX-License-Identifier: GPL-3.0-or-later

using System.Data.Common;
using DolibarrOAuthBridge.Dolibarr.Configuration;
using DolibarrOAuthBridge.Dolibarr.Database;
using DolibarrOAuthBridge.Dolibarr.Encryption;
using DolibarrOAuthBridge.Grants;

namespace DolibarrOAuthBridge.Rekeying;

/// <summary>The refresh tokens that the bridge remembers: sealed with a key made of conf.php's.</summary>
internal sealed class SealedGrants(DolibarrDatabase database, DolibarrConf conf, RememberedToken remembered)
{
    /// <summary>Seals them with the new key within the caller's transaction. One that the old key does not open stays as it is.</summary>
    public async Task ResealAsync(
        DbConnection connection,
        DbTransaction transaction,
        IReadOnlyList<EncryptedTable> tables,
        KeyChange keys,
        CancellationToken cancellationToken
    )
    {
        if (!tables.Any(table => table.Name == database.StoredTable("oauthbridge_grant")))
        {
            return;
        }

        var newSeal = new BridgeSeal(conf with { Keys = keys.NewKeys });
        var table = database.Table("oauthbridge_grant");
        var rows = await connection.QueryAsync(
            $"SELECT service, entity, newest_token FROM {table} WHERE newest_token IS NOT NULL FOR UPDATE",
            [],
            static row => (Key: new GrantKey(row.Text("service"), row.Number("entity")), Stored: row.Text("newest_token")),
            cancellationToken,
            transaction
        );
        foreach (var (key, stored) in rows)
        {
            if (remembered.Reseal(key, stored, newSeal) is { } changed)
            {
                await connection.ExecuteAsync(
                    $"UPDATE {table} SET newest_token = @changed WHERE service = @service AND entity = @entity",
                    [("changed", changed), ("service", key.Service), ("entity", key.Entity)],
                    cancellationToken,
                    transaction
                );
            }
        }
    }
}
