// SPDX-License-Identifier: GPL-3.0-or-later

using System.Globalization;
using System.Text.RegularExpressions;

namespace DolibarrOAuthBridge.Storage;

/// <summary>
/// The columns and indexes that a file of <c>sql/tables</c> gives a table, each as the statement that would add it alone.
/// </summary>
/// <param name="Columns">The statements by the column's name.</param>
/// <param name="Keys">The indexes by name; <c>PRIMARY</c> is the primary key.</param>
/// <param name="Texts">The columns of limited length by name.</param>
internal sealed partial record TableDefinition(
    IReadOnlyDictionary<string, string> Columns,
    IReadOnlyDictionary<string, KeyDefinition> Keys,
    IReadOnlyDictionary<string, TextType> Texts
)
{
    /// <summary>The name of every primary key.</summary>
    public const string Primary = "PRIMARY";

    private const int MariaDbText = 65_535; // bytes

    /// <summary>The definition of a table.</summary>
    /// <param name="folder">The folder below <c>sql/</c> for the server; empty or such as <c>pgsql/</c>.</param>
    /// <param name="table">Its name without the prefix.</param>
    /// <param name="prefix">The prefix of the instance's tables.</param>
    public static TableDefinition Of(string folder, string table, string prefix)
    {
        var columns = new Dictionary<string, string>(StringComparer.OrdinalIgnoreCase);
        var keys = new Dictionary<string, KeyDefinition>(StringComparer.OrdinalIgnoreCase);
        var texts = new Dictionary<string, TextType>(StringComparer.OrdinalIgnoreCase);
        foreach (var line in SqlScripts.Read($"{folder}tables/llx_{table}.sql", prefix).Split('\n'))
        {
            var definition = line.Split("--")[0].TrimEnd().TrimEnd(',', ';');
            if (Index().Match(definition) is { Success: true } index)
            {
                AddKey(index.Groups["name"].Value, definition, definition);
            }
            else if (Key().Match(definition) is { Success: true } key)
            {
                AddKey(key.Groups["name"].Value, definition, Alter($"ADD {definition.Trim()}"));
            }
            else if (PrimaryKey().IsMatch(definition))
            {
                AddKey(Primary, definition, Alter($"ADD {definition.Trim()}"));
            }
            else if (Column().Match(definition) is { Success: true } column)
            {
                columns.Add(column.Groups["name"].Value, Alter($"ADD COLUMN {definition.Trim()}{Default(definition)}"));
                AddText(column.Groups["name"].Value, definition);
                if (definition.EndsWith(" PRIMARY KEY", StringComparison.Ordinal))
                {
                    AddKey(
                        Primary,
                        $"PRIMARY KEY ({column.Groups["name"].Value})",
                        Alter($"ADD PRIMARY KEY ({column.Groups["name"].Value})")
                    );
                }
            }
        }

        return new TableDefinition(columns, keys, texts);

        void AddKey(string name, string text, string sql)
        {
            var isUnique = text.Contains("UNIQUE ", StringComparison.Ordinal) || text.Contains("PRIMARY KEY", StringComparison.Ordinal);
            keys.Add(
                name,
                new KeyDefinition(sql, (isUnique ? "unique " : string.Empty) + text[text.IndexOf('(', StringComparison.Ordinal)..])
            );
        }

        void AddText(string column, string definition)
        {
            if (Text().Match(definition) is { Success: true } text)
            {
                var length = text.Groups["length"].Value;
                texts.Add(
                    column,
                    new TextType(
                        text.Groups["type"].Value,
                        length.Length > 0 ? int.Parse(length, CultureInfo.InvariantCulture)
                            : folder.Length == 0 ? MariaDbText
                            : null
                    )
                );
            }
        }

        // MariaDB fills a new column by itself where rows are there.
        string Default(string definition) =>
            folder.Length == 0
            || !definition.Contains("NOT NULL", StringComparison.Ordinal)
            || definition.Contains("DEFAULT", StringComparison.Ordinal)
                ? string.Empty
            : definition.Contains(" timestamp", StringComparison.Ordinal) ? " DEFAULT 'epoch'"
            : definition.Contains("char", StringComparison.Ordinal) || definition.Contains(" text", StringComparison.Ordinal)
                ? " DEFAULT ''"
            : " DEFAULT 0";

        string Alter(string change) => $"ALTER TABLE {prefix}{table} {change}";
    }

    [GeneratedRegex(@"^CREATE INDEX IF NOT EXISTS (?<name>\w+) ")]
    private static partial Regex Index();

    // Two spaces, then a key or a column.
    [GeneratedRegex(@"^  (?:(?:UNIQUE )?KEY|CONSTRAINT) (?<name>\w+) ")]
    private static partial Regex Key();

    [GeneratedRegex(@"^  PRIMARY KEY \(")]
    private static partial Regex PrimaryKey();

    [GeneratedRegex(@"^  \w+\s+(?<type>(?:var)?char\((?<length>\d{1,5})\)|text)\b?")]
    private static partial Regex Text();

    [GeneratedRegex(@"^  (?!PRIMARY\b)(?<name>\w+)\s+\S")]
    private static partial Regex Column();
}

/// <summary>An index.</summary>
/// <param name="Sql">The statement that would add it alone.</param>
/// <param name="Shape">What it covers, such as <c>unique (service, entity)</c>.</param>
internal sealed record KeyDefinition(string Sql, string Shape);

/// <summary>The type of a column with text.</summary>
/// <param name="Name">As in SQL, such as <c>varchar(64)</c>.</param>
/// <param name="Length">How many characters it holds; null where there is no limit.</param>
internal sealed record TextType(string Name, int? Length);
