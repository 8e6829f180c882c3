// SPDX-License-Identifier: GPL-3.0-or-later

using System.Globalization;
using DolibarrOAuthBridge.Dolibarr.Database;

namespace DolibarrOAuthBridge.Dolibarr.Mail;

/// <summary>The email collectors in <c>llx_emailcollector_emailcollector</c>. Collectors are not shared between companies.</summary>
public sealed class EmailCollectorTable(DolibarrDatabase database)
{
    private const string Name = "emailcollector_emailcollector";

    // The first two are in every release; the others came one by one, or the account may not read them.
    private static readonly string[] Columns =
    [
        "rowid",
        "ref",
        "host",
        "port",
        "imap_encryption",
        "login",
        "acces_type",
        "oauth_service",
        "source_directory",
        "status",
    ];

    /// <summary>The collectors of a company; none where the module was never installed.</summary>
    /// <exception cref="StoreException">The database failed.</exception>
    public async Task<IReadOnlyList<EmailCollector>> ListAsync(int entity, CancellationToken cancellationToken = default)
    {
        var sql = $"""
            SELECT LOWER(column_name) AS Name FROM information_schema.columns
             WHERE table_schema = {database.Sql.CurrentSchema} AND table_name = @table
            """;
        var known = await database
            .QueryAsync(sql, [("table", database.StoredTable(Name))], static row => row.Text("Name"), cancellationToken)
            .ConfigureAwait(false);
        var columns = Columns.Intersect(known, StringComparer.Ordinal).ToList();
        return columns.Contains("rowid")
            ? await database
                .QueryAsync(
                    $"SELECT {string.Join(", ", columns)} FROM {database.Table(Name)} WHERE entity = @entity ORDER BY ref, rowid",
                    [("entity", entity)],
                    row => Read(column => columns.Contains(column) ? row.Text(column).Trim() : string.Empty),
                    cancellationToken
                )
                .ConfigureAwait(false)
            : [];
    }

    private static EmailCollector Read(Func<string, string> column) =>
        new()
        {
            RowId = Number(column("rowid")) ?? 0,
            Ref = column("ref"),
            Host = column("host"),
            Port = Number(column("port")) ?? 993,
            Encryption = column("imap_encryption") is { Length: > 0 } encryption ? encryption : "ssl",
            Login = column("login"),
            UsesToken = column("acces_type") == "1",
            OAuthService = column("oauth_service"),
            SourceDirectory = column("source_directory") is { Length: > 0 } folder ? folder : "INBOX",
            IsActive = column("status") == "1",
        };

    private static int? Number(string text) =>
        int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var number) && number > 0 ? number : null;
}
