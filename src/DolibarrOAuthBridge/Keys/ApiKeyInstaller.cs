// SPDX-License-Identifier: GPL-3.0-or-later

using DolibarrOAuthBridge.Dolibarr.Database;
using DolibarrOAuthBridge.Dolibarr.Encryption;
using DolibarrOAuthBridge.Dolibarr.Entries;
using DolibarrOAuthBridge.Dolibarr.Tokens;

namespace DolibarrOAuthBridge.Keys;

/// <summary>
/// Makes the API key in <c>llx_const</c> where there is none that counts, encrypted as Dolibarr encrypts every constant whose name ends in
/// <c>_KEY</c>.
/// </summary>
internal sealed class ApiKeyInstaller(DolibarrDatabase database, EntryTable constants, TokenCodec codec)
{
    /// <summary>Makes a key unless the company has one already. One in the clear is replaced: nobody knows who wrote it.</summary>
    /// <returns>The company's key, and whether it was made now.</returns>
    /// <exception cref="StoreException">The database failed or may not be written.</exception>
    /// <exception cref="SecretUnreadableException">There is a key, but it cannot be read.</exception>
    public async Task<(string Key, bool IsNew)> EnsureAsync(int entity, CancellationToken cancellationToken = default)
    {
        var (present, former) = await FindAsync(entity, cancellationToken);
        if (present.Length > 0)
        {
            return (present, false);
        }

        var key = ApiKeys.Generate();
        var table = database.Table("const");
        var sql = $"""
            INSERT INTO {table} (name, entity, value, type, visible, note)
            VALUES (@name, @entity, @value, 'chaine', 0, 'Shared by the module oauthbridge and its sidecar')
            {database.Sql.OnConflictUpdate(
                "name, entity"
            )} value = CASE WHEN {table}.value IN ('', @former) THEN @value ELSE {table}.value END
            """;
        await database.ExecuteAsync(
            sql,
            [("name", ApiKeys.Constant), ("entity", entity), ("value", codec.EncryptText(key)), ("former", former)],
            cancellationToken
        );

        // Read back: another process may have been first.
        return (await constants.FindConstantAsync(ApiKeys.Constant, entity, cancellationToken) ?? key, true);
    }

    /// <summary>Whether the company has a key that counts.</summary>
    /// <exception cref="StoreException">The database failed.</exception>
    /// <exception cref="SecretUnreadableException">There is a key, but it cannot be read.</exception>
    public async Task<bool> IsThereAsync(int entity, CancellationToken cancellationToken = default) =>
        (await FindAsync(entity, cancellationToken)).Key.Length > 0;

    // The key that counts, and what stands there in the clear and is to be replaced; either may be empty.
    private async Task<(string Key, string Former)> FindAsync(int entity, CancellationToken cancellationToken)
    {
        var stored = await constants.ListConstantsAsync(ApiKeys.Constant, entity, cancellationToken);
        var former = stored.GetValueOrDefault(ApiKeys.Constant, string.Empty);
        try
        {
            return (await constants.FindSecretConstantAsync(ApiKeys.Constant, entity, cancellationToken) ?? string.Empty, string.Empty);
        }
        catch (SecretUnreadableException) when (!DolCrypt.IsEncrypted(former))
        {
            return (string.Empty, former);
        }
    }
}
