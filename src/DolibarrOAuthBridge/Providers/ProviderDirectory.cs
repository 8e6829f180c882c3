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
    /// <exception cref="BridgeException">The server that knows its endpoints does not answer. A secret is not sent to a guess.</exception>
    public async Task<Uri?> FindAsync(OAuthEntry entry, ProviderEndpoint endpoint, CancellationToken cancellationToken = default)
    {
        var provider = ProviderCatalogue.Of(entry);
        var usesDiscovery = Configured(entry, endpoint) is null && provider.DiscoversEndpoints;
        var published = usesDiscovery ? await FindMetadataAsync(entry, cancellationToken) : null;
        return
            usesDiscovery
            && published is null
            && provider.Preset is null
            && Server(entry) is { } server
            && metadata.IsUnreachable(server)
            ? throw new BridgeException(
                ProblemCode.ProviderUnavailable,
                $"{server.Host} does not answer, so its {endpoint} is not known now. If this does not pass, check the entry's URL, or "
                    + $"name the endpoint in the bridge's configuration: Entries:{entry.Name}:{endpoint}. "
                    + $"Asked: {metadata.Problem(server)}.",
                TimeSpan.FromSeconds(10)
            )
            : Find(entry, endpoint, published);
    }

    /// <summary>The metadata of the server that an entry's endpoints are discovered from; null where there is none.</summary>
    /// <exception cref="ProviderConfigurationException">The URL or a setting within it cannot be used.</exception>
    public async Task<ServerMetadata?> FindMetadataAsync(OAuthEntry entry, CancellationToken cancellationToken = default)
    {
        var server = Server(entry);
        return server is null ? null : await metadata.GetAsync(server, cancellationToken);
    }

    /// <summary>The URL of an endpoint for an entry whose server's metadata is at hand; null where the provider has none.</summary>
    /// <param name="entry">The entry.</param>
    /// <param name="endpoint">The endpoint.</param>
    /// <param name="published">The server's metadata; null if it has none.</param>
    /// <exception cref="ProviderConfigurationException">The URL or a setting within it cannot be used.</exception>
    public Uri? Find(OAuthEntry entry, ProviderEndpoint endpoint, ServerMetadata? published)
    {
        var provider = ProviderCatalogue.Of(entry);
        return Configured(entry, endpoint)
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
        var provider = ProviderCatalogue.Of(entry);
        if (Override(entry, ProviderEndpoint.Issuer) is { } issuer)
        {
            if (IsOfUnknownTenant(OverrideText(entry.Name, ProviderEndpoint.Issuer)!, entry, provider))
            {
                return ExpectedIssuer.Unknown;
            }

            var published = await metadata.GetAsync(issuer, cancellationToken);
            return new ExpectedIssuer(published?.Issuer ?? FilledOverride(entry, ProviderEndpoint.Issuer), published?.SendsIssuer ?? false);
        }

        // Another authorization endpoint may be another server, or a proxy before the same one.
        if (Override(entry, ProviderEndpoint.AuthorizationEndpoint) is not null || entry.UrlAuthorize.Length > 0)
        {
            return ExpectedIssuer.Unknown;
        }

        if (provider is { DiscoversEndpoints: true, PublishesMetadata: true } && entry.Url.Length > 0)
        {
            var published = await metadata.GetAsync(EndpointUri.Parse(entry.Url, entry.Name.Constant("URL")), cancellationToken);
            return published is null ? ExpectedIssuer.Unknown : new ExpectedIssuer(published.Issuer, published.SendsIssuer);
        }

        return provider.Endpoints.TryGetValue(ProviderEndpoint.Issuer, out var template) && !IsOfUnknownTenant(template, entry, provider)
            ? new ExpectedIssuer(Fill(template, entry), IsRequired: false)
            : ExpectedIssuer.Unknown;
    }

    /// <summary>What the configuration says of an endpoint, checked; null if nothing.</summary>
    /// <exception cref="ProviderConfigurationException">The override cannot be used.</exception>
    public Uri? Override(OAuthEntry entry, ProviderEndpoint endpoint) =>
        FilledOverride(entry, endpoint) is { } value ? EndpointUri.Parse(value, Setting(entry.Name, endpoint)!.Value.Key) : null;

    /// <summary>
    /// What the configuration says of an endpoint, as it is written: an issuer is compared character by character. The entry's own
    /// setting (<c>Entries:GENERIC-Mail:TokenEndpoint</c>) counts before that of its provider (<c>Providers:Generic:TokenEndpoint</c>).
    /// </summary>
    public string? OverrideText(EntryName name, ProviderEndpoint endpoint) => Setting(name, endpoint)?.Value;

    /// <summary>The same with the entry's tenant, URL and client id in it.</summary>
    /// <exception cref="ProviderConfigurationException">The tenant is none.</exception>
    public string? FilledOverride(OAuthEntry entry, ProviderEndpoint endpoint) =>
        OverrideText(entry.Name, endpoint) is { } text ? Fill(text, entry) : null;

    // Microsoft's issuer has the directory's id in it, which a domain or "common" does not tell.
    private static bool IsOfUnknownTenant(string issuer, OAuthEntry entry, Provider provider) =>
        provider.Identity?.TenantClaim is not null
        && issuer.Contains("{tenant}", StringComparison.Ordinal)
        && !Guid.TryParseExact(entry.Tenant, "D", out _);

    private (string Key, string Value)? Setting(EntryName name, ProviderEndpoint endpoint)
    {
        var provider = ProviderCatalogue.Of(name);
        foreach (var key in new[] { $"Entries:{name}", $"Providers:{provider.Name}", $"Providers:{provider.Family ?? provider.Name}" })
        {
            if (configuration[$"{key}:{endpoint}"] is { Length: > 0 } value)
            {
                return ($"{key}:{endpoint}", value);
            }
        }

        return null;
    }

    /// <summary>
    /// The server whose metadata an entry's endpoints come from: the issuer that the configuration names, else the entry's URL; null where
    /// they come from none.
    /// </summary>
    /// <exception cref="ProviderConfigurationException">The URL or a setting within it cannot be used.</exception>
    public Uri? Server(OAuthEntry entry) =>
        !ProviderCatalogue.Of(entry).DiscoversEndpoints ? null
        : Override(entry, ProviderEndpoint.Issuer) is { } issuer ? issuer
        : !ProviderCatalogue.Of(entry).PublishesMetadata ? null
        : entry.Url.Length > 0 ? EndpointUri.Parse(entry.Url, entry.Name.Constant("URL"))
        : null;

    private Uri? Configured(OAuthEntry entry, ProviderEndpoint endpoint) =>
        Override(entry, endpoint)
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
        var provider = ProviderCatalogue.Of(entry);
        return OverrideText(entry.Name, endpoint) is { } text
            ? NamesItsHost(text)
            : !provider.DiscoversEndpoints && provider.Endpoints.TryGetValue(endpoint, out var template) && NamesItsHost(template);
    }

    // Nothing out of the database decides which server it is.
    private static bool NamesItsHost(string template)
    {
        var start = template.IndexOf("://", StringComparison.Ordinal);
        var authority = start < 0 ? template : template[(start + 3)..].Split('/', '?', '#')[0];
        return start > 0 && !authority.Contains('{', StringComparison.Ordinal) && !template.Contains("{url}", StringComparison.Ordinal);
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
