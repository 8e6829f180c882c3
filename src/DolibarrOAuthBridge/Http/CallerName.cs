// SPDX-License-Identifier: GPL-3.0-or-later

using System.Globalization;
using System.Net.Sockets;
using Microsoft.AspNetCore.Connections.Features;

namespace DolibarrOAuthBridge.Http;

/// <summary>
/// Who is given a token, for people: the account of the process at the other end of a unix socket, and what Dolibarr's module says of
/// itself (the header <c>Bridge-Caller</c>: a page, a script, a cron job). It decides nothing.
/// </summary>
internal static class CallerName
{
    private const string Header = "Bridge-Caller";
    private const int Longest = 120;
    private const int SocketLevel = 1; // SOL_SOCKET
    private const int PeerCredentials = 17; // SO_PEERCRED: struct ucred of pid, uid and gid, 4 bytes each
    private const int CredentialBytes = 12;

    /// <summary>Such as <c>uid 33: page /compta/facture/card.php</c>, or <c>tcp</c>.</summary>
    public static string Of(HttpContext context)
    {
        var peer = Uid(context.Features.Get<IConnectionSocketFeature>()?.Socket) is { } uid
            ? string.Create(CultureInfo.InvariantCulture, $"uid {uid}")
            : "tcp";
        return context.Request.Headers[Header] is [{ Length: > 0 } said] ? $"{peer}: {Clean(said)}" : peer;
    }

    private static uint? Uid(Socket? socket)
    {
        if (socket is not { AddressFamily: AddressFamily.Unix })
        {
            return null;
        }

        Span<byte> credentials = stackalloc byte[CredentialBytes];
        try
        {
            return socket.GetRawSocketOption(SocketLevel, PeerCredentials, credentials) == CredentialBytes
                ? BitConverter.ToUInt32(credentials[4..])
                : null;
        }
        catch (Exception exception) when (exception is SocketException or ObjectDisposedException)
        {
            return null;
        }
    }

    private static string Clean(string text) =>
        string.Concat(
            text.Take(Longest)
                .Select(static character =>
                    char.IsAsciiLetterOrDigit(character) || " /._-:#()".Contains(character, StringComparison.Ordinal) ? character : '?'
                )
        );
}
