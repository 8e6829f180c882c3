// SPDX-License-Identifier: GPL-3.0-or-later

using System.Net;
using System.Net.Sockets;
using DolibarrOAuthBridge.Providers;

namespace DolibarrOAuthBridge.Mail;

/// <summary>Where a check goes: what was asked for, completed by what the provider's catalogue entry says.</summary>
internal static class MailTarget
{
    private const int LongestHost = 253; // characters

    /// <summary>The server to check.</summary>
    /// <exception cref="BridgeException">Something is missing or cannot be.</exception>
    public static MailHost Of(MailCheck check, Provider provider)
    {
        var known = check.Protocol == MailProtocol.Smtp ? provider.Smtp : provider.Imap;
        var host = check.Host
            ?? known?.Host
            ?? throw new BridgeException(
                ProblemCode.InvalidRequest,
                $"Say which server: {provider.Name} has no {check.Protocol.ToString().ToUpperInvariant()} server that is known here."
            );
        RequireHost(host);
        if (check.Port is < 1 or > 65535)
        {
            throw new BridgeException(ProblemCode.InvalidRequest, "port must be from 1 to 65535.");
        }

        var isKnown = known is not null && string.Equals(host, known.Host, StringComparison.OrdinalIgnoreCase);
        var security = check.Security
            ?? (
                check.Port is { } given && (!isKnown || given != known!.Port) ? MailHost.UsualSecurity(given)
                : isKnown ? known!.Security
                : MailSecurity.Tls
            );
        var port = check.Port ?? (isKnown && security == known!.Security ? known.Port : MailHost.UsualPort(check.Protocol, security));
        return new MailHost(host, port, security);
    }

    /// <summary>The host's addresses. Without TLS only those of this machine will do.</summary>
    /// <exception cref="BridgeException">The token would leave the machine unprotected.</exception>
    /// <exception cref="SocketException">The name does not resolve.</exception>
    public static async Task<IPAddress[]> ResolveAsync(MailHost host, CancellationToken cancellationToken)
    {
        var addresses = IPAddress.TryParse(host.Host, out var literal)
            ? [literal]
            : await Dns.GetHostAddressesAsync(host.Host, cancellationToken);
        return host.Security != MailSecurity.None || Array.TrueForAll(addresses, IPAddress.IsLoopback)
            ? addresses
            : throw new BridgeException(
                ProblemCode.InvalidRequest,
                $"security none would send the token to {host.Host} unprotected over the network. Use starttls or tls; none is "
                    + "for servers on this machine."
            );
    }

    private static void RequireHost(string host)
    {
        if (host.Length is 0 or > LongestHost || Uri.CheckHostName(host) == UriHostNameType.Unknown)
        {
            throw new BridgeException(
                ProblemCode.InvalidRequest,
                "host must be a host name or an IP address, without a scheme or a " + "port."
            );
        }
    }
}
