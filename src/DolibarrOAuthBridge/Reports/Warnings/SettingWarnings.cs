// SPDX-License-Identifier: GPL-3.0-or-later

using DolibarrOAuthBridge.Entries;

namespace DolibarrOAuthBridge.Reports.Warnings;

/// <summary>Client, tenant, certificate and label.</summary>
internal static class SettingWarnings
{
    private const int LongestService = 36; // llx_oauth_token.service

    private static readonly TimeSpan CertificateNotice = TimeSpan.FromDays(30);

    public static IEnumerable<EntryWarning> Of(EntryFacts facts)
    {
        var entry = facts.Entry;
        if (entry.ClientSecretProblem is { } problem && entry.ClientCertificate is null)
        {
            yield return new("client_secret_unreadable", problem);
        }

        if (EntrySettings.HasUnusableTenant(entry))
        {
            yield return new("tenant_unusable", EntrySettings.UnusableTenant(entry));
        }

        foreach (var setting in EntrySettings.Missing(entry))
        {
            if ((setting != "client_secret" || entry.ClientSecretProblem is null) && (setting != "tenant" || entry.Tenant.Length == 0))
            {
                yield return new(
                    $"{setting}_missing",
                    $"The entry has no {setting.Replace('_', ' ')}: complete it in Dolibarr's OAuth setup."
                );
            }
        }

        if (facts.Certificate?.Problem is { } unusable)
        {
            yield return new("certificate_unusable", unusable);
        }
        else if (facts.Certificate?.End is { } end && end - facts.Now < CertificateNotice)
        {
            yield return new(
                "certificate_ending",
                $"The certificate {entry.ClientCertificate} ends on {end:yyyy-MM-dd}: register a new one at the provider and put it in its place."
            );
        }

        if (facts.Certificate?.ExposedPath is { } exposed)
        {
            yield return new(
                "certificate_readable_by_all",
                $"Every user of this machine can read {exposed}, which holds the certificate's private key or its password: make it readable for the sidecar's user alone (chmod 600)."
            );
        }

        if (entry.Name.Service.Length > LongestService)
        {
            yield return new(
                "label_too_long",
                $"The service name {entry.Name.Service} has {entry.Name.Service.Length} characters and Dolibarr's table holds {LongestService}: give the entry a shorter label."
            );
        }
    }
}
