// SPDX-License-Identifier: GPL-3.0-or-later

using DolibarrOAuthBridge.Dolibarr.Database;

namespace DolibarrOAuthBridge.Storage;

/// <summary>
/// Rows that stand in a table twice since somebody dropped its unique index: what has to go before the index can be made again.
/// </summary>
internal static class RepeatedRows
{
    // Regenerated from elsewhere.
    private static readonly HashSet<string> Regenerated = new(StringComparer.Ordinal) { "oauthbridge_schema", "oauthbridge_v_status" };

    // The columns of the index, and of the others the newest or widest that the rows say together.
    private static readonly Dictionary<string, (string Key, (string Column, string Merged)[] Others)> Merged = new(StringComparer.Ordinal)
    {
        ["oauthbridge_superseded"] = ("service, entity, hash", [("at", "MAX(at)")]),
        ["oauthbridge_use"] = ("entity, service, caller", [("first_at", "MIN(first_at)"), ("last_at", "MAX(last_at)")]),
        ["oauthbridge_binding"] = ("secret_hash, binding_hash", [("origin", "MAX(origin)"), ("created_at", "MIN(created_at)")]),
        ["oauthbridge_condition"] = ("kind, entity, entry, source", [("began_at", "MIN(began_at)"), ("told_at", "MAX(told_at)")]),
    };

    /// <summary>The SQL that leaves one row of each, to stand before what makes the index again; empty where none may go.</summary>
    /// <param name="database">The database.</param>
    /// <param name="table">The table without the prefix.</param>
    /// <param name="shape">What the index covers, such as <c>unique (service, entity)</c>.</param>
    public static string Merge(DolibarrDatabase database, string table, string shape)
    {
        if (Regenerated.Contains(table))
        {
            return shape.StartsWith("unique ", StringComparison.Ordinal) ? $"DELETE FROM {database.Table(table)};\n" : string.Empty;
        }

        if (!Merged.TryGetValue(table, out var rows) || shape != $"unique ({rows.Key})")
        {
            return string.Empty;
        }

        var (all, once) = (database.Table(table), database.Table(table + "_once"));
        var columns = $"{rows.Key}, {string.Join(", ", rows.Others.Select(static other => other.Column))}";
        var merged = string.Join(", ", rows.Others.Select(static other => $"{other.Merged} AS {other.Column}"));
        var same = string.Join(" AND ", rows.Key.Split(", ").Select(column => $"{once}.{column} = {all}.{column}"));
        return $"""
            CREATE TEMPORARY TABLE {once} AS SELECT {rows.Key}, {merged} FROM {all} GROUP BY {rows.Key} HAVING COUNT(*) > 1;
            {database.Sql.Together($"""
                DELETE FROM {all} WHERE EXISTS (SELECT 1 FROM {once} WHERE {same});
                INSERT INTO {all} ({columns}) SELECT {columns} FROM {once};
                """)}
            DROP TABLE {once};

            """;
    }

    /// <summary>What to do about rows that nothing but a person may delete, to stand behind "rows stand there twice".</summary>
    public static string Advice(string table) =>
        table switch
        {
            BridgeSchema.Single => ", and dolibarr-oauth-bridge cleanup prints the SQL that deletes the older ones",
            "oauthbridge_consent" => ": delete them all, and start consents that are under way again",
            _ => ": delete one of each",
        };
}
