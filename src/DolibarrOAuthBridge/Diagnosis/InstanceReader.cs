// SPDX-License-Identifier: GPL-3.0-or-later

using DolibarrOAuthBridge.Dolibarr.Database;
using DolibarrOAuthBridge.Dolibarr.Tokens;
using DolibarrOAuthBridge.Entries;
using DolibarrOAuthBridge.Grants;
using DolibarrOAuthBridge.Reports;

namespace DolibarrOAuthBridge.Diagnosis;

/// <summary>Reads an instance for the doctor.</summary>
internal sealed class InstanceReader(
    DolibarrDatabase database,
    TokenTable tokens,
    EntryDirectory entries,
    EntryReporter reporter,
    GrantTable grants
)
{
    /// <summary>Reads everything once.</summary>
    /// <exception cref="StoreException">The database failed.</exception>
    public async Task<InstanceSnapshot> ReadAsync(CancellationToken cancellationToken = default)
    {
        var constants = await ReadConstantsAsync(cancellationToken);
        var rows = await tokens.ListAsync(cancellationToken);
        var numbers = constants
            .Where(constant =>
                constant.Name.StartsWith("OAUTH_", StringComparison.Ordinal)
                || constant.Name.StartsWith("MAIN_MAIL_SMTPS_OAUTH", StringComparison.Ordinal)
            )
            .Select(constant => constant.Entity)
            .Concat(rows.Where(row => row.IsNamedLikeEntry).Select(row => row.Entity))
            .Append(1)
            .Where(entity => entity > 0)
            .Distinct()
            .Order();
        var companies = new List<CompanySnapshot>();
        foreach (var entity in numbers)
        {
            companies.Add(
                new CompanySnapshot(
                    entity,
                    await entries.ListAsync(entity, cancellationToken),
                    await reporter.ListAsync(entity, cancellationToken),
                    await grants.ListAsync(entity, cancellationToken)
                )
            );
        }

        return new InstanceSnapshot(constants, rows, companies, await ReadCollectorsAsync(cancellationToken));
    }

    private async Task<IReadOnlyList<ConstantRow>> ReadConstantsAsync(CancellationToken cancellationToken)
    {
        var sql = $"""
            SELECT name, value, entity FROM {await database.SourceAsync("const", cancellationToken)}
             WHERE name LIKE 'OAUTH%' OR name LIKE 'MAIN|_MAIL%' ESCAPE '|' OR name LIKE 'MAIN|_MODULE|_OAUTH%' ESCAPE '|'
                OR name LIKE 'MAIN|_VERSION%' ESCAPE '|' OR name = 'LOCAL_CONSTS_FILES' OR value LIKE 'dolcrypt:%'
            """;
        return await database.QueryAsync(
            sql,
            [],
            static row => new ConstantRow(row.Text("name"), row.Text("value"), row.Number("entity")),
            cancellationToken
        );
    }

    // The collectors' module may not be installed, an old release has no OAuth there, and the account may lack the privilege.
    private async Task<IReadOnlyList<CollectorRow>> ReadCollectorsAsync(CancellationToken cancellationToken)
    {
        var sql = $"""
            SELECT ref, entity, host, acces_type, oauth_service
              FROM {database.Table("emailcollector_emailcollector")} WHERE status > 0 ORDER BY rowid
            """;
        try
        {
            return await database.QueryAsync(
                sql,
                [],
                static row => new CollectorRow(
                    row.Text("ref"),
                    row.Number("entity"),
                    row.Text("host"),
                    row.Number("acces_type") == 1,
                    row.Text("oauth_service")
                ),
                cancellationToken
            );
        }
        catch (StoreException exception)
            when (exception.Cause is StoreCause.MissingTable or StoreCause.MissingColumn or StoreCause.MissingPrivilege)
        {
            return [];
        }
    }
}
