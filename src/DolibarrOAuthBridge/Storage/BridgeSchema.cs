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

    // Two rows of one grant are two leases: a refresh token could be spent twice.
    internal const string Single = "oauthbridge_grant";

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
    /// <exception cref="StoreException">
    /// The account may not, or the index that lets no grant stand there twice cannot be made: the message says who must run what.
    /// </exception>
    public async Task EnsureAsync(CancellationToken cancellationToken = default)
    {
        if (_present)
        {
            return;
        }

        await _gate.WaitAsync(cancellationToken);
        try
        {
            if (!_present)
            {
                RequireSingle(await BringAllAsync(cancellationToken));
                _present = true;
            }
        }
        finally
        {
            _gate.Release();
        }
    }

    /// <summary>Makes, upgrades and repairs what it can.</summary>
    /// <returns>What was done now, and what could not be.</returns>
    /// <exception cref="StoreException">The account may not: the message says who must run what.</exception>
    public async Task<IReadOnlyList<SchemaChange>> RepairAsync(CancellationToken cancellationToken = default)
    {
        await _gate.WaitAsync(cancellationToken);
        try
        {
            return await BringAllAsync(cancellationToken);
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
        var views = await BridgeViews.FindAsync(database, cancellationToken);
        return
        [
            .. BridgeViews.Drops(database, views),
            .. Versions.SelectMany(table => Statements(table.Key, present.GetValueOrDefault(table.Key), table.Value)),
        ];
    }

    /// <inheritdoc />
    public void Dispose() => _gate.Dispose();

    private async Task<List<SchemaChange>> BringAllAsync(CancellationToken cancellationToken)
    {
        var changes = new List<SchemaChange>();
        var present = await FindAsync(cancellationToken);
        foreach (var (table, version) in Versions)
        {
            if (await BringAsync(table, present.GetValueOrDefault(table), version, cancellationToken) is { } change)
            {
                changes.Add(change);
            }
        }

        if (changes.Exists(static change => change is { Table: "oauthbridge_schema", Repaired.Count: > 0 }))
        {
            foreach (var (table, state) in present)
            {
                await _state.RecordAsync(table, Math.Max(state.Version, Versions[table]), cancellationToken);
            }
        }

        return changes;
    }

    private void RequireSingle(List<SchemaChange> changes)
    {
        if (changes.Find(static change => change.Table == Single)?.Failed.FirstOrDefault(IsIndex) is { } failure)
        {
            throw new StoreException(
                StoreFailure.NotWritable,
                $"{database.Prefix}{Single} has lost the index that keeps a refresh token from being spent twice, and it could not be made "
                    + $"again ({failure}). Run dolibarr-oauth-bridge init."
            );
        }

        static bool IsIndex(string failure) => failure.StartsWith("index uk_", StringComparison.Ordinal);
    }

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
            .Concat(found.MissingKeys.Select(key => ($"index {key}", $"{Merge(key)}{definition.Keys[key].Sql};\n")))
            .Concat(found.ChangedKeys.Select(key => ($"index {key.Key}", $"{Merge(key.Key)}{Replace(key.Key)};\n")))
            .Concat(found.NarrowColumns.Select(narrow => ($"width of {narrow.Column}", $"{narrow.Sql};\n")));

        string Merge(string key) => RepeatedRows.Merge(database, table, definition.Keys[key].Shape);

        string Replace(string key) => database.Sql.ReplaceIndex(definition.Keys[key].Sql, database.Prefix + table, key);
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

            var (repaired, failed) = found is null ? ([], []) : await RepairAsync(table, found, cancellationToken);
            if (from < to)
            {
                await _state.RecordAsync(table, to, cancellationToken);
            }

            return from < to || repaired.Count > 0 || failed.Count > 0
                ? new SchemaChange(table, from, Math.Max(from, to)) { Repaired = repaired, Failed = failed }
                : null;
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
                    + "that, or the account has no right to it. Run dolibarr-oauth-bridge init, or let a database administrator run what "
                    + "dolibarr-oauth-bridge init --sql prints, which comes from the files in sql/tables and sql/upgrades.",
                exception
            );
        }
    }

    private async Task<(List<string> Repaired, List<string> Failed)> RepairAsync(
        string table,
        TableState found,
        CancellationToken cancellationToken
    )
    {
        var (repaired, failed) = (new List<string>(), new List<string>());
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
                // Without an index or with a narrow column the bridge still works; init and doctor say so.
                failed.Add(
                    exception.Cause == StoreCause.DuplicateKey
                        ? $"{name}: rows stand there twice{RepeatedRows.Advice(table)}"
                        : $"{name}: {exception.Message.TrimEnd('.')}"
                );
            }
        }

        return (repaired, failed);
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
