// SPDX-License-Identifier: GPL-3.0-or-later

using System.Text.RegularExpressions;
using DolibarrOAuthBridge.Dolibarr.Entries;
using DolibarrOAuthBridge.Providers;

namespace DolibarrOAuthBridge.Diagnosis;

/// <summary>
/// What Dolibarr's page leaves behind when an entry is renamed: it saves the tenant under the old name, so that the new
/// one has none, and forgets other settings.
/// </summary>
internal sealed partial class RenameDiagnosis : SnapshotDiagnosis
{
    /// <inheritdoc />
    protected override IEnumerable<Finding> Find(Examination examination, InstanceSnapshot snapshot)
    {
        var orphans = snapshot
            .Constants.Where(constant => constant.Stored.Length > 0)
            .Select(constant => (Constant: constant, Name: NameOf(constant.Name)))
            .Where(orphan =>
                orphan.Name is not null
                && !snapshot.Companies.Any(company =>
                    (orphan.Constant.Entity == 0 || orphan.Constant.Entity == company.Entity)
                    && company.Find(orphan.Name.ToString()) is not null
                )
            )
            .ToList();
        foreach (var company in snapshot.Companies)
        {
            foreach (
                var entry in company.Entries.Where(entry =>
                    entry.Tenant.Length == 0 && ProviderCatalogue.Of(entry).RequiredSettings.Contains("tenant")
                )
            )
            {
                var lost = orphans.FirstOrDefault(orphan =>
                    orphan.Name!.Provider == entry.Name.Provider
                    && orphan.Constant.Entity == company.Entity
                    && orphan.Constant.Name.EndsWith("_TENANT", StringComparison.Ordinal)
                );
                if (lost.Constant is { } constant)
                {
                    orphans.Remove(lost);
                    yield return new(
                        "tenant_lost",
                        Severity.Error,
                        company.Subject(entry.Name),
                        $"The entry has no tenant, and {constant.Name} is left of one that is gone: Dolibarr saves the tenant under the "
                            + "old name when an entry is renamed.",
                        $"Enter the tenant in Dolibarr's OAuth setup. It is: {constant.Stored}"
                    );
                }
            }
        }

        foreach (var left in orphans.GroupBy(orphan => (orphan.Name, orphan.Constant.Entity)))
        {
            yield return new(
                "settings_orphaned",
                Severity.Info,
                $"{left.Key.Name} (entity {left.Key.Entity})",
                $"There is no such entry any more, but {string.Join(", ", left.Select(orphan => orphan.Constant.Name))} "
                    + (left.Count() == 1 ? "is left." : "are left."),
                "Delete what a renamed or deleted entry left, once nothing of it is wanted."
            );
        }
    }

    private static EntryName? NameOf(string constant) =>
        Setting().Match(constant) is { Success: true } match && EntryName.TryParse(match.Groups[1].Value, out var name) ? name : null;

    [GeneratedRegex("^OAUTH_(.+?)_(SECRET|SECRET_KEY|SCOPE|TENANT|URL|URLAUTHORIZE|URLCALLBACK)$")]
    private static partial Regex Setting();
}
