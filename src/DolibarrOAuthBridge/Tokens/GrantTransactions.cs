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
            var connection = await database.OpenAsync(cancellationToken);
            await using (connection)
            {
                var transaction = await connection.BeginTransactionAsync(cancellationToken);
                await using (transaction)
                {
                    if (!await work(connection, transaction))
                    {
                        return false;
                    }

                    await transaction.CommitAsync(cancellationToken);
                    return true;
                }
            }
        }
        catch (Exception exception) when (StoreException.IsFromStore(exception))
        {
            throw StoreException.From(exception);
        }
        finally
        {
            cache.Forget(key); // also after a failure: the commit may have arrived
        }
    }
}
