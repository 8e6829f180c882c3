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
