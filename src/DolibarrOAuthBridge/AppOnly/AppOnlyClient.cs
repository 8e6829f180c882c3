// SPDX-License-Identifier: GPL-3.0-or-later

using DolibarrOAuthBridge.Dolibarr.Entries;
using DolibarrOAuthBridge.Entries;
using DolibarrOAuthBridge.Providers;
using Microsoft.Identity.Client;

namespace DolibarrOAuthBridge.AppOnly;

/// <summary>
/// A token for an application that asks in its own name. At Google a service account does so: see
/// <see cref="ServiceAccountClient"/>. At Microsoft it is client credentials (RFC 6749, section 4.4): it asks by secret or by a
/// certificate (RFC 7523) through MSAL. There is no user and no refresh token; a renewal is the same request again.
/// </summary>
internal sealed class AppOnlyClient(
    ProviderDirectory providers,
    TokenEndpointClient client,
    ClientCertificates certificates,
    ServiceAccountClient serviceAccounts
)
{
    private const string TokenPath = "/oauth2/v2.0/token";

    /// <summary>Sends the one request.</summary>
    /// <exception cref="ProviderConfigurationException">The entry's settings or the certificate cannot be used.</exception>
    /// <exception cref="BridgeException">A setting is missing.</exception>
    public async Task<TokenAnswer> RequestAsync(OAuthEntry entry, CancellationToken cancellationToken = default)
    {
        EntrySettings.RequireComplete(entry);
        var provider = ProviderCatalogue.Of(entry);
        if (provider.Renewal == RenewalGrant.ServiceAccount)
        {
            return await serviceAccounts.RequestAsync(entry, cancellationToken);
        }

        var endpoint = await providers.FindAsync(entry, ProviderEndpoint.TokenEndpoint, cancellationToken)
            ?? throw new ProviderConfigurationException($"{provider.Name} has no token endpoint.");
        using var certificate = certificates.Load(entry);
        using var transport = new MsalTransport(client, endpoint);
        var builder = ConfidentialClientApplicationBuilder
            .Create(entry.ClientId)
            .WithAuthority(Authority(provider, endpoint, entry), validateAuthority: false)
            .WithInstanceDiscovery(enableInstanceDiscovery: false)
            .WithHttpClientFactory(transport, retryOnceOn5xx: false);
        builder = certificate is null ? builder.WithClientSecret(entry.ClientSecret) : builder.WithCertificate(certificate);
        try
        {
            await builder.Build().AcquireTokenForClient([AppOnlyScope.Of(provider, entry)]).ExecuteAsync(cancellationToken);
        }
        catch (MsalException exception)
        {
            if (transport.Answer is null)
            {
                throw new ProviderConfigurationException(
                    $"Microsoft's library refuses to ask ({exception.ErrorCode}). Check client id, tenant and certificate."
                );
            }
        }

        return transport.Answer ?? throw new InvalidOperationException("MSAL answered without asking.");
    }

    // The certificate's assertion is addressed to Microsoft's own endpoint: that of another cloud if the override is one,
    // else, behind a proxy, that of the public cloud.
    private static string Authority(Provider provider, Uri endpoint, OAuthEntry entry) =>
        endpoint.Scheme == Uri.UriSchemeHttps && endpoint.AbsolutePath.EndsWith(TokenPath, StringComparison.Ordinal)
            ? endpoint.AbsoluteUri[..^TokenPath.Length]
            : ProviderDirectory.Fill(provider.Endpoints[ProviderEndpoint.TokenEndpoint], entry)[..^TokenPath.Length];
}
