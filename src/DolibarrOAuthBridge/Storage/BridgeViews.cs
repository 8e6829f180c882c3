// SPDX-License-Identifier: GPL-3.0-or-later

using DolibarrOAuthBridge.Dolibarr.Database;

namespace DolibarrOAuthBridge.Storage;

/// <summary>
/// The views for people in <c>sql/views</c>: the state of the tokens without a secret. The bridge itself needs none of them.
/// </summary>
internal sealed class BridgeViews(DolibarrDatabase database)
{
    /// <summary>The views without the prefix.</summary>
    public static IReadOnlyList<string> Names { get; } =
    ["oauthbridge_v_rows", "oauthbridge_v_status", "oauthbridge_v_foreign_rows", "oauthbridge_v_duplicates"];

    /// <summary>Makes the views, or makes them anew.</summary>
    /// <returns>Why they could not be made; null if they were.</returns>
    /// <exception cref="StoreException">The database failed otherwise.</exception>
    public async Task<string?> EnsureAsync(CancellationToken cancellationToken = default)
    {
        try
        {
            foreach (var script in SqlScripts.In("views"))
            {
                await database.ExecuteAsync(SqlScripts.Read(script, database.Prefix), [], cancellationToken);
            }

            return null;
        }
        catch (StoreException exception) when (exception.Cause == StoreCause.MissingPrivilege)
        {
            return "The database account may not make views. They are for people and can wait: let a database administrator run sql/views/*.sql.";
        }
        catch (StoreException exception) when (exception.Cause is StoreCause.MissingColumn or StoreCause.MissingTable)
        {
            return $"The views for people do not fit this instance: {exception.InnerException?.Message}";
        }
    }
}
