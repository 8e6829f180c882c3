// SPDX-License-Identifier: GPL-3.0-or-later

using System.Globalization;
using System.Net;
using System.Net.Sockets;
using Microsoft.AspNetCore.Connections.Features;

namespace DolibarrOAuthBridge.Http.Security;

/// <summary>
/// Which user of this machine a caller is, as far as the kernel tells: by the socket's credentials (<c>SO_PEERCRED</c>) on a unix
/// socket, by the owner of the other end in <c>/proc/self/net/tcp</c> over TCP. It counts wrong secrets and fills log lines; it lets
/// nobody in.
/// </summary>
internal static class PeerName
{
    private const int SocketLevel = 1; // SOL_SOCKET of Linux
    private const int PeerCredentials = 17; // SO_PEERCRED: pid, uid and gid, 32 bits each
    private const int MostBytes = 4 * 1024 * 1024; // of the kernel's table; more connections than that are nobody's in particular

    /// <summary>Such as <c>uid 33</c>; <c>127.0.0.1</c> where nobody knows the user.</summary>
    public static string Of(HttpContext context)
    {
        var remote = context.Connection.RemoteIpAddress;
        var uid = remote is null ? OverUnixSocket(context) : OverTcp(remote, context.Connection.RemotePort, context.Connection.LocalPort);
        return uid is { } known ? string.Create(CultureInfo.InvariantCulture, $"uid {known}") : remote?.ToString() ?? "the unix socket";
    }

    /// <summary>The user at the other end of a unix socket; null if it is none, or nobody knows.</summary>
    public static uint? OverUnixSocket(HttpContext context)
    {
        if (context.Features.Get<IConnectionSocketFeature>()?.Socket is not { AddressFamily: AddressFamily.Unix } socket)
        {
            return null;
        }

        Span<byte> credentials = stackalloc byte[12];
        try
        {
            return socket.GetRawSocketOption(SocketLevel, PeerCredentials, credentials) == credentials.Length
                ? BitConverter.ToUInt32(credentials[4..8])
                : null;
        }
        catch (Exception exception) when (exception is SocketException or ObjectDisposedException)
        {
            return null;
        }
    }

    private static uint? OverTcp(IPAddress remote, int remotePort, int localPort)
    {
        var files =
            remote.AddressFamily == AddressFamily.InterNetworkV6
                ? (string[])["/proc/self/net/tcp6", "/proc/self/net/tcp"]
                : ["/proc/self/net/tcp", "/proc/self/net/tcp6"];
        try
        {
            return files.Select(file => Find(ReadStart(file), remotePort, localPort)).FirstOrDefault(static uid => uid is not null);
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            return null;
        }
    }

    /// <summary>The owner of the connection's other end in the kernel's table.</summary>
    /// <param name="table">The text of <c>/proc/self/net/tcp</c>.</param>
    /// <param name="callerPort">The port that the caller connects from.</param>
    /// <param name="bridgePort">The port that it connects to.</param>
    internal static uint? Find(string table, int callerPort, int bridgePort)
    {
        var ends = string.Create(CultureInfo.InvariantCulture, $":{callerPort:X4} ");
        foreach (var line in table.Split('\n').Where(line => line.Contains(ends, StringComparison.Ordinal)))
        {
            var fields = line.Split(' ', StringSplitOptions.RemoveEmptyEntries);
            if (
                fields.Length > 7
                && fields[1].EndsWith(string.Create(CultureInfo.InvariantCulture, $":{callerPort:X4}"), StringComparison.Ordinal)
                && fields[2].EndsWith(string.Create(CultureInfo.InvariantCulture, $":{bridgePort:X4}"), StringComparison.Ordinal)
                && uint.TryParse(fields[7], NumberStyles.None, CultureInfo.InvariantCulture, out var uid)
            )
            {
                return uid;
            }
        }

        return null;
    }

    private static string ReadStart(string path)
    {
        using var file = new StreamReader(path);
        var text = new char[MostBytes / 64];
        var whole = new System.Text.StringBuilder();
        for (int read; whole.Length < MostBytes && (read = file.Read(text, 0, text.Length)) > 0;)
        {
            whole.Append(text, 0, read);
        }

        return whole.ToString();
    }
}
