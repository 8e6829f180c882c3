// SPDX-License-Identifier: GPL-3.0-or-later

using System.Globalization;
using System.Text.RegularExpressions;
using DolibarrOAuthBridge.Dolibarr.Database;

namespace DolibarrOAuthBridge.Storage;

/// <summary>
/// The bridge's own tables. Each carries its schema version in its comment, changed by the very statement that changes the
/// table. What makes and upgrades them is in <c>sql/tables</c> and <c>sql/upgrades</c>, part of the program, and repeatable.
/// </summary>
internal sealed partial class BridgeSchema(DolibarrDatabase database) : IDisposable
{
    /// <summary>The tables without the prefix, and the schema version that this program works with.</summary>
    public static IReadOnlyDictionary<string, int> Versions { get; } =
        new Dictionary<string, int>
        {
            ["oauthbridge_grant"] = 3,
            ["oauthbridge_superseded"] = 1,
            ["oauthbridge_event"] = 1,
            ["oauthbridge_consent"] = 1,
            ["oauthbridge_notice"] = 1,
            ["oauthbridge_condition"] = 1,
            ["oauthbridge_binding"] = 1,
        };

    private readonly SemaphoreSlim _gate = new(1, 1);
    private volatile bool _present;

    /// <summary>Makes the tables that are missing and upgrades older ones; does nothing from the second time on.</summary>
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
            var present = await FindVersionsAsync(cancellationToken);
            var changes = new List<SchemaChange>();
            foreach (var (table, version) in Versions)
            {
                var found = present.GetValueOrDefault(table);
                if (found < version)
                {
                    await BringAsync(table, found, version, cancellationToken);
                    changes.Add(new SchemaChange(table, found, version));
                }
            }

            _present = true;
            return changes;
        }
        finally
        {
            _gate.Release();
        }
    }

    /// <summary>Says that a table was found missing: the next <see cref="EnsureAsync"/> looks again.</summary>
    public void Forget() => _present = false;

    /// <summary>The schema versions of the tables that are there, by name without the prefix.</summary>
    /// <exception cref="StoreException">The database failed.</exception>
    public async Task<IReadOnlyDictionary<string, int>> FindVersionsAsync(CancellationToken cancellationToken = default)
    {
        var rows = await database.QueryAsync(
            database.Sql.TableCommentsQuery,
            [("names", Versions.Keys.Select(database.StoredTable).ToArray())],
            static row => (Name: row.Text("Name"), Comment: row.Text("Comment")),
            cancellationToken
        );
        return rows.ToDictionary(
            row => row.Name[database.Prefix.Length..],
            row => VersionOf(row.Comment),
            StringComparer.OrdinalIgnoreCase
        );
    }

    /// <summary>The SQL files that would bring the tables to this program's schema; none if they have it.</summary>
    /// <exception cref="StoreException">The database failed.</exception>
    public async Task<IReadOnlyList<string>> FindScriptsAsync(CancellationToken cancellationToken = default)
    {
        var present = await FindVersionsAsync(cancellationToken);
        return [.. Versions.SelectMany(table => Scripts(table.Key, present.GetValueOrDefault(table.Key), table.Value))];
    }

    /// <inheritdoc />
    public void Dispose() => _gate.Dispose();

    // The first tables had no comment.
    private static int VersionOf(string comment) =>
        VersionInComment().Match(comment) is { Success: true } match
            ? int.Parse(match.Groups[1].ValueSpan, CultureInfo.InvariantCulture)
            : 1;

    private static IEnumerable<string> Scripts(string table, int from, int to) =>
        from == 0
            ? [$"tables/llx_{table}.sql"]
            : Enumerable.Range(from + 1, Math.Max(to - from, 0)).Select(version => $"upgrades/llx_{table}_{version}.sql");

    private async Task BringAsync(string table, int from, int to, CancellationToken cancellationToken)
    {
        foreach (var script in Scripts(table, from, to))
        {
            await RunAsync(table, script, cancellationToken);
        }
    }

    private async Task RunAsync(string table, string script, CancellationToken cancellationToken)
    {
        try
        {
            await database.ExecuteAsync(SqlScripts.Read(database.Sql.ScriptFolder + script, database.Prefix), [], cancellationToken);
        }
        catch (StoreException exception) when (exception.Cause == StoreCause.DuplicateColumn)
        {
            // Another process upgraded it this very moment, or somebody ran part of it by hand.
            var version = VersionInComment().Match(SqlScripts.Read(script, database.Prefix)).Groups[1].Value;
            await database.ExecuteAsync(
                $"ALTER TABLE {database.Table(table)} COMMENT='oauthbridge schema {version}'",
                [],
                cancellationToken
            );
        }
        catch (StoreException exception) when (exception.Cause == StoreCause.MissingPrivilege)
        {
            throw new StoreException(
                StoreFailure.NotWritable,
                $"The table {database.Prefix}{table} is missing or of an older version, and the database account may not change that. Let a database administrator run sql/{script}, or run: dolibarr-oauth-bridge init",
                exception
            );
        }
    }

    [GeneratedRegex(@"\boauthbridge schema (\d{1,6})\b")]
    private static partial Regex VersionInComment();
}
