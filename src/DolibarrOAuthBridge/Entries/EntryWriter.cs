// SPDX-License-Identifier: GPL-3.0-or-later

using DolibarrOAuthBridge.Dolibarr.Database;
using DolibarrOAuthBridge.Dolibarr.Entries;
using DolibarrOAuthBridge.Dolibarr.Tokens;

namespace DolibarrOAuthBridge.Entries;

/// <summary>Writes an entry as Dolibarr's own page does: constants of the company, the secret encrypted.</summary>
internal sealed class EntryWriter(DolibarrDatabase database, TokenCodec codec)
{
    private const string Secret = "SECRET";

    /// <summary>Writes an entry that does not exist yet.</summary>
    /// <param name="name">Its name.</param>
    /// <param name="entity">The company.</param>
    /// <param name="settings">Values by the ending of the constant: ID, SECRET, SCOPE, TENANT, URL.</param>
    /// <param name="cancellationToken">Cancels the statements.</param>
    /// <exception cref="StoreException">The database failed or may not be written.</exception>
    public async Task WriteAsync(
        EntryName name,
        int entity,
        IReadOnlyDictionary<string, string> settings,
        CancellationToken cancellationToken = default
    )
    {
        var sql = $"""
            INSERT INTO {database.Table("const")} (name, entity, value, type, visible, note)
            VALUES (@name, @entity, @value, 'chaine', 0, '') {database.Sql.OnConflictUpdate("name, entity")} value = @value
            """;
        foreach (var (ending, value) in settings.OrderBy(static setting => setting.Key == "ID")) // the ID last: it makes the entry exist
        {
            await database.ExecuteAsync(
                sql,
                [("name", name.Constant(ending)), ("entity", entity), ("value", ending == Secret ? codec.EncryptText(value) : value)],
                cancellationToken
            );
        }
    }
}
