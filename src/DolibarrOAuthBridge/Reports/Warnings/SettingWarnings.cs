// SPDX-License-Identifier: GPL-3.0-or-later

using System.Text;
using DolibarrOAuthBridge.Entries;
using DolibarrOAuthBridge.Providers;

namespace DolibarrOAuthBridge.Reports.Warnings;

/// <summary>Client, tenant, certificate and label.</summary>
internal static class SettingWarnings
{
    private const int LongestService = 36; // llx_oauth_token.service

    private static readonly TimeSpan CertificateNotice = TimeSpan.FromDays(30);

    public static IEnumerable<EntryWarning> Of(EntryFacts facts)
    {
        var entry = facts.Entry;
        if (entry.ClientSecretProblem is { } problem && EntrySettings.NeedsSecret(entry))
        {
            yield return new(
                EntryWarningCode.ClientSecretUnreadable,
                Severity.Error,
                "The client secret is stored, but cannot be read.",
                problem
            );
        }

        if (EntrySettings.HasUnusableTenant(entry))
        {
            yield return new(
                EntryWarningCode.TenantUnusable,
                Severity.Error,
                EntrySettings.UnusableTenant(entry),
                EntrySettings.UsableTenant
            );
        }

        foreach (var setting in EntrySettings.Missing(entry))
        {
            if ((setting != "client_secret" || entry.ClientSecretProblem is null) && (setting != "tenant" || entry.Tenant.Length == 0))
            {
                yield return new(
                    EntryWarningCode.Missing(setting),
                    Severity.Error,
                    $"The entry has no {setting.Replace('_', ' ')}.",
                    "Complete it in Dolibarr's OAuth setup."
                );
            }
        }

        foreach (var warning in Mistaken(facts))
        {
            yield return warning;
        }

        if (facts.Certificate?.Problem is { } unusable)
        {
            yield return new(
                EntryWarningCode.CertificateUnusable,
                Severity.Error,
                unusable,
                $"The setting Entries:{entry.Name}:Certificate must name a valid certificate with its key, readable for the sidecar's user."
            );
        }
        else if (facts.Certificate?.End is { } end && end - facts.Now < CertificateNotice)
        {
            yield return new(
                EntryWarningCode.CertificateEnding,
                Severity.Warning,
                $"The certificate {entry.ClientCertificate} ends on {end:yyyy-MM-dd}.",
                "Register a new one at the provider and put it in its place."
            );
        }

        if (facts.Certificate?.ExposedPath is { } exposed)
        {
            yield return new(
                EntryWarningCode.CertificateReadableByAll,
                Severity.Warning,
                $"Every user of this machine can read or change {exposed}, which holds the certificate's private key or its password.",
                SecretFile.Advice
            );
        }

        if (facts.ServiceAccountKey?.Problem is { } useless)
        {
            yield return new(
                EntryWarningCode.ServiceAccountKeyUnusable,
                Severity.Error,
                useless,
                $"Entries:{entry.Name}:ServiceAccountKey must name the JSON key of a service account, readable for the sidecar's user, and "
                    + $"Entries:{entry.Name}:Subject the mailbox that it acts for."
            );
        }

        if (facts.ServiceAccountKey?.ExposedPath is { } open)
        {
            yield return new(
                EntryWarningCode.ServiceAccountKeyReadableByAll,
                Severity.Warning,
                $"Every user of this machine can read or change {open}, which holds the service account's private key.",
                SecretFile.Advice
            );
        }

        if (entry.Name.Service.Length > LongestService)
        {
            yield return new(
                EntryWarningCode.LabelTooLong,
                Severity.Error,
                $"The service name {entry.Name.Service} has {entry.Name.Service.Length} characters and Dolibarr's table holds "
                    + $"{LongestService}.",
                "Give the entry a shorter label."
            );
        }
    }

    // What people enter in the place of something else: it is complete, and fails only when the provider is asked.
    private static IEnumerable<EntryWarning> Mistaken(EntryFacts facts)
    {
        var entry = facts.Entry;
        if (!Ascii.IsValid(entry.ClientSecret))
        {
            yield return new(
                EntryWarningCode.ClientSecretNotAscii,
                Severity.Warning,
                "The client secret has characters outside ASCII, which Dolibarr's own code cannot decrypt since release 23.",
                "Enter it again without a stray character at its beginning or end; if it really has one, make another secret at the "
                    + "provider. The bridge itself can use it."
            );
        }

        if (facts.Provider.SecretsHaveIds && Guid.TryParseExact(entry.ClientSecret.Trim(), "D", out _))
        {
            yield return new(
                EntryWarningCode.ClientSecretIsId,
                Severity.Error,
                "The client secret looks like the Secret ID, not the secret's Value.",
                "Enter the Value in Dolibarr's OAuth setup; if it is not shown any more, make a new secret in the Entra admin center "
                    + "(Certificates & secrets)."
            );
        }

        if (entry.Tenant.AsSpan().ContainsAny(':', '/'))
        {
            yield return new(
                EntryWarningCode.TenantIsUrl,
                Severity.Error,
                $"{entry.Name.Constant("TENANT")} is a URL.",
                "Enter the directory (tenant) ID or a domain of the organisation alone."
            );
        }

        if (
            Uri.TryCreate(facts.RedirectUri, UriKind.Absolute, out var redirect)
            && Uri.TryCreate(facts.SiteUrl, UriKind.Absolute, out var site)
            && EndpointUri.IsLoopback(redirect)
            && !EndpointUri.IsLoopback(site)
        )
        {
            yield return new(
                EntryWarningCode.RedirectUriLocalhost,
                Severity.Warning,
                $"The redirect URI is on {redirect.Authority}, and Dolibarr on {site.Authority}.",
                $"Correct {entry.Name.Constant("URLCALLBACK")}, and register the same URI at the provider."
            );
        }

        if (facts.DiscoveryProblem is var (asked, isIssuerNamed))
        {
            yield return new(
                EntryWarningCode.MetadataNotFound,
                Severity.Warning,
                $"The server's metadata cannot be had ({asked}), so that the bridge guesses its endpoints.",
                $"Correct {(isIssuerNamed ? $"Entries:{entry.Name}:Issuer (or that of the provider)" : entry.Name.Constant("URL"))} "
                    + "to the server's issuer, or name the endpoints in the bridge's configuration "
                    + $"(Entries:{entry.Name}:TokenEndpoint and others)."
            );
        }
    }
}
