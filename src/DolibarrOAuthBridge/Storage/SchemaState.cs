// SPDX-License-Identifier: GPL-3.0-or-later

using System.Globalization;
using System.Text.RegularExpressions;
using DolibarrOAuthBridge.Dolibarr.Database;

namespace DolibarrOAuthBridge.Storage;

/// <summary>What is there of one of the bridge's tables.</summary>
/// <param name="Version">Its schema version.</param>
/// <param name="MissingColumns">Columns that this version should have and that are not there.</param>
/// <param name="MissingKeys">Indexes that this version should have and that are not there.</param>
/// <param name="ChangedKeys">Indexes that are there under their name but are another: name, what it covers, what it should cover.</param>
/// <param name="NarrowColumns">
/// Columns that hold less than this version writes: name, length there, type as it should be, and the SQL for that.
/// </param>
internal sealed record TableState(
    int Version,
    IReadOnlyList<string> MissingColumns,
    IReadOnlyList<string> MissingKeys,
    IReadOnlyList<(string Key, string Found, string Wanted)> ChangedKeys,
    IReadOnlyList<(string Column, long Length, string Type, string Sql)> NarrowColumns
);

/// <summary>
/// Reads the state of the bridge's tables: the version from <c>oauthbridge_schema</c>, else from the table's comment, where the first
/// releases kept it, else from its columns; and columns and indexes as the server has them.
/// </summary>
internal sealed partial class SchemaState(DolibarrDatabase database)
{
    /// <summary>The tables that are there, by name without the prefix.</summary>
    /// <param name="versions">The tables of this program with their versions.</param>
    /// <param name="cancellationToken">Cancels the reading.</param>
    /// <exception cref="StoreException">The database failed.</exception>
    public async Task<IReadOnlyDictionary<string, TableState>> FindAsync(
        IReadOnlyDictionary<string, int> versions,
        CancellationToken cancellationToken
    )
    {
        var inSchema = $"WHERE table_schema = {database.Sql.CurrentSchema} AND table_name IN @names";
        var types = await ReadAsync(
            $"SELECT table_name AS Name, table_type AS Detail FROM information_schema.tables {inSchema}",
            versions.Keys,
            cancellationToken
        );
        var comments = await ReadAsync(database.Sql.TableCommentsQuery, versions.Keys, cancellationToken, "Comment");
        var columns = await ReadAsync(
            $"SELECT table_name AS Name, column_name AS Detail FROM information_schema.columns {inSchema}",
            versions.Keys,
            cancellationToken
        );
        var lengths = await ReadLengthsAsync(inSchema, versions.Keys, cancellationToken);
        var keys = await ReadKeysAsync(versions.Keys, cancellationToken);
        var recorded = await ReadVersionsAsync(cancellationToken);
        return types
            .Where(static table => table.First() == "BASE TABLE")
            .ToDictionary(static table => table.Key, StateOf, StringComparer.OrdinalIgnoreCase);

        TableState StateOf(IGrouping<string, string> table)
        {
            var definition = TableDefinition.Of(database.Sql.ScriptFolder, table.Key.ToLowerInvariant(), database.Prefix);
            var missing = Missing(definition.Columns.Keys, columns[table.Key]);
            var wanted = versions.First(known => string.Equals(known.Key, table.Key, StringComparison.OrdinalIgnoreCase)).Value;
            var version =
                recorded.TryGetValue(table.Key, out var row) ? row
                : VersionInComment().Match(comments[table.Key].FirstOrDefault() ?? string.Empty) is { Success: true } match
                    ? int.Parse(match.Groups[1].ValueSpan, CultureInfo.InvariantCulture)
                : missing.Count == 0 ? wanted
                : 1;
            return new TableState(
                version,
                missing,
                // A lost column that numbers the rows brings the primary key with it.
                [.. Missing(definition.Keys.Keys, keys[table.Key].Select(key => key.Name)).Where(key => !IsOfMissingColumn(key))],
                [
                    .. keys[table.Key]
                        .Where(key => definition.Keys.TryGetValue(key.Name, out var known) && !Is(known.Shape, key.Shape))
                        .Select(key => (key.Name, key.Shape, definition.Keys[key.Name].Shape)),
                ],
                Narrow(table.Key, definition, lengths[table.Key])
            );

            bool IsOfMissingColumn(string key) => missing.Exists(column => Is(definition.Keys[key].Shape, $"unique ({column})"));
        }

        static bool Is(string left, string right) => string.Equals(left, right, StringComparison.OrdinalIgnoreCase);
    }

    /// <summary>Records the version of a table. An account that may not leaves it to the next one that may.</summary>
    /// <exception cref="StoreException">The database failed.</exception>
    public async Task RecordAsync(string table, int version, CancellationToken cancellationToken)
    {
        var sql = $"""
            INSERT INTO {database.Table("oauthbridge_schema")} (name, version, changed_at) VALUES (@table, @version, {database.Sql.Now})
            {database.Sql.OnConflictUpdate("name")} version = @version, changed_at = {database.Sql.Now}
            """;
        try
        {
            await database.ExecuteAsync(sql, [("table", table), ("version", version)], cancellationToken);
        }
        catch (StoreException exception) when (exception.Cause is StoreCause.MissingTable or StoreCause.MissingPrivilege)
        {
            // The version is found by the comment or the columns until then.
        }
    }

    private List<(string, long, string, string)> Narrow(
        string table,
        TableDefinition definition,
        IEnumerable<(string Column, long Length)> present
    )
    {
        return
        [
            .. present
                .Where(one => definition.Texts.TryGetValue(one.Column, out var wanted) && one.Length < (wanted.Length ?? long.MaxValue))
                .Select(one => (one.Column, one.Length, definition.Texts[one.Column].Name, Widen(one.Column))),
        ];

        // MariaDB wants the whole definition again.
        string Widen(string column) =>
            database.Sql.ScriptFolder.Length == 0
                ? definition.Columns[column].Replace(" ADD COLUMN ", " MODIFY COLUMN ", StringComparison.Ordinal)
                : database.Sql.ChangeType(database.Prefix + table.ToLowerInvariant(), column, definition.Texts[column].Name);
    }

    private static List<string> Missing(IEnumerable<string> wanted, IEnumerable<string> present) =>
        [.. wanted.Except(present, StringComparer.OrdinalIgnoreCase)];

    private async Task<ILookup<string, string>> ReadAsync(
        string sql,
        IEnumerable<string> tables,
        CancellationToken cancellationToken,
        string detail = "Detail"
    )
    {
        var names = tables.Select(database.StoredTable).ToArray();
        var rows = await database.QueryAsync(
            sql,
            [("names", names)],
            row => (Name: row.Text("Name"), Detail: row.Text(detail)),
            cancellationToken
        );
        return rows.ToLookup(row => row.Name[database.Prefix.Length..], row => row.Detail, StringComparer.OrdinalIgnoreCase);
    }

    private async Task<ILookup<string, (string Name, string Shape)>> ReadKeysAsync(
        IEnumerable<string> tables,
        CancellationToken cancellationToken
    )
    {
        var rows = await database.QueryAsync(
            database.Sql.IndexesQuery,
            [("names", tables.Select(database.StoredTable).ToArray())],
            static row => (Table: row.Text("Name"), Name: row.Text("Detail"), Shape: row.Text("Shape")),
            cancellationToken
        );
        return rows.ToLookup(row => row.Table[database.Prefix.Length..], row => (row.Name, row.Shape), StringComparer.OrdinalIgnoreCase);
    }

    private async Task<ILookup<string, (string Column, long Length)>> ReadLengthsAsync(
        string inSchema,
        IEnumerable<string> tables,
        CancellationToken cancellationToken
    )
    {
        var rows = await database.QueryAsync(
            "SELECT table_name AS Name, column_name AS Detail, character_maximum_length AS Length FROM information_schema.columns "
                + $"{inSchema} AND character_maximum_length IS NOT NULL",
            [("names", tables.Select(database.StoredTable).ToArray())],
            static row => (Name: row.Text("Name"), Column: row.Text("Detail"), Length: row.BigNumberOrNull("Length") ?? long.MaxValue),
            cancellationToken
        );
        return rows.ToLookup(row => row.Name[database.Prefix.Length..], row => (row.Column, row.Length), StringComparer.OrdinalIgnoreCase);
    }

    private async Task<Dictionary<string, int>> ReadVersionsAsync(CancellationToken cancellationToken)
    {
        try
        {
            var rows = await database.QueryAsync(
                $"SELECT name, version FROM {database.Table("oauthbridge_schema")}",
                [],
                static row => (Name: row.Text("name"), Version: row.Number("version")),
                cancellationToken
            );
            // Without its primary key the table may name one twice.
            return rows.GroupBy(row => row.Name, StringComparer.OrdinalIgnoreCase)
                .ToDictionary(group => group.Key, group => group.Max(row => row.Version), StringComparer.OrdinalIgnoreCase);
        }
        catch (StoreException exception) when (exception.Cause is StoreCause.MissingTable or StoreCause.MissingPrivilege)
        {
            return [];
        }
    }

    [GeneratedRegex(@"\boauthbridge schema (\d{1,6})\b")]
    private static partial Regex VersionInComment();
}
