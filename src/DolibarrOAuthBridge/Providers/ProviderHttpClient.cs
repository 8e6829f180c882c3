// SPDX-License-Identifier: GPL-3.0-or-later

using System.Net;

namespace DolibarrOAuthBridge.Providers;

/// <summary>
/// The one HTTP client for providers. It follows no redirect (.NET would repeat the body, with the client secret and the
/// refresh token in it, to whatever host answered 307), keeps no cookies and inflates nothing.
/// </summary>
internal static class ProviderHttpClient
{
    /// <summary>No answer of a provider is read beyond this many bytes.</summary>
    public const int LargestBody = 1024 * 1024;

    /// <summary>Makes the client. The deadline of a call covers its body too and is the caller's cancellation token.</summary>
    public static HttpClient Create(bool useProxy = false)
    {
        var handler = new SocketsHttpHandler
        {
            AllowAutoRedirect = false,
            UseCookies = false,
            UseProxy = useProxy,
            AutomaticDecompression = DecompressionMethods.None,
            MaxResponseHeadersLength = 64, // KiB
            ConnectTimeout = TimeSpan.FromSeconds(5),
            PooledConnectionLifetime = TimeSpan.FromMinutes(5),
            PooledConnectionIdleTimeout = TimeSpan.FromSeconds(30),
        };
#pragma warning disable RS0030 // this is the client that the rule points to
        return new HttpClient(handler)
        {
            Timeout = Timeout.InfiniteTimeSpan,
            MaxResponseContentBufferSize = LargestBody,
            DefaultRequestHeaders = { { "User-Agent", "dolibarr-oauth-bridge" } },
        };
#pragma warning restore RS0030
    }
}
