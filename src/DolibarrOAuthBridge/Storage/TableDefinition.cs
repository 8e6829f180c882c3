// SPDX-License-Identifier: GPL-3.0-or-later

using System.Text.RegularExpressions;

namespace DolibarrOAuthBridge.Storage;

/// <summary>The columns and keys that a file of <c>sql/tables</c> gives a table, each as the SQL that would add it alone.</summary>
/// <param name="Columns">By name: the column's definition.</param>
/// <param name="Keys">By name: the key's definition; without the primary key.</param>
internal sealed partial record TableDefinition(IReadOnlyDictionary<string, string> Columns, IReadOnlyDictionary<string, string> Keys)
{
    /// <summary>The definition of a table.</summary>
    /// <param name="folder">The folder below <c>sql/</c> for the server; empty or such as <c>pgsql/</c>.</param>
    /// <param name="table">Its name without the prefix.</param>
    public static TableDefinition Of(string folder, string table)
    {
        var columns = new Dictionary<string, string>(StringComparer.OrdinalIgnoreCase);
        var keys = new Dictionary<string, string>(StringComparer.OrdinalIgnoreCase);
        foreach (var line in SqlScripts.Read($"{folder}tables/llx_{table}.sql", string.Empty).Split('\n'))
        {
            var definition = line.Split("--")[0].TrimEnd().TrimEnd(',');
            if (Line().Match(definition) is not { Success: true } match)
            {
                continue;
            }

            var name = match.Groups["name"].Value;
            definition = definition.Trim();
            if (match.Groups["key"].Success)
            {
                keys.Add(name, definition);
            }
            else if (name.ToUpperInvariant() is not ("PRIMARY" or "CONSTRAINT" or "UNIQUE"))
            {
                columns.Add(name, definition);
            }
        }

        return new TableDefinition(columns, keys);
    }

    // Two spaces, then a column or a key.
    [GeneratedRegex(@"^  (?<key>(?:UNIQUE )?KEY )?(?<name>\w+)\s+\S")]
    private static partial Regex Line();
}
