// SPDX-License-Identifier: GPL-3.0-or-later

using System.Net;
using System.Net.Security;
using System.Net.Sockets;
using System.Security.Authentication;
using System.Security.Cryptography.X509Certificates;

namespace DolibarrOAuthBridge.Providers;

/// <summary>
/// The one HTTP client for providers. It follows no redirect (.NET would repeat the body, with the client secret and the
/// refresh token in it, to whatever host answered 307), keeps no cookies, and uses no connection twice: on a kept one .NET may
/// silently send a request again, which a rotating refresh token does not survive.
/// </summary>
internal static class ProviderHttpClient
{
    /// <summary>No answer of a provider is read beyond this many bytes.</summary>
    public const int LargestBody = 1024 * 1024;

    /// <summary>Makes the client. The deadline of a call covers its body too and is the caller's cancellation token.</summary>
    /// <param name="proxy">The proxy, which then connects, and judges addresses, itself; null for none.</param>
    /// <param name="authorities">Authorities that certificates may come from besides those that the machine trusts.</param>
    /// <param name="discovered">Hosts that must not be in a private network; null for none.</param>
    /// <param name="time">The clock that staggers connections; null for the system's.</param>
    public static HttpClient Create(
        OutboundProxy? proxy = null,
        OwnAuthorities? authorities = null,
        DiscoveredHosts? discovered = null,
        TimeProvider? time = null
    )
    {
        proxy = proxy?.IsUsed == true ? proxy : null;
        var handler = new SocketsHttpHandler
        {
            AllowAutoRedirect = false,
            UseCookies = false,
            UseProxy = proxy is not null,
            Proxy = proxy,
            AutomaticDecompression = DecompressionMethods.None,
            MaxResponseHeadersLength = 64, // KiB
            ConnectTimeout = TimeSpan.FromSeconds(5),
            PooledConnectionLifetime = TimeSpan.Zero,
            SslOptions =
            {
                RemoteCertificateValidationCallback = (_, certificate, chain, errors) =>
                    RequireTrusted(authorities, certificate, chain, errors),
            },
            ConnectCallback = async (context, cancellationToken) =>
                new NetworkStream(
                    await ProviderConnector.ConnectAsync(
                        context.DnsEndPoint.Host,
                        context.DnsEndPoint.Port,
                        address =>
                            proxy?.GetProxy(context.InitialRequestMessage.RequestUri!) is not null
                            || discovered is null
                            || discovered.Allows(context.DnsEndPoint.Host, address),
                        time ?? TimeProvider.System,
                        cancellationToken
                    ),
                    ownsSocket: true
                ),
        };
#pragma warning disable RS0030 // this is the client that the rule points to
        return new HttpClient(proxy is null ? handler : new ProxyHandler(proxy, handler))
        {
            Timeout = Timeout.InfiniteTimeSpan,
            MaxResponseContentBufferSize = LargestBody,
            DefaultRequestHeaders = { { "User-Agent", "dolibarr-oauth-bridge" } },
        };
#pragma warning restore RS0030
    }

    // The system judges; a refusal says which certificate it is about.
    private static bool RequireTrusted(OwnAuthorities? authorities, X509Certificate? certificate, X509Chain? chain, SslPolicyErrors errors)
    {
        if (errors == SslPolicyErrors.None)
        {
            return true;
        }

        if (certificate is not X509Certificate2 shown)
        {
            throw new AuthenticationException("the server shows no certificate.");
        }

        if (errors == SslPolicyErrors.RemoteCertificateChainErrors && authorities?.Issued(shown, chain) == true)
        {
            return true;
        }

        var reason =
            errors.HasFlag(SslPolicyErrors.RemoteCertificateNameMismatch) ? "it is for another name"
            : chain?.ChainStatus.Any(static status => status.Status.HasFlag(X509ChainStatusFlags.NotTimeValid)) == true
                ? $"it is valid from {shown.NotBefore:yyyy-MM-dd} to {shown.NotAfter:yyyy-MM-dd}; is this machine's clock right?"
            : "its issuer is not trusted on this machine: add the issuer's certificate to the system's trusted ones, or "
                + "name its file in the setting Bridge:CaFile";
        var (subject, issuer) = (ForeignText.Name(shown.Subject), ForeignText.Name(shown.Issuer));
        throw new AuthenticationException($"the certificate of {subject}, issued by {issuer}, is refused: {reason}.");
    }
}
