// SPDX-License-Identifier: GPL-3.0-or-later

using DolibarrOAuthBridge.Dolibarr.Database;
using DolibarrOAuthBridge.Storage;

namespace DolibarrOAuthBridge.Grants;

/// <summary>
/// The bridge's <c>oauthbridge_binding</c>: where each client secret and refresh token may be sent. Both hashes are keyed
/// (<see cref="BridgeSeal.Hash"/>), so a row that somebody else writes allows nothing.
/// </summary>
internal sealed class BindingTable(DolibarrDatabase database, BridgeSchema schema, TimeProvider time)
{
    private const int LongestOrigin = 255;

    private string Table => database.Table("oauthbridge_binding");

    /// <summary>The bindings of a secret; none if it was never used.</summary>
    /// <param name="secretHash">Keyed hash of the secret.</param>
    /// <param name="cancellationToken">Cancels the statement.</param>
    /// <exception cref="StoreException">The database failed.</exception>
    public async Task<IReadOnlyList<string>> ListAsync(string secretHash, CancellationToken cancellationToken = default)
    {
        await schema.EnsureAsync(cancellationToken);
        return await database.QueryAsync(
            $"SELECT binding_hash FROM {Table} WHERE secret_hash = @secretHash",
            [("secretHash", secretHash)],
            static row => row.Text("binding_hash"),
            cancellationToken
        );
    }

    /// <summary>Remembers one more place where a secret may be sent.</summary>
    /// <param name="secretHash">Keyed hash of the secret.</param>
    /// <param name="bindingHash">Keyed hash of the secret with the place and the client id.</param>
    /// <param name="origin">The place, for people; nobody believes it.</param>
    /// <param name="cancellationToken">Cancels the statement.</param>
    /// <exception cref="StoreException">The database failed.</exception>
    public async Task AddAsync(string secretHash, string bindingHash, string origin, CancellationToken cancellationToken = default)
    {
        await schema.EnsureAsync(cancellationToken);
        await database.ExecuteAsync(
            $"""
            INSERT INTO {Table} (secret_hash, binding_hash, origin, created_at) VALUES (@secretHash, @bindingHash, @origin, @now)
            {database.Sql.OnConflictUpdate("secret_hash, binding_hash")} origin = @origin
            """,
            [
                ("secretHash", secretHash),
                ("bindingHash", bindingHash),
                ("origin", origin.Length > LongestOrigin ? origin[..LongestOrigin] : origin),
                ("now", time.GetUtcNow().UtcDateTime),
            ],
            cancellationToken
        );
    }

    /// <summary>Forgets a secret that another one has replaced.</summary>
    /// <exception cref="StoreException">The database failed.</exception>
    public async Task ForgetAsync(string secretHash, CancellationToken cancellationToken = default)
    {
        await schema.EnsureAsync(cancellationToken);
        await database.ExecuteAsync(
            $"DELETE FROM {Table} WHERE secret_hash = @secretHash",
            [("secretHash", secretHash)],
            cancellationToken
        );
    }
}
