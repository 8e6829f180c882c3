// SPDX-License-Identifier: GPL-3.0-or-later

using System.Text.RegularExpressions;
using DolibarrOAuthBridge.Dolibarr.Database;

namespace DolibarrOAuthBridge.Storage;

/// <summary>The least privileges that the sidecar needs, as <c>sql/grants.sql</c> says them, for an instance's names and columns.</summary>
internal sealed partial class DatabasePrivilegeScript(DolibarrDatabase database)
{
    private const string InFile = "oauthbridge";

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
        var lines = Read("grants.sql")
            .Replace(database.Sql.QuoteAccount(InFile), database.Sql.QuoteAccount(account ?? InFile), StringComparison.Ordinal)
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
            .Replace(database.Sql.QuoteDatabase("dolibarr"), database.Sql.QuoteDatabase(database.Name), StringComparison.Ordinal);

    [GeneratedRegex(@";\s*-- where (\w+(?:\.\w+)?)")]
    private static partial Regex Condition();
}
