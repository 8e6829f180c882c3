// SPDX-License-Identifier: GPL-3.0-or-later

using System.Text;
using System.Text.RegularExpressions;
using DolibarrOAuthBridge.Demo.Database;
using DolibarrOAuthBridge.Demo.Processes;

namespace DolibarrOAuthBridge.Acceptance.Support;

/// <summary>Makes the tables of a new Dolibarr from the SQL that its own installer runs for MySQL and MariaDB.</summary>
internal static partial class DolibarrTables
{
    /// <summary>Tables, keys and the rows of the dictionaries; charts of accounts are left out, being large and of no use here.</summary>
    public static async Task CreateAsync(string root, ScratchMariaDb server, string database, CancellationToken cancellationToken)
    {
        var tables = Files(root, "tables").ToLookup(file => file.EndsWith(".key.sql", StringComparison.Ordinal));
        var data = Files(root, "data")
            .Where(file => !Path.GetFileName(file).StartsWith("llx_accounting_account_", StringComparison.Ordinal));
        var script = new StringBuilder("SET FOREIGN_KEY_CHECKS = 0; SET SESSION sql_mode = '';\n");
        Append(script, tables[false].Concat(tables[true]));
        script.Append("SET autocommit = 0;\n");
        Append(script, data);
        script.Append("COMMIT;\n");
        var path = Path.Combine(Path.GetDirectoryName(root)!, "tables.sql");
        await File.WriteAllTextAsync(path, script.ToString(), cancellationToken);

        // Like the installer, it goes on after an error: some scripts make a key that is already there.
        const string Run = "mariadb --force --socket=\"$1\" --user=root --password=\"$2\" \"$3\" < \"$4\" || true";
        await Command.RunAsync("sh", ["-c", Run, "sh", server.SocketPath, server.RootPassword, database, path], cancellationToken);
    }

    private static void Append(StringBuilder script, IEnumerable<string> files)
    {
        foreach (var file in files)
        {
            script
                .Append(Comment().Replace(File.ReadAllText(file), string.Empty).Replace("__ENTITY__", "1", StringComparison.Ordinal))
                .Append('\n');
        }
    }

    // Another module's tables (llx_table-module.sql) come with that module.
    private static IEnumerable<string> Files(string root, string kind) =>
        Directory.GetFiles(Path.Combine(root, "install", "mysql", kind), "llx_*.sql").Order(StringComparer.Ordinal);

    // As run_sql of Dolibarr tells a comment from two hyphens within a text.
    [GeneratedRegex(@"^\s*--[^\n]*$|(?<=[,;ERLT0)])\s+--[^\n]*$", RegexOptions.Multiline | RegexOptions.IgnoreCase)]
    private static partial Regex Comment();
}
