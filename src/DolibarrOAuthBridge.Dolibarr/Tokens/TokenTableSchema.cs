// SPDX-License-Identifier: GPL-3.0-or-later

using System.Text;

namespace DolibarrOAuthBridge.Dolibarr.Tokens;

/// <summary>
/// The columns of this instance's token table, which differ between releases and patched installs; never deduced from a version.
/// </summary>
public sealed class TokenTableSchema
{
    private readonly Dictionary<string, TokenColumn> _columns;

    /// <summary>Describes a table by its columns.</summary>
    public TokenTableSchema(IEnumerable<TokenColumn> columns) =>
        _columns = columns.ToDictionary(column => column.Name, StringComparer.OrdinalIgnoreCase);

    /// <summary>Whether the table exists at all with what every release has.</summary>
    public bool IsUsable => Has("rowid") && Has("service") && Has("token") && Has("entity");

    /// <summary>Whether this release reads encrypted tokens: those that know no <c>state</c> column (up to 16) do not.</summary>
    public bool HoldsEncrypted => Has("state");

    /// <summary>Whether a column is there.</summary>
    public bool Has(string column) => _columns.ContainsKey(column);

    /// <summary>Whether a text fits into a column. A server without strict SQL mode would cut it silently.</summary>
    public bool Fits(string column, string value) =>
        _columns.TryGetValue(column, out var known)
        && value.Length <= (known.Characters ?? long.MaxValue)
        && Encoding.UTF8.GetByteCount(value) <= (known.Bytes ?? long.MaxValue);
}
