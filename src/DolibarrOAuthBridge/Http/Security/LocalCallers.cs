// SPDX-License-Identifier: GPL-3.0-or-later

using System.Net;
using System.Net.Sockets;

namespace DolibarrOAuthBridge.Http.Security;

/// <summary>
/// Lets through only programs of this machine: the peer and the <c>Host</c> must be loopback (a name that a hostile DNS
/// server points here is not), and whatever a browser page may send is refused, since browsers too run on this machine.
/// </summary>
internal static class LocalCallers
{
    public static IApplicationBuilder UseLocalCallersOnly(this IApplicationBuilder app) =>
        app.Use(
            static (context, next) =>
                Refusal(context) is { } reason
                    ? Problems.WriteAsync(context, StatusCodes.Status403Forbidden, ProblemCode.Forbidden, reason)
                    : next(context)
        );

    /// <summary>Why a request is refused; null if it is not.</summary>
    public static string? Refusal(HttpContext context)
    {
        var headers = context.Request.Headers;
        return !IsLocalPeer(context.Connection.RemoteIpAddress) ? "The bridge answers callers on its own machine only."
            : !IsLocalHost(context.Request.Host.Host) ? "The Host header must be localhost or a loopback address."
            : headers.ContainsKey("Origin") || headers.ContainsKey("Sec-Fetch-Site") ? "The bridge does not answer web pages."
            : null;
    }

    // No address over TCP is null: null is a unix socket, whose callers its file mode chose.
    public static bool IsLocalPeer(IPAddress? address) =>
        address is null || IPAddress.IsLoopback(PlainAddress.Of(address));

    public static bool IsLocalHost(string host) =>
        string.Equals(host, "localhost", StringComparison.OrdinalIgnoreCase)
        || (
            IPAddress.TryParse(host.Trim('[', ']'), out var address)
            && IPAddress.IsLoopback(address)
            && (address.AddressFamily == AddressFamily.InterNetworkV6 || address.ToString() == host)
        );
}
