// SPDX-License-Identifier: GPL-3.0-or-later

using DolibarrOAuthBridge.Dolibarr.Database;
using DolibarrOAuthBridge.Dolibarr.Entries;
using DolibarrOAuthBridge.Dolibarr.Tokens;

namespace DolibarrOAuthBridge.Keys;

/// <summary>
/// Makes the API key in <c>llx_const</c> where there is none, encrypted as Dolibarr encrypts every constant whose name ends in
/// <c>_KEY</c>.
/// </summary>
internal sealed class ApiKeyInstaller(DolibarrDatabase database, EntryTable constants, TokenCodec codec)
{
    /// <summary>Makes a key unless the company has one already.</summary>
    /// <returns>The company's key, and whether it was made now.</returns>
    /// <exception cref="StoreException">The database failed or may not be written.</exception>
    /// <exception cref="SecretUnreadableException">There is a key, but it cannot be read.</exception>
    public async Task<(string Key, bool IsNew)> EnsureAsync(int entity, CancellationToken cancellationToken = default)
    {
        if (await constants.FindConstantAsync(ApiKeys.Constant, entity, cancellationToken) is { Length: > 0 } present)
        {
            return (present, false);
        }

        var key = ApiKeys.Generate();
        var table = database.Table("const");
        var sql = $"""
            INSERT INTO {table} (name, entity, value, type, visible, note)
            VALUES (@name, @entity, @value, 'chaine', 0, 'Shared by the module oauthbridge and its sidecar')
            {database.Sql.OnConflictUpdate("name, entity")} value = CASE WHEN {table}.value = '' THEN @value ELSE {table}.value END
            """;
        await database.ExecuteAsync(
            sql,
            [("name", ApiKeys.Constant), ("entity", entity), ("value", codec.EncryptText(key))],
            cancellationToken
        );

        // Read back: another process may have been first.
        return (await constants.FindConstantAsync(ApiKeys.Constant, entity, cancellationToken) ?? key, true);
    }
}
