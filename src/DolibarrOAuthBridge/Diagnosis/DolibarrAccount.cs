// SPDX-License-Identifier: GPL-3.0-or-later

using DolibarrOAuthBridge.Dolibarr.Configuration;
using DolibarrOAuthBridge.Dolibarr.Database;

namespace DolibarrOAuthBridge.Diagnosis;

/// <summary>
/// Dolibarr's own database account, which sees the views and triggers of its database. An account of the sidecar's own sees only those
/// that it has a right to.
/// </summary>
internal sealed class DolibarrAccount(DolibarrDatabase database, DolibarrConf conf, BridgeOptions options)
{
    /// <summary>Reads with Dolibarr's account; where that cannot be had, with the sidecar's.</summary>
    /// <exception cref="StoreException">The database failed.</exception>
    public async Task<T> ReadAsync<T>(Func<DolibarrDatabase, Task<T>> read)
    {
        if (options.DatabaseUser.Length > 0)
        {
            try
            {
                var own = new DolibarrDatabase(SidecarAccount.ReadDolibarrs(conf.Path, options), isPooled: false);
                await using (own)
                {
                    return await read(own);
                }
            }
            catch (Exception exception) when (exception is DolibarrConfException or StoreException)
            {
                // Its password may be out of reach, or it may be locked: told elsewhere, where it matters.
            }
        }

        return await read(database);
    }
}
