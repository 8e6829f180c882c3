// SPDX-License-Identifier: GPL-3.0-or-later

using DolibarrOAuthBridge.Dolibarr.Database;
using DolibarrOAuthBridge.Dolibarr.Tokens;
using DolibarrOAuthBridge.Storage;

namespace DolibarrOAuthBridge.Diagnosis;

/// <summary>
/// The database account: whether it may do what the sidecar does, tried by statements that touch no row, and whether it may do
/// much more.
/// </summary>
internal sealed class PrivilegeDiagnosis(DolibarrDatabase database, TokenTable tokens, BridgeSchema schema) : IDiagnosis
{
    private static readonly string[] DolibarrTables = ["const", "oauth_token"];

    /// <inheritdoc />
    public bool NeedsSnapshot => false;

    /// <inheritdoc />
    public async Task<IReadOnlyList<Finding>> FindAsync(Examination examination, CancellationToken cancellationToken)
    {
        var subject = $"account {examination.Conf.DbUser}";
        List<Func<Task<IReadOnlyList<Finding>>>> parts =
        [
            () => FindMissingAsync(subject, cancellationToken),
            () => FindBroadAsync(subject, cancellationToken),
        ];
        if (examination.Conf.HasOwnDbAccount)
        {
            parts.Add(() => FindMoreAsync(subject, cancellationToken));
            parts.Add(() => FindCreateRightAsync(subject, cancellationToken));
        }

        var findings = new List<Finding>();
        foreach (var part in parts)
        {
            try
            {
                findings.AddRange(await part());
            }
            catch (StoreException exception) when (exception.Failure == StoreFailure.Unavailable)
            {
                break; // told elsewhere
            }
            catch (StoreException)
            {
                // Something is damaged, which is told elsewhere too. The other parts may say something still.
            }
        }

        return findings;
    }

    private async Task<IReadOnlyList<Finding>> FindMissingAsync(string subject, CancellationToken cancellationToken)
    {
        var missing = await ListMissingAsync(cancellationToken);
        return missing.Count == 0
            ? []
            :
            [
                new(
                    "privilege_missing",
                    Severity.Error,
                    subject,
                    $"It may not {string.Join(", nor ", missing)}.",
                    "Let a database administrator run sql/grants.sql, which dolibarr-oauth-bridge init --sql prints for this instance."
                ),
            ];
    }

    private async Task<List<string>> ListMissingAsync(CancellationToken cancellationToken)
    {
        var present = await schema.FindVersionsAsync(cancellationToken);
        var seesPart = await database.SeesPartAsync(cancellationToken);
        var missing = new List<string>();
        foreach (
            var (need, sql) in (await NeedsAsync(present.Keys, cancellationToken)).Concat(await HiddenNeedsAsync(cancellationToken))
        )
        {
            try
            {
                await database.ExecuteAsync(sql, [], cancellationToken);
            }
            catch (StoreException exception)
                when (exception.Cause == StoreCause.MissingPrivilege || (seesPart && exception.Failure == StoreFailure.Other))
            {
                // Of a view MariaDB does not always say what lacks; a function of PostgreSQL's may not be there.
                missing.Add(need);
            }
            catch (StoreException exception) when (exception.Failure != StoreFailure.Unavailable)
            {
                // Read-only, a column that was lost, or rows that a view cannot take: told elsewhere.
            }
        }

        var hidden = await database.FindPartlySeenAsync(DolibarrTables, cancellationToken);
        missing.AddRange(hidden.Where(table => table.IsEmpty).Select(table => $"see any row of {table.Name}, since no policy lets it"));
        return await MayNumberAsync(cancellationToken)
            ? missing
            : [.. missing, $"number the rows that it adds to {database.Prefix}oauth_token (USAGE on its sequence)"];
    }

    private async Task<bool> MayNumberAsync(CancellationToken cancellationToken) =>
        database.Sql.NumberRefusedQuery is not { } sql
        || await database.QueryAsync(
            sql,
            [("table", database.Prefix + "oauth_token")],
            static row => row.Number("Refused"),
            cancellationToken
        )
            is { Count: 0 };

    // Where rows are hidden on PostgreSQL, functions show how hidden secrets begin.
    private async Task<List<(string Need, string Sql)>> HiddenNeedsAsync(CancellationToken cancellationToken)
    {
        var needs = new List<(string, string)>();
        foreach (var table in DolibarrTables)
        {
            if (await database.HidesRowsAsync(table, cancellationToken))
            {
                needs.Add(
                    (
                        $"compare secrets with those of {database.StoredTable(table)} that it does not see",
                        $"SELECT origin FROM {database.Table($"oauthbridge_{table}_origin")}() LIMIT 0"
                    )
                );
            }
        }

        return needs;
    }

    private async Task<IEnumerable<(string Need, string Sql)>> NeedsAsync(
        IEnumerable<string> ownTables,
        CancellationToken cancellationToken
    )
    {
        var state = (await tokens.SchemaAsync(cancellationToken)).Has("state") ? ", state" : string.Empty;
        var settings = await database.SourceAsync("const", cancellationToken);
        var names = await tokens.NamesAsync(cancellationToken);
        var (rows, columns) = (names.Rows, $"service, token, entity, datec{state}");
        (string, string)[] needs =
        [
            ("read the settings", $"SELECT name, value, entity FROM {settings} LIMIT 0"), // WHERE 1 = 0 asks for no right to a function
            ("read the tokens", $"SELECT rowid, service, token, entity{state} FROM {rows} WHERE 1 = 0"),
            (
                "replace a token",
                $"UPDATE {rows} SET {names.Written("token")} = token"
                    + $"{(state.Length > 0 ? $", {names.Written("state")} = state" : string.Empty)} WHERE rowid = 0 AND 1 = 0"
            ),
            ("add a token", $"INSERT INTO {names.NewRows} ({columns}) SELECT {columns} FROM {rows} WHERE 1 = 0"),
            ("delete a token", $"DELETE FROM {rows} WHERE rowid = 0 AND 1 = 0"),
        ];
        return needs.Concat(ownTables.SelectMany(table => OwnNeeds(table.ToLowerInvariant())));
    }

    private IEnumerable<(string, string)> OwnNeeds(string name)
    {
        var (table, shown) = (database.Table(name), database.Prefix + name);
        yield return ($"read {shown}", $"SELECT * FROM {table} WHERE 1 = 0");
        if (name == "oauthbridge_schema")
        {
            yield break;
        }

        yield return ($"add to {shown}", $"INSERT INTO {table} SELECT * FROM {table} WHERE 1 = 0");
        if (name != "oauthbridge_event")
        {
            var column = name == "oauthbridge_binding" ? "origin" : "entity";
            yield return ($"change {shown}", $"UPDATE {table} SET {column} = {column} WHERE 1 = 0");
        }

        if (name != "oauthbridge_grant")
        {
            yield return ($"delete from {shown}", $"DELETE FROM {table} WHERE 1 = 0");
        }
    }

    private async Task<IReadOnlyList<Finding>> FindMoreAsync(string subject, CancellationToken cancellationToken)
    {
        var more = await ListMoreAsync(cancellationToken);
        return more.Count == 0
            ? []
            :
            [
                new(
                    "account_sees_all",
                    Severity.Info,
                    subject,
                    $"It needs OAuth settings and the tokens of known entries only, and may {string.Join(" and ", more)}.",
                    database.Sql.PartlySeenQuery is not null
                        ? "Let a database administrator run what dolibarr-oauth-bridge init --sql prints."
                        : "Let a database administrator take the account's rights away (REVOKE ALL PRIVILEGES, GRANT OPTION FROM it) "
                            + "and run what dolibarr-oauth-bridge init --sql prints."
                ),
            ];
    }

    private async Task<List<string>> ListMoreAsync(CancellationToken cancellationToken)
    {
        var more = new List<string>();
        var hidden = (await database.FindPartlySeenAsync(DolibarrTables, cancellationToken)).Select(table => table.Name).ToArray();
        // A policy for settings does not keep the account from comparing what it hides.
        var settings = hidden.Contains(database.StoredTable("const")) ? "find out by comparing what it does not see" : "read all";
        (string Table, string Right, string Sql)[] rights =
        [
            (
                "const",
                $"{settings} of {database.Prefix}const, mail passwords too",
                $"SELECT value FROM {database.Table("const")} WHERE 1 = 0"
            ),
            (
                "oauth_token",
                $"delete rows of other owners in {database.Prefix}oauth_token",
                $"DELETE FROM {database.Table("oauth_token")} WHERE rowid = 0 AND 1 = 0"
            ),
        ];
        foreach (
            var (_, right, sql) in rights.Where(right => right.Table == "const" || !hidden.Contains(database.StoredTable(right.Table)))
        )
        {
            try
            {
                await database.ExecuteAsync(sql, [], cancellationToken);
                more.Add(right);
            }
            catch (StoreException exception) when (exception.Cause is StoreCause.MissingPrivilege or StoreCause.ReadOnly)
            {
                // As it should be.
            }
        }

        return more;
    }

    // What it creates there may be called by statements of others that name no schema, with their rights.
    private async Task<IReadOnlyList<Finding>> FindCreateRightAsync(string subject, CancellationToken cancellationToken) =>
        database.Sql.MayCreateQuery is { } sql
            ? await database.QueryAsync(
                sql,
                [("table", database.StoredTable("const"))],
                row => new Finding(
                    "account_may_create",
                    Severity.Warning,
                    subject,
                    $"It may create functions and operators in the schema {row.Text("Name")}, which statements of Dolibarr's and of "
                        + "administrators may then call with their rights.",
                    $"As a superuser: GRANT CREATE ON SCHEMA {database.Sql.QuoteDatabase(row.Text("Name"))} TO "
                        + $"{database.Sql.QuoteAccount(row.Text("Owner"))}; then REVOKE CREATE ON SCHEMA "
                        + $"{database.Sql.QuoteDatabase(row.Text("Name"))} FROM PUBLIC, and from the account if it was granted to it."
                ),
                cancellationToken
            )
            : [];

    private async Task<IReadOnlyList<Finding>> FindBroadAsync(string subject, CancellationToken cancellationToken)
    {
        var grants = await database.QueryAsync(database.Sql.GrantsQuery, [], static row => row.FirstText, cancellationToken);
        var broad = grants.Select(database.Sql.BroadRightIn).OfType<string>().ToList();
        return broad.Count == 0
            ? []
            :
            [
                new(
                    "account_too_broad",
                    Severity.Warning,
                    subject,
                    $"It has rights on the whole server: {string.Join("; ", broad)}.",
                    "Give the sidecar an account of its own: dolibarr-oauth-bridge init --sql prints it. Dolibarr itself needs "
                        + "rights on its own database only."
                ),
            ];
    }
}
