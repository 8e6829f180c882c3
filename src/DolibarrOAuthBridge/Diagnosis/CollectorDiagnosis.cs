// SPDX-License-Identifier: GPL-3.0-or-later

namespace DolibarrOAuthBridge.Diagnosis;

/// <summary>Dolibarr's email collectors: whether the entry they name is there, and whether Microsoft lets them in.</summary>
internal sealed class CollectorDiagnosis : SnapshotDiagnosis
{
    /// <inheritdoc />
    protected override IEnumerable<Finding> Find(Examination examination, InstanceSnapshot snapshot)
    {
        foreach (var collector in snapshot.Collectors)
        {
            var subject = $"email collector {collector.Ref} (entity {collector.Entity})";
            var company = snapshot.Companies.FirstOrDefault(known => known.Entity == collector.Entity)
                ?? new CompanySnapshot(collector.Entity, [], [], new Dictionary<string, Grants.GrantRecord>());
            if (
                collector.UsesOAuth
                && SmtpDiagnosis.Use(company, collector.Entry, subject, "collector", "the collector's card") is { } finding
            )
            {
                yield return finding;
            }
            else if (!collector.UsesOAuth && collector.Host.Contains("outlook.office", StringComparison.OrdinalIgnoreCase))
            {
                yield return new(
                    "collector_basic_auth",
                    Severity.Error,
                    subject,
                    $"It logs in to {collector.Host} with a password, which Microsoft 365 no longer takes for IMAP.",
                    "Make a Microsoft entry with IMAP.AccessAsUser.All and let the collector log in with it."
                );
            }
        }
    }
}
