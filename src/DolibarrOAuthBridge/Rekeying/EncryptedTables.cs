// SPDX-License-Identifier: GPL-3.0-or-later

using DolibarrOAuthBridge.Dolibarr.Database;

namespace DolibarrOAuthBridge.Rekeying;

/// <summary>
/// Where an instance keeps values encrypted with its key: settings, tokens of every owner, and what Dolibarr's own
/// classes encrypt elsewhere (users' API keys, bank accounts, email collectors, extra fields of type password).
/// </summary>
internal sealed class EncryptedTables(DolibarrDatabase database)
{
    private static readonly string[] Names =
    [
        "const",
        "oauth_token",
        "oauthbridge_grant",
        "oauthbridge_consent",
        "user",
        "societe_rib",
        "emailcollector_emailcollector",
    ];

    /// <summary>The tables that are there and readable by the account.</summary>
    /// <exception cref="StoreException">The database failed.</exception>
    public async Task<IReadOnlyList<EncryptedTable>> FindAsync(CancellationToken cancellationToken = default)
    {
        var sql = $"""
            SELECT t.table_name AS TableName, c.column_name AS ColumnName, c.data_type AS DataType
              FROM information_schema.tables t
              JOIN information_schema.columns c ON c.table_schema = t.table_schema AND c.table_name = t.table_name
             WHERE t.table_schema = {database.Sql.CurrentSchema} AND t.table_type = 'BASE TABLE'
               AND (t.table_name IN @names OR t.table_name LIKE @extra ESCAPE '|')
             ORDER BY t.table_name, c.ordinal_position
            """;
        var columns = await database.QueryAsync(
            sql,
            [
                ("names", Names.Select(database.StoredTable).ToArray()),
                ("extra", LikePattern.Literal(database.StoredTable(string.Empty)) + "%|_extrafields"),
            ],
            static row => new ColumnRow(row.Text("TableName"), row.Text("ColumnName"), row.Text("DataType")),
            cancellationToken
        );
        var others = (
            await database.FindNonTransactionalAsync(
                columns.Select(column => column.TableName[database.Prefix.Length..]).Distinct(StringComparer.Ordinal),
                cancellationToken
            )
        )
            .Select(other => other.Table)
            .ToHashSet(StringComparer.OrdinalIgnoreCase);
        return
        [
            .. columns
                .GroupBy(column => column.TableName, StringComparer.Ordinal)
                .Where(table => table.Any(column => Is(column, "rowid")))
                .Select(table => new EncryptedTable(
                    table.Key,
                    [
                        .. table
                            .Where(column =>
                                column.DataType.EndsWith("text", StringComparison.OrdinalIgnoreCase)
                                || column.DataType.Contains("char", StringComparison.OrdinalIgnoreCase)
                            )
                            .Select(column => column.ColumnName),
                    ],
                    table.Any(column => Is(column, "tms")),
                    !others.Contains(table.Key)
                ))
                .Where(table => table.Columns.Count > 0),
        ];

        static bool Is(ColumnRow column, string name) => string.Equals(column.ColumnName, name, StringComparison.OrdinalIgnoreCase);
    }

    private sealed record ColumnRow(string TableName, string ColumnName, string DataType);
}
