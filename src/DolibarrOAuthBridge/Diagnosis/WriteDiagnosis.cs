// SPDX-License-Identifier: GPL-3.0-or-later

using DolibarrOAuthBridge.Dolibarr.Database;
using DolibarrOAuthBridge.Dolibarr.Tokens;

namespace DolibarrOAuthBridge.Diagnosis;

/// <summary>
/// Whether a token can be written as it is: columns wide enough, and no trigger that refuses or changes it. It is tried on a row of each
/// company and taken back.
/// </summary>
internal sealed class WriteDiagnosis(DolibarrDatabase database, TokenTable tokens) : IDiagnosis
{
    private const int UsualToken = 20_000; // characters: Microsoft's tokens, serialized and encrypted, have up to about 10,000
    private const int ServiceWidth = 36;

    /// <inheritdoc />
    public async Task<IReadOnlyList<Finding>> FindAsync(Examination examination, CancellationToken cancellationToken)
    {
        var findings = new List<Finding>();
        var schema = await tokens.SchemaAsync(cancellationToken);
        AddNarrow("token", UsualToken, "text");
        AddNarrow("service", ServiceWidth, "varchar(36)");
        foreach (var company in examination.Snapshot.Companies)
        {
            var row = examination.Snapshot.Rows.FirstOrDefault(row =>
                row.Entity == company.Entity
                && !row.HasOwner
                && !string.IsNullOrEmpty(row.Value)
                && company.Find(row.Service ?? string.Empty) is not null
            );
            if (row is not null && await TryAsync(row, cancellationToken) is { } finding)
            {
                findings.Add(finding);
            }
        }

        return findings;

        void AddNarrow(string column, int wanted, string type)
        {
            if (!schema.Fits(column, new string('x', wanted)))
            {
                var table = $"{database.Prefix}oauth_token";
                findings.Add(
                    new(
                        "column_narrow",
                        Severity.Error,
                        $"{table}.{column}",
                        $"The column holds fewer than {wanted} characters: a longer value cannot be stored.",
                        database.Sql.ChangeType(table, column, type)
                    )
                );
            }
        }
    }

    private async Task<Finding?> TryAsync(TokenRow row, CancellationToken cancellationToken)
    {
        try
        {
            await tokens.CanReplaceAsync(row, cancellationToken);
            return null;
        }
        catch (StoreException exception)
            when (exception.Failure == StoreFailure.NotWritable
                && exception.Cause is not (StoreCause.ReadOnly or StoreCause.MissingPrivilege)
            )
        {
            return new Finding(
                "token_not_writable",
                Severity.Error,
                $"token row {row.RowId} ({row.Service}, entity {row.Entity})",
                $"{exception.Message}{await TriggersAsync(cancellationToken)}",
                "Drop or correct the trigger: until then no token is refreshed, so that no refresh token is lost."
            );
        }
    }

    // An account without the privilege TRIGGER sees none.
    private async Task<string> TriggersAsync(CancellationToken cancellationToken)
    {
        var sql = $"""
            SELECT DISTINCT trigger_name AS Name, action_statement AS Statement FROM information_schema.triggers
             WHERE event_object_schema = {database.Sql.CurrentSchema} AND event_object_table = @table ORDER BY trigger_name
            """;
        var triggers = await database.QueryAsync(
            sql,
            [("table", database.StoredTable("oauth_token"))],
            static row => $"{row.Text("Name")}: {row.Text("Statement")}",
            cancellationToken
        );
        return triggers.Count == 0 ? string.Empty : $" Triggers: {string.Join("; ", triggers)}";
    }
}
