// SPDX-License-Identifier: GPL-3.0-or-later

using System.Text.RegularExpressions;
using DolibarrOAuthBridge.Dolibarr.Database;

namespace DolibarrOAuthBridge.Storage;

/// <summary>The least privileges that the sidecar needs, as <c>sql/grants.sql</c> says them, for an instance's names and columns.</summary>
internal sealed partial class DatabasePrivilegeScript(DolibarrDatabase database)
{
    private const string InFile = "oauthbridge";
    private const string Definer = "_views"; // the views' owner is named after the account
    private const string CollationInFile = "utf8mb4_general_ci";

    /// <summary>The statements.</summary>
    /// <param name="account">The account, which connects from this machine; null for that of the file.</param>
    /// <param name="cancellationToken">Cancels the look at the columns.</param>
    /// <exception cref="StoreException">The database failed.</exception>
    public async Task<string> SqlAsync(string? account = null, CancellationToken cancellationToken = default)
    {
        var sql =
            "SELECT LOWER(CONCAT(table_name, '.', column_name)) AS Name FROM information_schema.columns "
            + $"WHERE table_schema = {database.Sql.CurrentSchema}";
        var names = await database.QueryAsync(sql, [], static row => row.Text("Name"), cancellationToken);
        var columns = names.ToHashSet(StringComparer.Ordinal);
        var lines = (await WithSchemaAsync(await WithCollationAsync(Read("grants.sql"), cancellationToken), cancellationToken))
            .Replace(database.Sql.QuoteAccount(InFile), database.Sql.QuoteAccount(account ?? InFile), StringComparison.Ordinal)
            .Replace(
                database.Sql.QuoteAccount(InFile + Definer),
                database.Sql.QuoteAccount((account ?? InFile) + Definer),
                StringComparison.Ordinal
            )
            .Split('\n')
            .Where(line => Condition().Match(line) is not { Success: true } match || IsThere(match.Groups[1].Value));
        return string.Join('\n', lines);

        bool IsThere(string wanted) =>
            wanted.Contains('.', StringComparison.Ordinal)
                ? columns.Contains(wanted.ToLowerInvariant())
                : columns.Any(column => column.StartsWith(wanted.ToLowerInvariant() + ".", StringComparison.Ordinal));
    }

    /// <summary>The statements that make an account for monitoring.</summary>
    public string MonitoringSql() => Read("monitoring.sql");

    private string Read(string script) =>
        SqlScripts
            .Read(database.Sql.ScriptFolder + script, database.Prefix)
            .Replace(database.Sql.QuoteDatabase("dolibarr"), database.Sql.QuoteDatabase(database.Name), StringComparison.Ordinal)
            .Replace(
                database.Sql.QuoteDatabase("dolibarr_oauthbridge"),
                database.Sql.QuoteDatabase(database.ViewsName),
                StringComparison.Ordinal
            );

    private async Task<string> WithSchemaAsync(string script, CancellationToken cancellationToken)
    {
        if (database.Sql.ScriptFolder.Length == 0)
        {
            return script; // there the database is the schema
        }

        var found = await database.QueryAsync(
            $"SELECT {database.Sql.CurrentSchema} AS Name",
            [],
            static row => row.TextOrNull("Name"),
            cancellationToken
        );
        return found is [{ } schema]
            ? SchemaInFile().Replace(script, database.Sql.QuoteDatabase(schema).Replace("$", "$$", StringComparison.Ordinal))
            : script;
    }

    // The views compare names of two tables. With the collation of llx_const.name its index is used, whatever that of the other is.
    private async Task<string> WithCollationAsync(string script, CancellationToken cancellationToken)
    {
        var sql = $"""
            SELECT collation_name AS Collation FROM information_schema.columns
             WHERE table_schema = {database.Sql.CurrentSchema} AND table_name = @table AND column_name = 'name'
            """;
        var found = await database.QueryAsync(
            sql,
            [("table", database.StoredTable("const"))],
            static row => row.TextOrNull("Collation"),
            cancellationToken
        );
        if (found is not [{ } collation])
        {
            return script;
        }

        var characterSet = collation.Split('_')[0];
        return script
            .Replace(
                CollationInFile,
                // Names differ in case between the two tables.
                collation.EndsWith("_bin", StringComparison.Ordinal)
                    ? $"{characterSet}_general_ci"
                    : collation,
                StringComparison.Ordinal
            )
            .Replace("USING utf8mb4", $"USING {characterSet}", StringComparison.Ordinal);
    }

    // PUBLIC is everybody.
    [GeneratedRegex(@"(?<=\bSCHEMA )public\b|\bpublic(?=\.)")]
    private static partial Regex SchemaInFile();

    [GeneratedRegex(@"[;,]\s*-- where (\w+(?:\.\w+)?)")]
    private static partial Regex Condition();
}
