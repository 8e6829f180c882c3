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
    /// <inheritdoc />
    public bool NeedsSnapshot => false;

    /// <inheritdoc />
    public async Task<IReadOnlyList<Finding>> FindAsync(Examination examination, CancellationToken cancellationToken)
    {
        var subject = $"account {examination.Conf.DbUser}";
        try
        {
            var missing = await FindMissingAsync(cancellationToken);
            var findings = new List<Finding>();
            if (missing.Count > 0)
            {
                findings.Add(
                    new(
                        "privilege_missing",
                        Severity.Error,
                        subject,
                        $"It may not {string.Join(", nor ", missing)}.",
                        "Let a database administrator run sql/grants.sql, which dolibarr-oauth-bridge init --sql prints for this instance."
                    )
                );
            }

            var broad = await FindBroadAsync(cancellationToken);
            if (broad.Count > 0)
            {
                findings.Add(
                    new(
                        "account_too_broad",
                        Severity.Warning,
                        subject,
                        $"It has rights on the whole server: {string.Join("; ", broad)}.",
                        "Give the sidecar an account of its own: dolibarr-oauth-bridge init --sql prints it. Dolibarr itself needs "
                            + "rights on its own database only."
                    )
                );
            }

            if (examination.Conf.HasOwnDbAccount && await FindMoreAsync(cancellationToken) is { Count: > 0 } more)
            {
                findings.Add(
                    new(
                        "account_sees_all",
                        Severity.Info,
                        subject,
                        $"It needs OAuth settings and the tokens of known entries only, and may {string.Join(" and ", more)}.",
                        "Let a database administrator take the account's rights away (REVOKE ALL PRIVILEGES, GRANT OPTION FROM it) and run "
                            + "what dolibarr-oauth-bridge init --sql prints."
                    )
                );
            }

            return findings;
        }
        catch (StoreException)
        {
            return []; // no database, no account: told elsewhere
        }
    }

    private async Task<List<string>> FindMissingAsync(CancellationToken cancellationToken)
    {
        var present = await schema.FindVersionsAsync(cancellationToken);
        var usesViews = await database.UsesViewsAsync(cancellationToken);
        var missing = new List<string>();
        foreach (var (need, sql) in await NeedsAsync(present.Keys, cancellationToken))
        {
            try
            {
                await database.ExecuteAsync(sql, [], cancellationToken);
            }
            catch (StoreException exception)
                when (exception.Cause == StoreCause.MissingPrivilege || (usesViews && exception.Failure == StoreFailure.Other))
            {
                // Of a view MariaDB does not always say what lacks.
                missing.Add(need);
            }
            catch (StoreException exception)
                when (exception.Cause == StoreCause.ReadOnly || (usesViews && exception.Failure == StoreFailure.NotWritable))
            {
                // Read-only, or rows that a view cannot take: told elsewhere.
            }
        }

        return missing;
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
            ("read the settings", $"SELECT name, value, entity FROM {settings} WHERE 1 = 0"),
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

        if (name is not ("oauthbridge_grant" or "oauthbridge_event"))
        {
            yield return ($"delete from {shown}", $"DELETE FROM {table} WHERE 1 = 0");
        }
    }

    // Only where there are views of the rest.
    private async Task<List<string>> FindMoreAsync(CancellationToken cancellationToken)
    {
        if (database.Sql.ReadableQuery is null)
        {
            return [];
        }

        var more = new List<string>();
        (string Right, string Sql)[] rights =
        [
            ($"read all of {database.Prefix}const, mail passwords too", $"SELECT value FROM {database.Table("const")} WHERE 1 = 0"),
            (
                $"delete rows of other owners in {database.Prefix}oauth_token",
                $"DELETE FROM {database.Table("oauth_token")} WHERE rowid = 0 AND 1 = 0"
            ),
        ];
        foreach (var (right, sql) in rights)
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

    private async Task<List<string>> FindBroadAsync(CancellationToken cancellationToken)
    {
        var grants = await database.QueryAsync(database.Sql.GrantsQuery, [], static row => row.FirstText, cancellationToken);
        return [.. grants.Select(database.Sql.BroadRightIn).OfType<string>()];
    }
}
