// SPDX-License-Identifier: GPL-3.0-or-later

using DolibarrOAuthBridge.Dolibarr.Entries;

namespace DolibarrOAuthBridge.Dolibarr.Tokens;

/// <summary>Many rows of the token table, read in one statement and found by entry and company.</summary>
public sealed class TokenRows
{
    private readonly Dictionary<(string Service, int Entity), List<TokenRow>> _rows = [];

    /// <summary>Takes rows in the order of their rowid.</summary>
    public TokenRows(IEnumerable<TokenRow> rows)
    {
        ArgumentNullException.ThrowIfNull(rows);
        foreach (var row in rows.Where(static row => !row.HasOwner && !string.IsNullOrEmpty(row.Value)))
        {
            var key = Key(row.Service ?? string.Empty, row.Entity);
            if (!_rows.TryGetValue(key, out var same))
            {
                _rows[key] = same = [];
            }

            same.Add(row);
        }
    }

    /// <summary>What <see cref="TokenTable.FindAsync"/> would say of these rows.</summary>
    public TokenLookup Find(EntryName name, int entity)
    {
        ArgumentNullException.ThrowIfNull(name);
        return new TokenLookup(
            _rows.TryGetValue(Key(name.Service, entity), out var rows) ? [.. rows.Where(row => name.Owns(row.Service))] : []
        );
    }

    // More than ASCII is folded here; Owns tells them apart.
    private static (string Service, int Entity) Key(string service, int entity) => (service.ToUpperInvariant(), entity);
}
