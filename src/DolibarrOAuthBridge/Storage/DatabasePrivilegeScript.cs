// SPDX-License-Identifier: GPL-3.0-or-later

using System.Text.RegularExpressions;
using DolibarrOAuthBridge.Dolibarr.Database;

namespace DolibarrOAuthBridge.Storage;

/// <summary>The least privileges that the sidecar needs, as <c>sql/grants.sql</c> says them, for an instance's names and columns.</summary>
internal sealed partial class DatabasePrivilegeScript(DolibarrDatabase database)
{
    private const string DatabaseInFile = "`dolibarr`";
    private const string AccountInFile = "'oauthbridge'@'localhost'";

    /// <summary>The statements.</summary>
    /// <param name="account">The account, quoted as SQL wants it; null for that of the file.</param>
    /// <param name="cancellationToken">Cancels the look at the columns.</param>
    /// <exception cref="StoreException">The database failed.</exception>
    public async Task<string> SqlAsync(string? account = null, CancellationToken cancellationToken = default)
    {
        const string Sql =
            "SELECT LOWER(CONCAT(table_name, '.', column_name)) AS Name FROM information_schema.columns WHERE table_schema = DATABASE()";
        var names = await database.QueryAsync(Sql, [], static row => row.Text("Name"), cancellationToken);
        var columns = names.ToHashSet(StringComparer.Ordinal);
        var lines = Read("grants.sql")
            .Replace(AccountInFile, account ?? AccountInFile, StringComparison.Ordinal)
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
            .Read(script, database.Prefix)
            .Replace(DatabaseInFile, $"`{database.Name.Replace("`", "``", StringComparison.Ordinal)}`", StringComparison.Ordinal);

    [GeneratedRegex(@";\s*-- where (\w+(?:\.\w+)?)")]
    private static partial Regex Condition();
}
