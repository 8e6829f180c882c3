// SPDX-License-Identifier: GPL-3.0-or-later

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

        foreach (var warning in Mistaken(facts))
        {
            yield return warning;
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

    // What people enter in the place of something else: it is complete, and fails only when the provider is asked.
    private static IEnumerable<EntryWarning> Mistaken(EntryFacts facts)
    {
        var entry = facts.Entry;
        if (facts.Provider.SecretsHaveIds && Guid.TryParseExact(entry.ClientSecret.Trim(), "D", out _))
        {
            yield return new(
                "client_secret_is_id",
                "The client secret looks like the Secret ID, not the secret's Value: enter the Value in Dolibarr's OAuth setup; "
                    + "if it is not shown any more, make a new secret in the Entra admin center (Certificates & secrets)."
            );
        }

        if (entry.Tenant.AsSpan().ContainsAny(':', '/'))
        {
            yield return new(
                "tenant_is_url",
                $"{entry.Name.Constant("TENANT")} is a URL: enter the directory (tenant) ID or a domain of the organisation alone."
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
                "redirect_uri_localhost",
                $"The redirect URI is on {redirect.Authority}, and Dolibarr on {site.Authority}: correct "
                    + $"{entry.Name.Constant("URLCALLBACK")}, and register the same URI at the provider."
            );
        }

        if (facts.DiscoveryProblem is { } asked)
        {
            yield return new(
                "metadata_not_found",
                $"The server's metadata cannot be had ({asked}), so that the bridge guesses its endpoints: correct "
                    + $"{entry.Name.Constant("URL")} to the server's issuer, or name the endpoints in the bridge's configuration "
                    + $"(Entries:{entry.Name}:TokenEndpoint and others)."
            );
        }
    }
}
