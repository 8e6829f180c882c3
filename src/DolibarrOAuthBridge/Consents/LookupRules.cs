// SPDX-License-Identifier: GPL-3.0-or-later

using DolibarrOAuthBridge.Dolibarr.Entries;
using DolibarrOAuthBridge.Dolibarr.Tokens;

namespace DolibarrOAuthBridge.Consents;

/// <summary>What a consent wants of an entry's rows.</summary>
internal static class LookupRules
{
    /// <summary>Refuses an entry that several rows claim: which of them to replace is not for a program to guess.</summary>
    /// <exception cref="BridgeException">There are several.</exception>
    public static void RequireNoDuplicate(this TokenLookup lookup, OAuthEntry entry)
    {
        if (lookup.IsDuplicate)
        {
            throw new BridgeException(
                ProblemCode.TokenDuplicate,
                $"The rows {string.Join(" and ", lookup.Rows.Select(row => row.RowId))} of the token table both "
                    + $"belong to {entry.Name}. Delete the one that is not in use before you give consent."
            );
        }
    }
}
