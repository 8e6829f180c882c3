// SPDX-License-Identifier: GPL-3.0-or-later

using DolibarrOAuthBridge.Dolibarr.Entries;
using DolibarrOAuthBridge.Grants;
using DolibarrOAuthBridge.Reports;

namespace DolibarrOAuthBridge.Diagnosis;

/// <summary>What one company has.</summary>
/// <param name="Entity">The company.</param>
/// <param name="Entries">Its OAuth entries.</param>
/// <param name="Reports">A report on each.</param>
/// <param name="Memory">What the bridge remembers, by service.</param>
internal sealed record CompanySnapshot(
    int Entity,
    IReadOnlyList<OAuthEntry> Entries,
    IReadOnlyList<EntryReport> Reports,
    IReadOnlyDictionary<string, GrantRecord> Memory
)
{
    /// <summary>The column has had 36 characters since Dolibarr 9, and fewer before.</summary>
    public const int ShortestCut = 30;

    private readonly Dictionary<EntryName, OAuthEntry> _entries = Entries
        .DistinctBy(static entry => entry.Name) // entity 0 may spell one in another case
        .ToDictionary(static entry => entry.Name);
    private readonly Dictionary<string, EntryReport> _reports = Reports.ToDictionary(static report => report.Entry, StringComparer.Ordinal);

    /// <summary>The entries whose names may be longer than the column <c>service</c> holds: few, if any.</summary>
    public IReadOnlyList<EntryName> LongNames { get; } =
    [.. Entries.Select(static entry => entry.Name).Where(static name => name.Service.Length > ShortestCut)];

    /// <summary>The entry that a setting or a row names as Dolibarr does; null if there is none.</summary>
    public OAuthEntry? Find(string name) => EntryName.TryParse(name, out var wanted) ? _entries.GetValueOrDefault(wanted) : null;

    /// <summary>The report on an entry.</summary>
    public EntryReport ReportOn(OAuthEntry entry)
    {
        return _reports[entry.Name.ToString()];
    }

    /// <summary>How a finding names an entry.</summary>
    public string Subject(object entry) => $"{entry} (entity {Entity})";
}
