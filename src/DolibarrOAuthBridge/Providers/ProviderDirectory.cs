// SPDX-License-Identifier: GPL-3.0-or-later

using DolibarrOAuthBridge.Dolibarr.Entries;

namespace DolibarrOAuthBridge.Providers;

/// <summary>
/// Where an entry's provider is reached: what the configuration overrides, else what the server's metadata says, else the
/// catalogue.
/// </summary>
internal sealed class ProviderDirectory(IConfiguration configuration, ServerMetadataCache metadata)
{
    /// <summary>The URL of an endpoint for an entry; null where the provider has none.</summary>
    /// <exception cref="ProviderConfigurationException">The URL or a setting within it cannot be used.</exception>
    public async Task<Uri?> FindAsync(OAuthEntry entry, ProviderEndpoint endpoint, CancellationToken cancellationToken = default)
    {
        var provider = ProviderCatalogue.Of(entry.Name);
        var usesDiscovery = Configured(entry, provider, endpoint) is null && provider.DiscoversEndpoints && entry.Url.Length > 0;
        var published = usesDiscovery
            ? await metadata.GetAsync(EndpointUri.Parse(entry.Url, entry.Name.Constant("URL")), cancellationToken)
            : null;
        return Find(entry, endpoint, published);
    }

    /// <summary>The URL of an endpoint for an entry whose server's metadata is at hand; null where the provider has none.</summary>
    /// <param name="entry">The entry.</param>
    /// <param name="endpoint">The endpoint.</param>
    /// <param name="published">The server's metadata; null if it has none.</param>
    /// <exception cref="ProviderConfigurationException">The URL or a setting within it cannot be used.</exception>
    public Uri? Find(OAuthEntry entry, ProviderEndpoint endpoint, ServerMetadata? published)
    {
        var provider = ProviderCatalogue.Of(entry.Name);
        return Configured(entry, provider, endpoint)
            ?? ServerMetadataCache.Find(published, endpoint)
            ?? (
                provider.Endpoints.TryGetValue(endpoint, out var template)
                    ? EndpointUri.Parse(Fill(template, entry), $"{provider.Name}'s {endpoint}")
                    : null
            );
    }

    /// <summary>Who must answer an authorization request of an entry (RFC 9207), by the same sources as its endpoints.</summary>
    /// <exception cref="ProviderConfigurationException">The configured issuer or a setting within it cannot be used.</exception>
    public async Task<ExpectedIssuer> FindIssuerAsync(OAuthEntry entry, CancellationToken cancellationToken = default)
    {
        var provider = ProviderCatalogue.Of(entry.Name);
        if (Override(provider, ProviderEndpoint.Issuer) is { } issuer)
        {
            var published = await metadata.GetAsync(issuer, cancellationToken);
            return new ExpectedIssuer(
                published?.Issuer ?? OverrideText(provider, ProviderEndpoint.Issuer),
                published?.SendsIssuer ?? false
            );
        }

        // Another authorization endpoint may be another server, or a proxy before the same one.
        if (Override(provider, ProviderEndpoint.AuthorizationEndpoint) is not null || entry.UrlAuthorize.Length > 0)
        {
            return ExpectedIssuer.Unknown;
        }

        if (provider.DiscoversEndpoints && entry.Url.Length > 0)
        {
            var published = await metadata.GetAsync(EndpointUri.Parse(entry.Url, entry.Name.Constant("URL")), cancellationToken);
            return published is null ? ExpectedIssuer.Unknown : new ExpectedIssuer(published.Issuer, published.SendsIssuer);
        }

        // Microsoft's issuer has the directory's id in it, which a domain or "common" does not tell.
        return
            provider.Endpoints.TryGetValue(ProviderEndpoint.Issuer, out var template)
            && (!template.Contains("{tenant}", StringComparison.Ordinal) || Guid.TryParseExact(entry.Tenant, "D", out _))
            ? new ExpectedIssuer(Fill(template, entry), IsRequired: false)
            : ExpectedIssuer.Unknown;
    }

    /// <summary>What the configuration says of an endpoint, checked; null if nothing.</summary>
    /// <exception cref="ProviderConfigurationException">The override cannot be used.</exception>
    public Uri? Override(Provider provider, ProviderEndpoint endpoint)
    {
        return OverrideText(provider, endpoint) is { } value ? EndpointUri.Parse(value, $"Providers:{provider.Name}:{endpoint}") : null;
    }

    /// <summary>What the configuration says of an endpoint, as it is written: an issuer is compared character by character.</summary>
    public string? OverrideText(Provider provider, ProviderEndpoint endpoint)
    {
        return Configured(provider.Name, endpoint) ?? (provider.Family is { } family ? Configured(family, endpoint) : null);
    }

    private string? Configured(string provider, ProviderEndpoint endpoint) =>
        configuration[$"Providers:{provider}:{endpoint}"] is { Length: > 0 } value ? value : null;

    private Uri? Configured(OAuthEntry entry, Provider provider, ProviderEndpoint endpoint) =>
        Override(provider, endpoint)
        ?? (
            endpoint == ProviderEndpoint.AuthorizationEndpoint && entry.UrlAuthorize.Length > 0
                ? EndpointUri.Parse(entry.UrlAuthorize, entry.Name.Constant("URLAUTHORIZE"))
                : null
        );

    /// <summary>
    /// Whether the sidecar's own configuration or the catalogue names an endpoint, so that nobody chose it who can only write to
    /// Dolibarr's database.
    /// </summary>
    public bool IsTrusted(OAuthEntry entry, ProviderEndpoint endpoint)
    {
        var provider = ProviderCatalogue.Of(entry.Name);
        return Override(provider, endpoint) is not null
            || (
                !provider.DiscoversEndpoints
                && provider.Endpoints.TryGetValue(endpoint, out var template)
                && !template.Contains("{url}", StringComparison.Ordinal)
            );
    }

    /// <summary>An endpoint of the catalogue with the entry's tenant, URL and client id in it.</summary>
    /// <exception cref="ProviderConfigurationException">The tenant is none.</exception>
    public static string Fill(string template, OAuthEntry entry)
    {
        if (template.Contains("{tenant}", StringComparison.Ordinal) && !IsTenant(entry.Tenant))
        {
            throw new ProviderConfigurationException(
                $"{entry.Name.Constant("TENANT")} is not a directory id, a domain, common, organizations or consumers."
            );
        }

        return template
            .Replace("{tenant}", entry.Tenant, StringComparison.Ordinal)
            .Replace("{url}", entry.Url, StringComparison.Ordinal)
            .Replace("{client_id}", Uri.EscapeDataString(entry.ClientId), StringComparison.Ordinal);
    }

    private static bool IsTenant(string tenant) =>
        tenant.Length is > 0 and <= 255 && tenant.All(character => char.IsAsciiLetterOrDigit(character) || character is '-' or '.');
}
