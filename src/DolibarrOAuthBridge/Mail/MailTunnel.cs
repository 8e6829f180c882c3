// SPDX-License-Identifier: GPL-3.0-or-later

using System.Net;
using DolibarrOAuthBridge.Providers;
using MailKit.Net.Proxy;

namespace DolibarrOAuthBridge.Mail;

/// <summary>A connection to a mail server through a proxy (HTTP CONNECT or SOCKS).</summary>
internal static class MailTunnel
{
    /// <summary>Opens it.</summary>
    /// <exception cref="MailCheckException">The proxy cannot be reached, or does not let the connection through.</exception>
    public static async Task<Stream> OpenAsync(Uri proxy, ICredentials? credentials, MailHost host, CancellationToken cancellationToken)
    {
        var known = credentials?.GetCredential(proxy, "Basic");
        try
        {
            return await Client(proxy, known).ConnectAsync(host.Host, host.Port, cancellationToken);
        }
        catch (ProxyProtocolException exception)
        {
            throw new MailCheckException(
                MailFailureCode.Unreachable,
                $"The proxy {proxy.Host}:{proxy.Port} lets no connection through to {host}: {ServerText.Clean(exception.Message)} Have it "
                    + "allow that port, check its user and password, or name the host in Bridge:NoProxy if this machine reaches it without."
            );
        }
        catch (Exception exception) when (exception is System.Net.Sockets.SocketException or IOException)
        {
            throw new MailCheckException(
                MailFailureCode.Unreachable,
                $"The proxy {proxy.Host}:{proxy.Port} cannot be reached: {ServerText.Clean(exception.Message)} Check its address "
                    + "(Bridge:UseProxy), or name the mail server in Bridge:NoProxy."
            );
        }
    }

    private static ProxyClient Client(Uri proxy, NetworkCredential? known) =>
        (proxy.Scheme, known) switch
        {
            ("socks5", null) => new Socks5Client(proxy.Host, proxy.Port),
            ("socks5", _) => new Socks5Client(proxy.Host, proxy.Port, known),
            ("socks4" or "socks4a", null) => new Socks4aClient(proxy.Host, proxy.Port),
            ("socks4" or "socks4a", _) => new Socks4aClient(proxy.Host, proxy.Port, known),
            ("https", null) => new HttpsProxyClient(proxy.Host, proxy.Port),
            ("https", _) => new HttpsProxyClient(proxy.Host, proxy.Port, known),
            (_, null) => new HttpProxyClient(proxy.Host, proxy.Port),
            _ => new HttpProxyClient(proxy.Host, proxy.Port, known),
        };
}
