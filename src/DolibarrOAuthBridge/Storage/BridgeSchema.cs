// SPDX-License-Identifier: GPL-3.0-or-later

using DolibarrOAuthBridge.Dolibarr.Database;

namespace DolibarrOAuthBridge.Storage;

/// <summary>
/// The bridge's own tables. What makes and upgrades them is in <c>sql/tables</c> and <c>sql/upgrades</c>, part of the program, and
/// repeatable; columns and indexes that a table has lost are made again from its file in <c>sql/tables</c>.
/// </summary>
internal sealed class BridgeSchema(DolibarrDatabase database) : IDisposable
{
    // Without these the sidecar does its main work as well: an account that may not make them waits for init.
    private static readonly HashSet<string> ForPeople = new(StringComparer.Ordinal) { "oauthbridge_schema", "oauthbridge_v_status" };

    // Views of the first releases. A view belongs to the account that made it: a dump with one loads only where that account is.
    private static readonly string[] FormerViews =
    [
        "oauthbridge_v_status",
        "oauthbridge_v_foreign_rows",
        "oauthbridge_v_duplicates",
        "oauthbridge_v_rows",
    ];

    private readonly SchemaState _state = new(database);
    private readonly SemaphoreSlim _gate = new(1, 1);
    private volatile bool _present;

    /// <summary>The tables without the prefix, and the schema version that this program works with.</summary>
    public static IReadOnlyDictionary<string, int> Versions { get; } =
        new Dictionary<string, int>
        {
            ["oauthbridge_schema"] = 1, // first: it holds the versions of the others
            ["oauthbridge_grant"] = 5,
            ["oauthbridge_superseded"] = 1,
            ["oauthbridge_event"] = 1,
            ["oauthbridge_consent"] = 1,
            ["oauthbridge_notice"] = 1,
            ["oauthbridge_condition"] = 1,
            ["oauthbridge_binding"] = 1,
            ["oauthbridge_use"] = 1,
            ["oauthbridge_v_status"] = 2,
        };

    /// <summary>Makes the tables that are missing and upgrades or repairs the others; does nothing from the second time on.</summary>
    /// <returns>What was done now.</returns>
    /// <exception cref="StoreException">The account may not: the message says who must run what.</exception>
    public async Task<IReadOnlyList<SchemaChange>> EnsureAsync(CancellationToken cancellationToken = default)
    {
        if (_present)
        {
            return [];
        }

        await _gate.WaitAsync(cancellationToken);
        try
        {
            var changes = new List<SchemaChange>();
            if (!_present)
            {
                var present = await FindAsync(cancellationToken);
                foreach (var (table, version) in Versions)
                {
                    if (await BringAsync(table, present.GetValueOrDefault(table), version, cancellationToken) is { } change)
                    {
                        changes.Add(change);
                    }
                }

                _present = true;
            }

            return changes;
        }
        finally
        {
            _gate.Release();
        }
    }

    /// <summary>Looks at the tables again before the next write, as after a failure that somebody may have mended.</summary>
    public void Recheck() => _present = false;

    /// <summary>The state of the tables that are there, by name without the prefix.</summary>
    /// <exception cref="StoreException">The database failed.</exception>
    public Task<IReadOnlyDictionary<string, TableState>> FindAsync(CancellationToken cancellationToken = default) =>
        _state.FindAsync(Versions, cancellationToken);

    /// <summary>The schema versions of the tables that are there, by name without the prefix.</summary>
    /// <exception cref="StoreException">The database failed.</exception>
    public async Task<IReadOnlyDictionary<string, int>> FindVersionsAsync(CancellationToken cancellationToken = default) =>
        (await FindAsync(cancellationToken)).ToDictionary(
            table => table.Key,
            table => table.Value.Version,
            StringComparer.OrdinalIgnoreCase
        );

    /// <summary>The SQL statements that would bring the tables to this program's schema; none if they have it.</summary>
    /// <exception cref="StoreException">The database failed.</exception>
    public async Task<IReadOnlyList<string>> FindStatementsAsync(CancellationToken cancellationToken = default)
    {
        var present = await FindAsync(cancellationToken);
        var views = await FindViewsAsync(cancellationToken);
        return
        [
            .. views.Where(view => FormerViews.Contains(view.Name)).Select(view => DropView(view.Name)),
            .. Versions.SelectMany(table => Statements(table.Key, present.GetValueOrDefault(table.Key), table.Value)),
        ];
    }

    /// <summary>The views whose names begin as those of the bridge's tables do, with their definers.</summary>
    /// <exception cref="StoreException">The database failed.</exception>
    public async Task<IReadOnlyList<(string Name, string Definer)>> FindViewsAsync(CancellationToken cancellationToken = default)
    {
        if (database.Sql.ScriptFolder.Length > 0)
        {
            return []; // there never were any on PostgreSQL
        }

        const string Sql = """
            SELECT table_name AS Name, definer AS Definer FROM information_schema.views
             WHERE table_schema = DATABASE() AND table_name LIKE @pattern ESCAPE '|' ORDER BY table_name
            """;
        var pattern = (database.Prefix + "oauthbridge_").Replace("_", "|_", StringComparison.Ordinal) + "%";
        return await database.QueryAsync(
            Sql,
            [("pattern", pattern)],
            row => (row.Text("Name")[database.Prefix.Length..], row.Text("Definer")),
            cancellationToken
        );
    }

    /// <summary>Drops the views that the first releases made.</summary>
    /// <returns>Their names with the prefix.</returns>
    /// <exception cref="StoreException">The database failed.</exception>
    public async Task<IReadOnlyList<string>> DropFormerViewsAsync(CancellationToken cancellationToken = default)
    {
        var former = (await FindViewsAsync(cancellationToken)).Where(view => FormerViews.Contains(view.Name)).ToList();
        foreach (var view in former)
        {
            await ExecuteAsync(DropView(view.Name), cancellationToken);
        }

        return [.. former.Select(view => database.Prefix + view.Name)];
    }

    /// <inheritdoc />
    public void Dispose() => _gate.Dispose();

    private string DropView(string name) => $"DROP VIEW IF EXISTS {database.Table(name)};\n";

    private IEnumerable<string> Statements(string table, TableState? found, int to) =>
        found is null ? [SqlScripts.Read($"{database.Sql.ScriptFolder}tables/llx_{table}.sql", database.Prefix), Version(table, to)]
        : found.Version < to
            ?
            [
                .. Enumerable
                    .Range(found.Version + 1, to - found.Version)
                    .Select(version => SqlScripts.Read($"{database.Sql.ScriptFolder}upgrades/llx_{table}_{version}.sql", database.Prefix)),
                Version(table, to),
            ]
        : Repairs(table, found).Select(repair => repair.Sql);

    private string Version(string table, int version) =>
        $"""
            INSERT INTO {database.Table("oauthbridge_schema")} (name, version, changed_at) VALUES ('{table}', {version}, {database.Sql.Now})
            {database.Sql.OnConflictUpdate("name")} version = {version}, changed_at = {database.Sql.Now};

            """;

    private IEnumerable<(string Name, string Sql)> Repairs(string table, TableState found)
    {
        var definition = TableDefinition.Of(database.Sql.ScriptFolder, table, database.Prefix);
        return found
            .MissingColumns.Select(column => ($"column {column}", $"{definition.Columns[column]};\n"))
            .Concat(found.MissingKeys.Select(key => ($"index {key}", $"{definition.Keys[key]};\n")))
            .Concat(found.NarrowColumns.Select(narrow => ($"width of {narrow.Column}", $"{narrow.Sql};\n")));
    }

    // Makes, upgrades or repairs one table. Null if there was nothing to do, or nothing that this account may do.
    private async Task<SchemaChange?> BringAsync(string table, TableState? found, int to, CancellationToken cancellationToken)
    {
        var from = found?.Version ?? 0;
        try
        {
            if (from < to)
            {
                foreach (var statement in Statements(table, found, to).SkipLast(1))
                {
                    await ExecuteAsync(statement, cancellationToken);
                }

                // A new one lacks nothing.
                found = from == 0 ? null : (await FindAsync(cancellationToken)).GetValueOrDefault(table) ?? found;
            }

            var repaired = found is null ? [] : await RepairAsync(table, found, cancellationToken);
            if (from < to)
            {
                await _state.RecordAsync(table, to, cancellationToken);
            }

            return from < to || repaired.Count > 0 ? new SchemaChange(table, from, Math.Max(from, to)) { Repaired = repaired } : null;
        }
        catch (StoreException exception) when (IsDenied(exception) && ForPeople.Contains(table))
        {
            return null;
        }
        catch (StoreException exception) when (IsDenied(exception))
        {
            throw new StoreException(
                StoreFailure.NotWritable,
                $"The table {database.Prefix}{table} is missing, damaged or of an older version, and the database account may not change "
                    + "that. Run dolibarr-oauth-bridge init, or let a database administrator run what dolibarr-oauth-bridge init --sql "
                    + "prints, which comes from the files in sql/tables and sql/upgrades.",
                exception
            );
        }
    }

    private async Task<List<string>> RepairAsync(string table, TableState found, CancellationToken cancellationToken)
    {
        var repaired = new List<string>();
        foreach (var (name, sql) in Repairs(table, found))
        {
            try
            {
                await ExecuteAsync(sql, cancellationToken);
                repaired.Add(name);
            }
            catch (StoreException exception)
                when (!name.StartsWith("column ", StringComparison.Ordinal) && exception.Failure != StoreFailure.Unavailable)
            {
                // Without an index or with a narrow column the bridge still works; doctor says so.
            }
        }

        return repaired;
    }

    private async Task ExecuteAsync(string sql, CancellationToken cancellationToken)
    {
        try
        {
            await database.ExecuteAsync(database.Sql.OneScriptAtATime + sql, [], cancellationToken);
        }
        catch (StoreException exception) when (exception.Cause == StoreCause.AlreadyThere)
        {
            // Another process did it this very moment.
        }
    }

    private static bool IsDenied(StoreException exception) => exception.Cause == StoreCause.MissingPrivilege;
}
