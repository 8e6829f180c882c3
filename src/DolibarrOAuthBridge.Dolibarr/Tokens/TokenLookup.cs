// SPDX-License-Identifier: GPL-3.0-or-later

using DolibarrOAuthBridge.Dolibarr.Entries;

namespace DolibarrOAuthBridge.Dolibarr.Tokens;

/// <summary>
/// What the token table holds for one entry and company. The table has no unique key, so there may be several rows;
/// which of them counts is not for a program to guess.
/// </summary>
/// <param name="Rows">The rows that hold a token, by rowid.</param>
public sealed record TokenLookup(IReadOnlyList<TokenRow> Rows)
{
    /// <summary>The only row, or null where there is none or several.</summary>
    public TokenRow? OnlyRow => Rows.Count == 1 ? Rows[0] : null;

    /// <summary>The rows among others that are an entry's and hold a token.</summary>
    /// <param name="name">The entry.</param>
    /// <param name="rows">Rows of one company, by rowid.</param>
    public static TokenLookup Of(EntryName name, IEnumerable<TokenRow> rows)
    {
        ArgumentNullException.ThrowIfNull(name);
        return new([.. rows.Where(row => name.Owns(row.Service) && !row.HasOwner && !string.IsNullOrEmpty(row.Value))]);
    }

    /// <summary>Whether several rows claim the same entry.</summary>
    public bool IsDuplicate => Rows.Count > 1;
}
