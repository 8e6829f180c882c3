// SPDX-License-Identifier: GPL-3.0-or-later

using System.Net.Sockets;
using System.Security.Authentication;

namespace DolibarrOAuthBridge.Providers;

/// <summary>Why a provider cannot be reached, as a sentence that says what to look at.</summary>
internal static class ConnectionErrors
{
    /// <summary>The bridge's word for a failure: <c>too_large</c>, <c>tls</c> or <c>network</c>.</summary>
    public static string Word(HttpRequestException exception) =>
        exception.HttpRequestError switch
        {
            HttpRequestError.ConfigurationLimitExceeded => "too_large",
            HttpRequestError.SecureConnectionError => "tls",
            _ => "network",
        };

    /// <summary>The sentence.</summary>
    /// <param name="url">What was asked.</param>
    /// <param name="exception">What went wrong.</param>
    public static string Describe(Uri url, HttpRequestException exception)
    {
        var place = url.IsDefaultPort ? url.Host : $"{url.Host} at port {url.Port}";
        var refused = Inner<SocketException>(exception)?.SocketErrorCode == SocketError.AccessDenied;
        return exception.HttpRequestError switch
        {
            HttpRequestError.NameResolutionError =>
                $"The name {url.Host} cannot be resolved: check how the URL is spelled, and this machine's DNS.",
            HttpRequestError.ConnectionError when refused =>
                $"{place} is in a private network, and its address comes from a server's metadata: if that is meant, "
                    + "set the endpoint in the sidecar's own configuration.",
            HttpRequestError.ConnectionError =>
                $"{place} accepts no connection: check the URL, the firewall, and whether this machine needs a proxy (Bridge:UseProxy).",
            HttpRequestError.SecureConnectionError =>
                $"No secure connection to {place}: {Inner<AuthenticationException>(exception)?.Message ?? "the TLS handshake failed."}",
            HttpRequestError.ProxyTunnelError => $"The proxy lets no connection through to {place}: check its address, user and rules.",
            HttpRequestError.ConfigurationLimitExceeded => $"The answer of {place} is too large.",
            HttpRequestError.ResponseEnded => $"{place} cannot be reached or broke off: it closed the connection before its answer ended.",
            HttpRequestError.InvalidResponse or HttpRequestError.HttpProtocolError =>
                $"{place} answers with something that is not HTTP: check the URL and its port.",
            _ => $"{place} cannot be reached or broke off: check the URL, the network, and the server's own log.",
        };
    }

    private static T? Inner<T>(Exception? exception)
        where T : Exception
    {
        for (; exception is not null; exception = exception.InnerException)
        {
            if (exception is T found)
            {
                return found;
            }
        }

        return null;
    }
}
