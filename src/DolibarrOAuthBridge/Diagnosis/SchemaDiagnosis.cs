// SPDX-License-Identifier: GPL-3.0-or-later

using DolibarrOAuthBridge.Dolibarr.Database;
using DolibarrOAuthBridge.Dolibarr.Tokens;
using DolibarrOAuthBridge.Storage;

namespace DolibarrOAuthBridge.Diagnosis;

/// <summary>
/// The tables: whether Dolibarr's are there, whether the bridge's are of this program's version, and whether they take part in
/// transactions.
/// </summary>
internal sealed class SchemaDiagnosis(DolibarrDatabase database, TokenTable tokens, BridgeSchema schema) : IDiagnosis
{
    /// <summary>The finding that leaves no rows to examine.</summary>
    public const string NoTokenTable = "token_table_missing";

    /// <inheritdoc />
    public bool NeedsSnapshot => false;

    /// <inheritdoc />
    public async Task<IReadOnlyList<Finding>> FindAsync(Examination examination, CancellationToken cancellationToken)
    {
        IReadOnlyDictionary<string, int> versions;
        try
        {
            versions = await schema.FindVersionsAsync(cancellationToken);
        }
        catch (StoreException)
        {
            return []; // no database: told elsewhere
        }

        try
        {
            await tokens.SchemaAsync(cancellationToken);
        }
        catch (StoreException exception) when (exception.Failure == StoreFailure.Other)
        {
            return
            [
                new(
                    NoTokenTable,
                    Severity.Error,
                    $"{database.Prefix}oauth_token",
                    exception.Message,
                    "Check $dolibarr_main_db_name and $dolibarr_main_db_prefix in conf.php, and the privileges of the account."
                ),
            ];
        }

        return [.. OwnTables(versions), .. await EnginesAsync(cancellationToken)];
    }

    private IEnumerable<Finding> OwnTables(IReadOnlyDictionary<string, int> versions)
    {
        const string RunInit = "Run: dolibarr-oauth-bridge init";
        foreach (var (table, wanted) in BridgeSchema.Versions)
        {
            var name = database.Prefix + table;
            if (!versions.TryGetValue(table, out var found))
            {
                yield return new("table_missing", Severity.Error, name, "The bridge's table is not there.", RunInit);
            }
            else if (found < wanted)
            {
                yield return new(
                    "schema_outdated",
                    Severity.Error,
                    name,
                    $"The table has schema {found}, and this program works with {wanted}.",
                    RunInit
                );
            }
            else if (found > wanted)
            {
                yield return new(
                    "schema_newer",
                    Severity.Warning,
                    name,
                    $"The table has schema {found}, and this program knows {wanted}: a newer one was here.",
                    "Use the newer program everywhere."
                );
            }
        }
    }

    private async Task<IEnumerable<Finding>> EnginesAsync(CancellationToken cancellationToken)
    {
        const string Sql = """
            SELECT table_name AS TableName, engine AS Engine FROM information_schema.tables
             WHERE table_schema = DATABASE() AND table_type = 'BASE TABLE' AND table_name IN @names AND engine <> 'InnoDB'
            """;
        var names = BridgeSchema.Versions.Keys.Append("oauth_token").Select(table => database.Prefix + table).ToArray();
        var others = await database.QueryAsync(
            Sql,
            [("names", names)],
            static row => (Table: row.Text("TableName"), Engine: row.Text("Engine")),
            cancellationToken
        );
        return others.Select(other => new Finding(
            "table_not_transactional",
            Severity.Warning,
            other.Table,
            $"Its engine is {other.Engine}, so a write that breaks half-way cannot be taken back.",
            $"ALTER TABLE {other.Table} ENGINE=InnoDB"
        ));
    }
}
