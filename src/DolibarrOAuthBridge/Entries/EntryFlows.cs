// SPDX-License-Identifier: GPL-3.0-or-later

using DolibarrOAuthBridge.Dolibarr.Entries;
using DolibarrOAuthBridge.Providers;

namespace DolibarrOAuthBridge.Entries;

/// <summary>The flows by which an entry can get a grant.</summary>
internal sealed class EntryFlows(ProviderDirectory providers, ServerMetadataCache metadata)
{
    /// <summary>
    /// The flows that the entry's provider offers for the entry's scopes, without asking the provider: some of
    /// <see cref="ConsentFlows.Code"/>, <see cref="ConsentFlows.Device"/>, <see cref="ConsentFlows.ClientCredentials"/>.
    /// </summary>
    public IReadOnlyList<string> Of(OAuthEntry entry)
    {
        return [.. All.Where(flow => Has(entry, flow) && (flow != ConsentFlows.Device || IsDeviceUseful(entry)))];
    }

    /// <summary>Whether the provider has a flow at all, whatever the entry's scopes are.</summary>
    public bool Has(OAuthEntry entry, string flow)
    {
        var provider = ProviderCatalogue.Of(entry);
        var isAppOnly = provider.IsAppOnly;
        return flow switch
        {
            ConsentFlows.ClientCredentials => isAppOnly,
            ConsentFlows.Code => !isAppOnly,
            ConsentFlows.Device => !isAppOnly
                && (
                    provider.DiscoversEndpoints
                    || provider.Endpoints.ContainsKey(ProviderEndpoint.DeviceAuthorizationEndpoint)
                    || IsDeviceOverridden(entry.Name)
                ),
            _ => false,
        };
    }

    /// <summary>
    /// The entry's scopes that its provider does not grant by device code. A server that stands in for the provider has rules of
    /// its own, so that an overridden endpoint refuses none here.
    /// </summary>
    public IReadOnlyList<string> RefusedByDevice(OAuthEntry entry)
    {
        var provider = ProviderCatalogue.Of(entry);
        return provider.DeviceScopes.Count == 0 || IsDeviceOverridden(entry.Name)
            ? []
            : [.. EntrySettings.Scopes(entry).Where(scope => !provider.DeviceScopes.Contains(scope, StringComparer.OrdinalIgnoreCase))];
    }

    /// <summary>Why the server's metadata could not be had; null where it could, or was not asked for.</summary>
    public DiscoveryProblem? DiscoveryProblem(OAuthEntry entry)
    {
        var isIssuerNamed = providers.OverrideText(entry.Name, ProviderEndpoint.Issuer) is not null;
        return
            (isIssuerNamed || ProviderCatalogue.Of(entry).Preset is null)
            && providers.OverrideText(entry.Name, ProviderEndpoint.TokenEndpoint) is null
            && ServerOf(entry) is { } server
            && metadata.Problem(server) is { } asked
            ? new DiscoveryProblem(asked, isIssuerNamed)
            : null;
    }

    private static readonly string[] All = [ConsentFlows.Code, ConsentFlows.Device, ConsentFlows.ClientCredentials];

    // A server whose metadata is known and names no endpoint has no device flow; one that was not asked yet may have it.
    private bool IsDeviceUseful(OAuthEntry entry) =>
        RefusedByDevice(entry).Count == 0
        && (
            !ProviderCatalogue.Of(entry).DiscoversEndpoints
            || IsDeviceOverridden(entry.Name)
            || ProviderCatalogue.Of(entry).Endpoints.ContainsKey(ProviderEndpoint.DeviceAuthorizationEndpoint)
            || ServerOf(entry) is not { } server
            || (
                metadata.Peek(server) is { } published
                    ? ServerMetadataCache.Find(published, ProviderEndpoint.DeviceAuthorizationEndpoint) is not null
                    : ProviderCatalogue.Of(entry).PublishesMetadata
            )
        );

    private Uri? ServerOf(OAuthEntry entry)
    {
        try
        {
            return providers.Server(entry);
        }
        catch (ProviderConfigurationException)
        {
            return null; // whoever asks the server is told
        }
    }

    private bool IsDeviceOverridden(EntryName name) =>
        providers.OverrideText(name, ProviderEndpoint.DeviceAuthorizationEndpoint) is not null;
}

/// <summary>Why a server's metadata could not be had.</summary>
/// <param name="Asked">Each URL that was asked, with what came of it.</param>
/// <param name="IsIssuerNamed">Whether the bridge's own configuration names the issuer; else the entry's URL does.</param>
internal sealed record DiscoveryProblem(string Asked, bool IsIssuerNamed);
