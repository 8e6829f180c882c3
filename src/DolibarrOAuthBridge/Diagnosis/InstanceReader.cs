// SPDX-License-Identifier: GPL-3.0-or-later

using Dapper;
using DolibarrOAuthBridge.Dolibarr.Database;
using DolibarrOAuthBridge.Dolibarr.Entries;
using DolibarrOAuthBridge.Dolibarr.Tokens;
using DolibarrOAuthBridge.Entries;
using DolibarrOAuthBridge.Grants;
using DolibarrOAuthBridge.Reports;
using MySqlConnector;

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
    /// <exception cref="BridgeException">The database failed.</exception>
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
            .Concat(rows.Where(row => EntryName.TryParse(row.Service, out _)).Select(row => row.Entity))
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
            SELECT name AS Name, value AS `Stored`, entity AS Entity FROM {database.Table("const")}
             WHERE name LIKE 'OAUTH%' OR name LIKE 'MAIN|_MAIL%' ESCAPE '|' OR name LIKE 'MAIN|_MODULE|_OAUTH%' ESCAPE '|'
                OR name LIKE 'MAIN|_VERSION%' ESCAPE '|' OR name = 'LOCAL_CONSTS_FILES' OR value LIKE 'dolcrypt:%'
            """;
        var rows = await database.RunAsync(
            connection => connection.QueryAsync<ConstantRow>(new CommandDefinition(sql, cancellationToken: cancellationToken)),
            cancellationToken
        );
        return [.. rows];
    }

    // The collectors' module may not be installed, an old release has no OAuth there, and the account may lack the privilege.
    private async Task<IReadOnlyList<CollectorRow>> ReadCollectorsAsync(CancellationToken cancellationToken)
    {
        var sql = $"""
            SELECT ref AS Ref, entity AS Entity, COALESCE(host, '') AS Host, acces_type AS AccessType, COALESCE(oauth_service, '') AS Entry
              FROM {database.Table("emailcollector_emailcollector")} WHERE status > 0 ORDER BY rowid
            """;
        try
        {
            var rows = await database.RunAsync(
                connection =>
                    connection.QueryAsync<(string Ref, int Entity, string Host, int? AccessType, string Entry)>(
                        new CommandDefinition(sql, cancellationToken: cancellationToken)
                    ),
                cancellationToken
            );
            return [.. rows.Select(row => new CollectorRow(row.Ref, row.Entity, row.Host, row.AccessType == 1, row.Entry))];
        }
        catch (StoreException exception) when (exception.InnerException is MySqlException { Number: 1146 or 1054 or 1142 or 1143 })
        {
            return [];
        }
    }
}
