// SPDX-License-Identifier: GPL-3.0-or-later

using DolibarrOAuthBridge.Dolibarr.Database;
using DolibarrOAuthBridge.Grants;

namespace DolibarrOAuthBridge.Diagnosis;

/// <summary>
/// The bridge's own rows: an audit trail that grows for ever, what is left of entries that are gone, and times that lie too far in the
/// future to be believed.
/// </summary>
internal sealed class UpkeepDiagnosis(DolibarrDatabase database, BridgeOptions options) : IDiagnosis
{
    private const int ManyEvents = 100_000;
    private const int MostOrphans = 10;

    /// <inheritdoc />
    public async Task<IReadOnlyList<Finding>> FindAsync(Examination examination, CancellationToken cancellationToken)
    {
        try
        {
            return [.. await EventsAsync(cancellationToken), .. await GrantsAsync(examination.Snapshot, cancellationToken)];
        }
        catch (StoreException exception)
            when (exception.Cause is StoreCause.MissingTable or StoreCause.MissingPrivilege or StoreCause.MissingColumn)
        {
            return []; // told by the checks of tables and privileges
        }
    }

    private async Task<IEnumerable<Finding>> EventsAsync(CancellationToken cancellationToken)
    {
        var counts = await database.QueryAsync(
            $"SELECT COUNT(*) AS Amount FROM {database.Table("oauthbridge_event")}",
            [],
            static row => row.BigNumber("Amount"),
            cancellationToken
        );
        return counts
            .Where(static count => count > ManyEvents)
            .Select(count => new Finding(
                "events_many",
                Severity.Info,
                $"{database.Prefix}oauthbridge_event",
                $"The audit trail has {count} rows. A running sidecar deletes those older than Bridge:KeepEvents "
                    + $"({options.KeepEvents.TotalDays:0} days), and keeps {EventTable.MaxPerGrant} of one grant at most.",
                "Delete what nobody needs any more, such as: dolibarr-oauth-bridge prune --older-than 90d"
            ));
    }

    private async Task<IEnumerable<Finding>> GrantsAsync(InstanceSnapshot snapshot, CancellationToken cancellationToken)
    {
        var sql = $"""
            SELECT service, entity,
                   CASE WHEN lease_until > {database.Sql.NowPlusSeconds("600")} THEN 1 ELSE 0 END AS FarLease,
                   CASE WHEN next_try_at > {database.Sql.NowPlusSeconds("691200")} THEN 1 ELSE 0 END AS FarWait,
                   CASE WHEN refreshed_at > {database.Sql.NowPlusSeconds("600")} THEN 1 ELSE 0 END AS FarRefresh
              FROM {database.Table("oauthbridge_grant")} ORDER BY entity, service
            """;
        var grants = await database.QueryAsync(
            sql,
            [],
            static row =>
                (
                    Service: row.Text("service"),
                    Entity: row.Number("entity"),
                    FarLease: row.Boolean("FarLease"),
                    FarWait: row.Boolean("FarWait"),
                    FarRefresh: row.Boolean("FarRefresh")
                ),
            cancellationToken
        );
        var known = snapshot
            .Companies.SelectMany(static company =>
                company.Entries.Select(entry => (entry.Name.Service.ToUpperInvariant(), company.Entity))
            )
            .ToHashSet();
        var findings = new List<Finding>();
        foreach (var grant in grants)
        {
            var subject = $"{grant.Service} (entity {grant.Entity})";
            if (grant.FarLease || grant.FarWait || grant.FarRefresh)
            {
                var columns = string.Join(
                    " and ",
                    new[]
                    {
                        grant.FarLease ? "lease_until" : null,
                        grant.FarWait ? "next_try_at" : null,
                        grant.FarRefresh ? "refreshed_at" : null,
                    }.Where(static column => column is not null)
                );
                findings.Add(
                    new(
                        "time_in_future",
                        Severity.Warning,
                        subject,
                        $"In {database.Prefix}oauthbridge_grant, {columns} lies further in the future than the bridge ever writes: a clock "
                            + "was wrong, or somebody wrote the row.",
                        "Let the clocks keep time by NTP. The bridge does not wait for such a time; the next refresh replaces it."
                    )
                );
            }
        }

        var orphans = grants.Where(grant => !known.Contains((grant.Service.ToUpperInvariant(), grant.Entity)));
        findings.AddRange(Orphans([.. orphans.Select(static grant => $"{grant.Service} (entity {grant.Entity})")]));
        return findings;
    }

    // Thousands may be left: then one finding tells of all.
    private IEnumerable<Finding> Orphans(IReadOnlyList<string> grants)
    {
        const string Advice = "See what else is left: dolibarr-oauth-bridge cleanup --dry-run";
        var table = $"{database.Prefix}oauthbridge_grant";
        return grants.Count > MostOrphans
            ?
            [
                new(
                    "grant_orphaned",
                    Severity.Info,
                    table,
                    $"It remembers {grants.Count} grants of entries that are not there any more: {string.Join(", ", grants.Take(3))} and "
                        + "others.",
                    Advice
                ),
            ]
            : grants.Select(grant => new Finding(
                "grant_orphaned",
                Severity.Info,
                grant,
                $"{table} remembers a grant, and there is no such entry any more.",
                Advice
            ));
    }
}
