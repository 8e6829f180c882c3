// SPDX-License-Identifier: GPL-3.0-or-later

using DolibarrOAuthBridge.Reports;

namespace DolibarrOAuthBridge.Instances;

/// <summary>What the last look at an instance found: numbers, no names of entries.</summary>
/// <param name="IsDatabaseUp">Whether its database answered; null before the first look.</param>
/// <param name="Statuses">How many entries have each status of <see cref="TokenStatus"/>.</param>
/// <param name="NeedPerson">How many entries need a person.</param>
/// <param name="LookedAt">When that was; null before the first look.</param>
/// <param name="Problem">What keeps the instance from being served; null if nothing.</param>
internal sealed record InstanceState(
    bool? IsDatabaseUp,
    IReadOnlyDictionary<string, int> Statuses,
    int NeedPerson,
    DateTimeOffset? LookedAt,
    string? Problem
)
{
    private static readonly Dictionary<string, int> None = [];

    /// <summary>Before the first look.</summary>
    public static InstanceState Unknown { get; } = new(null, None, 0, null, null);

    /// <summary>The entries.</summary>
    public int Entries => Statuses.Values.Sum();

    /// <summary>After a look at all entries.</summary>
    public static InstanceState Of(IReadOnlyList<EntryReport> reports, DateTimeOffset at) =>
        new(
            true,
            reports.CountBy(report => report.Token.Status).ToDictionary(pair => pair.Key, pair => pair.Value),
            reports.Count(report => report.NeedsPerson),
            at,
            null
        );
}
