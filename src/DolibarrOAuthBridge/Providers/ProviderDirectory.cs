using DolibarrOAuthBridge.Dolibarr.Entries;

namespace DolibarrOAuthBridge.Providers;

/// <summary>Where an entry's provider is reached: what the configuration overrides, else what the server's metadata says, else the catalogue.</summary>
public sealed class ProviderDirectory(IConfiguration configuration, ServerMetadataCache metadata)
{
    /// <summary>The URL of an endpoint for an entry; null where the provider has none.</summary>
    /// <exception cref="ProviderConfigurationException">The URL or a setting within it cannot be used.</exception>
    public async Task<Uri?> FindAsync(OAuthEntry entry, ProviderEndpoint endpoint, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(entry);
        var provider = ProviderCatalogue.Of(entry.Name);
        if (Override(provider, endpoint) is { } overridden)
        {
            return overridden;
        }

        if (endpoint == ProviderEndpoint.AuthorizationEndpoint && entry.UrlAuthorize.Length > 0)
        {
            return EndpointUri.Parse(entry.UrlAuthorize, entry.Name.Constant("URLAUTHORIZE"));
        }

        if (provider.DiscoversEndpoints && entry.Url.Length > 0
            && await metadata.FindAsync(EndpointUri.Parse(entry.Url, entry.Name.Constant("URL")), endpoint, cancellationToken).ConfigureAwait(false) is { } discovered)
        {
            return discovered;
        }

        return provider.Endpoints.TryGetValue(endpoint, out var template)
            ? EndpointUri.Parse(Fill(template, entry), $"{provider.Name}'s {endpoint}")
            : null;
    }

    /// <summary>Who must answer an authorization request of an entry (RFC 9207), by the same sources as its endpoints.</summary>
    /// <exception cref="ProviderConfigurationException">The configured issuer or a setting within it cannot be used.</exception>
    public async Task<ExpectedIssuer> FindIssuerAsync(OAuthEntry entry, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(entry);
        var provider = ProviderCatalogue.Of(entry.Name);
        if (Override(provider, ProviderEndpoint.Issuer) is { } issuer)
        {
            var published = await metadata.GetAsync(issuer, cancellationToken).ConfigureAwait(false);
            return new ExpectedIssuer(published?.Issuer ?? configuration[$"Providers:{provider.Name}:{ProviderEndpoint.Issuer}"], published?.SendsIssuer ?? false);
        }

        // Another authorization endpoint may be another server, or a proxy before the same one.
        if (Override(provider, ProviderEndpoint.AuthorizationEndpoint) is not null || entry.UrlAuthorize.Length > 0)
        {
            return ExpectedIssuer.Unknown;
        }

        if (provider.DiscoversEndpoints && entry.Url.Length > 0)
        {
            var published = await metadata.GetAsync(EndpointUri.Parse(entry.Url, entry.Name.Constant("URL")), cancellationToken).ConfigureAwait(false);
            return published is null ? ExpectedIssuer.Unknown : new ExpectedIssuer(published.Issuer, published.SendsIssuer);
        }

        // Microsoft's issuer has the directory's id in it, which a domain or "common" does not tell.
        return provider.Endpoints.TryGetValue(ProviderEndpoint.Issuer, out var template)
            && (!template.Contains("{tenant}", StringComparison.Ordinal) || Guid.TryParseExact(entry.Tenant, "D", out _))
            ? new ExpectedIssuer(Fill(template, entry), IsRequired: false)
            : ExpectedIssuer.Unknown;
    }

    /// <summary>What the configuration says of an endpoint, checked; null if nothing.</summary>
    /// <exception cref="ProviderConfigurationException">The override cannot be used.</exception>
    public Uri? Override(Provider provider, ProviderEndpoint endpoint)
    {
        ArgumentNullException.ThrowIfNull(provider);
        var setting = $"Providers:{provider.Name}:{endpoint}";
        return configuration[setting] is { Length: > 0 } value ? EndpointUri.Parse(value, setting) : null;
    }

    /// <summary>An endpoint of the catalogue with the entry's tenant and URL in it.</summary>
    /// <exception cref="ProviderConfigurationException">The tenant is none.</exception>
    public static string Fill(string template, OAuthEntry entry)
    {
        ArgumentNullException.ThrowIfNull(template);
        ArgumentNullException.ThrowIfNull(entry);
        if (template.Contains("{tenant}", StringComparison.Ordinal) && !IsTenant(entry.Tenant))
        {
            throw new ProviderConfigurationException(
                $"{entry.Name.Constant("TENANT")} is not a directory id, a domain, common, organizations or consumers.");
        }

        return template
            .Replace("{tenant}", entry.Tenant, StringComparison.Ordinal)
            .Replace("{url}", entry.Url, StringComparison.Ordinal);
    }

    private static bool IsTenant(string tenant) =>
        tenant.Length is > 0 and <= 255 && tenant.All(character => char.IsAsciiLetterOrDigit(character) || character is '-' or '.');
}
