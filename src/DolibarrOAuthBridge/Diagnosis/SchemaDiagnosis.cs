// SPDX-License-Identifier: GPL-3.0-or-later

using DolibarrOAuthBridge.Dolibarr.Database;
using DolibarrOAuthBridge.Dolibarr.Tokens;
using DolibarrOAuthBridge.Storage;

namespace DolibarrOAuthBridge.Diagnosis;

/// <summary>
/// The tables: whether Dolibarr's are there, whether the bridge's are of this program's version, and whether they take part in
/// transactions.
/// </summary>
internal sealed class SchemaDiagnosis(DolibarrDatabase database, TokenTable tokens, BridgeSchema schema, DolibarrAccount dolibarr)
    : IDiagnosis
{
    /// <summary>The finding that leaves no rows to examine.</summary>
    public const string NoTokenTable = "token_table_missing";

    /// <inheritdoc />
    public bool NeedsSnapshot => false;

    /// <inheritdoc />
    public async Task<IReadOnlyList<Finding>> FindAsync(Examination examination, CancellationToken cancellationToken)
    {
        IReadOnlyDictionary<string, TableState> present;
        try
        {
            present = await schema.FindAsync(cancellationToken);
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

        return
        [
            .. OwnTables(present, examination.Conf.HasOwnDbAccount),
            .. await ViewsAsync(cancellationToken),
            .. await EnginesAsync(cancellationToken),
        ];
    }

    private IEnumerable<Finding> OwnTables(IReadOnlyDictionary<string, TableState> present, bool hasOwnAccount)
    {
        const string RunInit = "Run: dolibarr-oauth-bridge init";
        const string TwiceAdvice =
            $"{RunInit}. If it says that rows stand there twice, delete those first (cleanup prints the SQL for grants).";
        foreach (var (table, wanted) in BridgeSchema.Versions)
        {
            var name = database.Prefix + table;
            if (!present.TryGetValue(table, out var state))
            {
                yield return hasOwnAccount
                    ? new(
                        "table_missing",
                        Severity.Error,
                        name,
                        "The bridge's table is not there, or the account has no right to it.",
                        $"{RunInit}. If the table is there, let a database administrator run what dolibarr-oauth-bridge init --sql prints."
                    )
                    : new("table_missing", Severity.Error, name, "The bridge's table is not there.", RunInit);
                continue;
            }

            var found = state.Version;
            if (state.MissingColumns.Count > 0 && found >= wanted)
            {
                yield return new(
                    "table_damaged",
                    Severity.Error,
                    name,
                    $"The table has lost {string.Join(", ", state.MissingColumns)}.",
                    RunInit
                );
            }

            if (state.MissingKeys.Count > 0 && found >= wanted)
            {
                yield return new(
                    "index_missing",
                    Severity.Error,
                    name,
                    $"The table has lost the index {string.Join(" and the index ", state.MissingKeys)}: {Consequence(table)}.",
                    TwiceAdvice
                );
            }

            foreach (var (key, covers, expected) in state.ChangedKeys.Where(_ => found >= wanted))
            {
                yield return new(
                    "index_missing",
                    Severity.Error,
                    name,
                    $"The index {key} is {covers} and should be {expected}: {Consequence(table)}.",
                    TwiceAdvice
                );
            }

            foreach (var (column, length, type, _) in state.NarrowColumns)
            {
                yield return new(
                    "column_narrow",
                    Severity.Error,
                    $"{name}.{column}",
                    $"The column holds {length} characters and should be {type}: a longer value cannot be stored.",
                    RunInit
                );
            }

            if (found < wanted)
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

    private static string Consequence(string table) =>
        table == "oauthbridge_grant"
            ? "the bridge could spend a refresh token twice, and so spends none"
            : "the bridge may become slow, and without a unique one write a row twice";

    // The first releases made views, which hinder a restore.
    private async Task<IEnumerable<Finding>> ViewsAsync(CancellationToken cancellationToken)
    {
        var views = await dolibarr.ReadAsync(with => BridgeViews.FindAsync(with, cancellationToken));
        return views.Select(view => new Finding(
            "view_left",
            Severity.Warning,
            database.Prefix + view.Name,
            $"It is a view of the account {view.Definer}: a dump of this database loads only on a server that has this account.",
            "Run: dolibarr-oauth-bridge init. It drops the views that older versions made; others are yours to drop."
        ));
    }

    private async Task<IEnumerable<Finding>> EnginesAsync(CancellationToken cancellationToken)
    {
        var others = await database.FindNonTransactionalAsync(BridgeSchema.Versions.Keys.Append("oauth_token"), cancellationToken);
        return others.Select(other => new Finding(
            "table_not_transactional",
            Severity.Warning,
            other.Table,
            $"Its engine is {other.Engine}, so a write that breaks half-way cannot be taken back.",
            $"ALTER TABLE {other.Table} ENGINE=InnoDB"
        ));
    }
}
