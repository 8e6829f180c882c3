// SPDX-License-Identifier: GPL-3.0-or-later

using DolibarrOAuthBridge.Dolibarr.Database;

namespace DolibarrOAuthBridge.Storage;

/// <summary>
/// Views of the first releases. A view belongs to the account that made it: a dump with one loads only where that account is.
/// </summary>
internal static class BridgeViews
{
    private static readonly string[] Former =
    [
        "oauthbridge_v_status",
        "oauthbridge_v_foreign_rows",
        "oauthbridge_v_duplicates",
        "oauthbridge_v_rows",
    ];

    /// <summary>The views whose names begin as those of the bridge's tables do, with their definers.</summary>
    /// <param name="database">The database, by an account that sees them.</param>
    /// <param name="cancellationToken">Cancels the query.</param>
    /// <exception cref="StoreException">The database failed.</exception>
    public static async Task<IReadOnlyList<(string Name, string Definer)>> FindAsync(
        DolibarrDatabase database,
        CancellationToken cancellationToken = default
    )
    {
        if (database.Sql.ScriptFolder.Length > 0)
        {
            return []; // there never were any on PostgreSQL
        }

        const string Sql = """
            SELECT table_name AS Name, definer AS Definer FROM information_schema.views
             WHERE table_schema = DATABASE() AND table_name LIKE @pattern ESCAPE '|' ORDER BY table_name
            """;
        var pattern = LikePattern.Literal(database.Prefix + "oauthbridge_") + "%";
        return await database.QueryAsync(
            Sql,
            [("pattern", pattern)],
            row => (row.Text("Name")[database.Prefix.Length..], row.Text("Definer")),
            cancellationToken
        );
    }

    /// <summary>The statements that drop those that the first releases made.</summary>
    public static IEnumerable<string> Drops(DolibarrDatabase database, IEnumerable<(string Name, string Definer)> views) =>
        views.Where(view => Former.Contains(view.Name)).Select(view => $"DROP VIEW IF EXISTS {database.Table(view.Name)};\n");

    /// <summary>Drops the views that the first releases made.</summary>
    /// <returns>Their names with the prefix.</returns>
    /// <exception cref="StoreException">The database failed.</exception>
    public static async Task<IReadOnlyList<string>> DropAsync(DolibarrDatabase database, CancellationToken cancellationToken = default)
    {
        var views = await FindAsync(database, cancellationToken);
        foreach (var statement in Drops(database, views))
        {
            await database.ExecuteAsync(statement, [], cancellationToken);
        }

        return [.. views.Where(view => Former.Contains(view.Name)).Select(view => database.Prefix + view.Name)];
    }
}
