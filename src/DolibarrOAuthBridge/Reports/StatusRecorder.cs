// SPDX-License-Identifier: GPL-3.0-or-later

using DolibarrOAuthBridge.Dolibarr.Database;
using DolibarrOAuthBridge.Dolibarr.Entries;
using DolibarrOAuthBridge.Grants;

namespace DolibarrOAuthBridge.Reports;

/// <summary>Writes the state of every entry of every company where people see it with plain SQL.</summary>
internal sealed class StatusRecorder(EntryTable entries, EntryReporter reporter, GrantTable grants, StatusTable table, TimeProvider time)
{
    // A sidecar looks more often than that.
    private static readonly TimeSpan StillFresh = TimeSpan.FromMinutes(1);

    private DateTimeOffset _latestAt;

    /// <summary>What the last look found; empty before the first one.</summary>
    public IReadOnlyList<EntryReport> Latest { get; private set; } = [];

    /// <summary>
    /// What the last look found if there are thousands of entries and it is less than a minute old, for those who can do without a look
    /// of their own then; else null.
    /// </summary>
    public IReadOnlyList<EntryReport>? FindLargeLook() =>
        Latest.Count >= LargePass.Least && (time.GetUtcNow() - _latestAt).Duration() < StillFresh ? Latest : null;

    /// <summary>Says that what the last look found still holds.</summary>
    public void Confirm() => _latestAt = time.GetUtcNow();

    /// <summary>Looks at everything once and writes what changed.</summary>
    /// <param name="by">The sidecar that looks; null for a command.</param>
    /// <param name="cancellationToken">Cancels the look.</param>
    /// <exception cref="StoreException">The database failed.</exception>
    public async Task RecordAsync(string? by, CancellationToken cancellationToken = default)
    {
        var companies = await entries.ListEntitiesAsync(cancellationToken);
        var all = new List<EntryReport>();
        foreach (var entity in companies.Union(await table.ListEntitiesAsync(cancellationToken)))
        {
            var at = time.GetUtcNow().UtcDateTime;
            var records = await grants.ListAsync(entity, cancellationToken);
            var reports = companies.Contains(entity) ? await reporter.ListAsync(entity, cancellationToken) : [];
            all.AddRange(reports);
            var rows = reports.Select(report => StatusRow.Of(report, records.GetValueOrDefault(report.Service) ?? new GrantRecord()));
            await table.ReplaceAsync(entity, [.. rows], at, by, cancellationToken);
        }

        Latest = all;
        Confirm();
    }
}
