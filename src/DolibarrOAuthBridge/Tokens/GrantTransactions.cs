// SPDX-License-Identifier: GPL-3.0-or-later

using System.Data.Common;
using DolibarrOAuthBridge.Dolibarr.Database;
using DolibarrOAuthBridge.Grants;

namespace DolibarrOAuthBridge.Tokens;

/// <summary>Transactions that write the row of a grant and what is remembered of it together.</summary>
internal sealed class GrantTransactions(DolibarrDatabase database, GrantCache cache)
{
    /// <summary>Does work in one transaction, which is committed if the work says so.</summary>
    /// <returns>What the work said.</returns>
    /// <exception cref="StoreException">The database failed.</exception>
    public async Task<bool> RunAsync(
        GrantKey key,
        Func<DbConnection, DbTransaction, Task<bool>> work,
        CancellationToken cancellationToken = default
    )
    {
        try
        {
            return await database.InTransactionAsync(
                async (connection, transaction) =>
                {
                    if (!await work(connection, transaction))
                    {
                        return false;
                    }

                    await transaction.CommitAsync(cancellationToken);
                    return true;
                },
                cancellationToken
            );
        }
        finally
        {
            cache.Forget(key); // also after a failure: the commit may have arrived
        }
    }
}
