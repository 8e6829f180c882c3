// SPDX-License-Identifier: GPL-3.0-or-later

using DolibarrOAuthBridge.Dolibarr.Database;
using DolibarrOAuthBridge.Dolibarr.Tokens;

namespace DolibarrOAuthBridge.Diagnosis;

/// <summary>
/// Whether a token can be written as it is: columns wide enough, and no trigger or constraint that refuses or changes it. It is tried on a
/// row of each company, on a new row, and on the bridge's own tables, and taken back.
/// </summary>
internal sealed class WriteDiagnosis(DolibarrDatabase database, TokenTable tokens, DolibarrAccount dolibarr) : IDiagnosis
{
    private const string Probe = "doctor";
    private const int UsualToken = 20_000; // characters: Microsoft's tokens, serialized and encrypted, have up to about 10,000
    private const int ServiceWidth = 36;
    private const int ProbeLength = 300;

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

        if (await InsertAsync(examination.Snapshot, cancellationToken) is { } refused)
        {
            findings.Add(refused);
        }

        findings.AddRange(await OwnTablesAsync(cancellationToken));
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
        var subject = $"token row {row.RowId} ({row.Service}, entity {row.Entity})";
        try
        {
            await tokens.CanReplaceAsync(row, cancellationToken: cancellationToken);
            return null;
        }
        catch (StoreException exception) when (exception.Failure == StoreFailure.Busy)
        {
            return new Finding(
                "row_locked",
                Severity.Warning,
                subject,
                $"{exception.Message} While it is, the token is not refreshed.",
                $"See who holds it ({database.Sql.SeeLocks}), and let that transaction end."
            );
        }
        catch (StoreException exception) when (IsRefusal(exception))
        {
            return await RefusedAsync("token_not_writable", subject, "oauth_token", exception, "no token is refreshed", cancellationToken);
        }
    }

    // A consent adds a row where there is none.
    private async Task<Finding?> InsertAsync(InstanceSnapshot snapshot, CancellationToken cancellationToken)
    {
        var entries = snapshot.Companies.SelectMany(static company => company.Entries);
        if (entries.FirstOrDefault(static entry => entry.Name.Service.Length <= ServiceWidth) is not { } entry)
        {
            return null;
        }

        try
        {
            await tokens.RequireInsertableAsync(entry.Name, entry.Entity, new string('A', ProbeLength), cancellationToken);
            return null;
        }
        catch (StoreException exception) when (IsRefusal(exception))
        {
            return await RefusedAsync(
                "token_not_writable",
                $"{database.Prefix}oauth_token",
                "oauth_token",
                exception,
                "no consent for a new entry can be stored",
                cancellationToken
            );
        }
    }

    private async Task<IReadOnlyList<Finding>> OwnTablesAsync(CancellationToken cancellationToken)
    {
        (string Table, string Sql)[] writes =
        [
            ("oauthbridge_event", $"(at, service, kind) VALUES ({database.Sql.Now}, '{Probe}', '{Probe}')"),
            ("oauthbridge_grant", $"(service, entity) VALUES ('{Probe}', 1)"),
        ];
        var fixedTables = (await database.FindNonTransactionalAsync(writes.Select(write => write.Table), cancellationToken))
            .Select(other => other.Table)
            .ToHashSet(StringComparer.OrdinalIgnoreCase);
        var findings = new List<Finding>();
        foreach (var (table, values) in writes.Where(write => !fixedTables.Contains(database.StoredTable(write.Table))))
        {
            try
            {
                await database.TryOutAsync(
                    (connection, transaction) =>
                        connection.ExecuteAsync($"INSERT INTO {database.Table(table)} {values}", [], cancellationToken, transaction),
                    cancellationToken
                );
            }
            catch (StoreException exception) when (IsRefusal(exception))
            {
                var name = database.Prefix + table;
                findings.Add(
                    await RefusedAsync("own_table_not_writable", name, table, exception, "the bridge refreshes nothing", cancellationToken)
                );
            }
            catch (StoreException exception)
                when (exception.Cause is StoreCause.MissingTable or StoreCause.MissingColumn
                    || exception.Failure == StoreFailure.NotWritable
                )
            {
                // Told by the checks of tables, privileges and server.
            }
        }

        return findings;
    }

    // What other checks find is told by them.
    private static bool IsRefusal(StoreException exception) =>
        exception.Failure == StoreFailure.NotWritable && exception.Cause is not (StoreCause.ReadOnly or StoreCause.MissingPrivilege);

    private async Task<Finding> RefusedAsync(
        string code,
        string subject,
        string table,
        StoreException exception,
        string consequence,
        CancellationToken cancellationToken
    )
    {
        var triggers = await TriggersAsync(table, cancellationToken);
        return new Finding(
            code,
            Severity.Error,
            subject,
            triggers.Count == 0 ? exception.Message : $"{exception.Message} Triggers: {string.Join("; ", triggers)}",
            (
                triggers.Count > 0
                    ? $"Drop or correct the trigger ({database.Sql.SeeTriggers(database.Prefix + table)})"
                    : $"Look for a constraint, a column without default or a trigger that this account cannot see "
                        + $"({database.Sql.SeeTable(database.Prefix + table)}), and correct it"
            ) + $": until then {consequence}, so that nothing is lost."
        );
    }

    // An account without the privilege TRIGGER sees none, and Dolibarr's has it.
    private Task<IReadOnlyList<string>> TriggersAsync(string table, CancellationToken cancellationToken)
    {
        var sql = $"""
            SELECT DISTINCT trigger_name AS Name, action_statement AS Statement FROM information_schema.triggers
             WHERE event_object_schema = {database.Sql.CurrentSchema} AND event_object_table = @table ORDER BY trigger_name
            """;
        return dolibarr.ReadAsync(with =>
            with.QueryAsync(
                sql,
                [("table", database.StoredTable(table))],
                static row => $"{row.Text("Name")}: {row.Text("Statement")}",
                cancellationToken
            )
        );
    }
}
