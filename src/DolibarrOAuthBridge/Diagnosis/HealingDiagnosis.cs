// SPDX-License-Identifier: GPL-3.0-or-later

using DolibarrOAuthBridge.Dolibarr.Database;

namespace DolibarrOAuthBridge.Diagnosis;

/// <summary>Whether stock code still writes spent refresh tokens over new ones, which the bridge then puts right.</summary>
internal sealed class HealingDiagnosis(DolibarrDatabase database) : IDiagnosis
{
    /// <inheritdoc />
    public async Task<IReadOnlyList<Finding>> FindAsync(Examination examination, CancellationToken cancellationToken)
    {
        var sql = $"""
            SELECT service, entity, COUNT(*) AS Times FROM {database.Table("oauthbridge_event")}
             WHERE kind = 'healed' AND at > {database.Sql.NowPlusSeconds("-604800")} GROUP BY service, entity
            """;
        try
        {
            var healed = await database.QueryAsync(
                sql,
                [],
                static row => (Service: row.Text("service"), Entity: row.Number("entity"), Count: row.BigNumber("Times")),
                cancellationToken
            );
            return
            [
                .. healed.Select(row => new Finding(
                    "stock_code_interferes",
                    Severity.Info,
                    $"{row.Service} (entity {row.Entity})",
                    $"Within seven days Dolibarr's own code wrote a spent refresh token over the new one {row.Count} "
                        + $"{(row.Count == 1 ? "time" : "times")}; the bridge put it right.",
                    "Switch on \"refreshes go through the bridge\" in the module's setup, so that it does not come to that."
                )),
            ];
        }
        catch (StoreException exception) when (exception.Cause is StoreCause.MissingTable or StoreCause.MissingPrivilege)
        {
            return []; // told by the checks of tables and privileges
        }
    }
}
