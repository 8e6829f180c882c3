// SPDX-License-Identifier: GPL-3.0-or-later

using DolibarrOAuthBridge.Dolibarr.Database;
using DolibarrOAuthBridge.Dolibarr.Entries;
using DolibarrOAuthBridge.Dolibarr.Tokens;
using DolibarrOAuthBridge.Entries;
using DolibarrOAuthBridge.Grants;

namespace DolibarrOAuthBridge.Tokens;

/// <summary>Reads the one row of an entry, or says what is wrong with it.</summary>
internal sealed class GrantReader(TokenTable tokens, TokenCodec codec)
{
    /// <summary>The entry's grant as it stands in the database now.</summary>
    /// <exception cref="BridgeException">There is none, there are several, or it cannot be read.</exception>
    /// <exception cref="StoreException">The database failed.</exception>
    public async Task<StoredGrant> ReadAsync(OAuthEntry entry, CancellationToken cancellationToken = default)
    {
        try
        {
            var lookup = await tokens.FindAsync(entry.Name, entry.Entity, cancellationToken);
            if (lookup.IsDuplicate)
            {
                throw new BridgeException(
                    ProblemCode.TokenDuplicate,
                    $"The rows {string.Join(" and ", lookup.Rows.Select(row => row.RowId))} of the token table both belong to "
                        + $"{entry.Name}. Look at them with inspect, and delete the one that is not in use."
                );
            }

            if (lookup.OnlyRow is { } row)
            {
                return StoredGrant.Decode(row, codec);
            }

            EntrySettings.RequireComplete(entry); // without its settings it cannot get a token either
            throw new BridgeException(
                ProblemCode.TokenNotFound,
                $"{entry.Name} has no token yet. Request one on Dolibarr's OAuth page, or run: dolibarr-oauth-bridge consent {entry.Name}"
            );
        }
        catch (TokenUnreadableException exception)
        {
            throw new BridgeException(
                ProblemCode.TokenUnreadable,
                $"The token of {entry.Name} cannot be read. {exception.Message}",
                innerException: exception
            );
        }
    }
}
