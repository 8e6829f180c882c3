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
    /// <summary>What stands for everybody whom the kernel does not name.</summary>
    public const string Unknown = "unknown user";

    private const int SocketLevel = 1; // SOL_SOCKET of Linux
    private const int PeerCredentials = 17; // SO_PEERCRED: pid, uid and gid, 32 bits each
    private const int MostBytes = 4 * 1024 * 1024; // of the kernel's table; more connections than that are nobody's in particular

    // The kernel says this of a user whom the process's user namespace does not have: with PrivateUsers=yes, as in the package's unit,
    // everybody but root and the service itself.
    private const uint Nobody = 65534;

    /// <summary>Such as <c>uid 33</c>, or <see cref="Unknown"/>.</summary>
    public static string Of(HttpContext context) => Name(IsOverTcp(context) ? OverTcp(context) : OverUnixSocket(context));

    /// <summary>The same over a unix socket; <c>tcp</c> over TCP, where looking it up takes too long for every request.</summary>
    public static string AtOnce(HttpContext context) => IsOverTcp(context) ? "tcp" : Name(OverUnixSocket(context));

    private static bool IsOverTcp(HttpContext context) => context.Connection.RemoteIpAddress is not null;

    /// <summary>The name of a user's number; null where nobody knows it.</summary>
    internal static string Name(uint? uid) =>
        uid is { } known and not Nobody ? string.Create(CultureInfo.InvariantCulture, $"uid {known}") : Unknown;

    private static uint? OverUnixSocket(HttpContext context)
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

    private static uint? OverTcp(HttpContext context)
    {
        if (context.Connection is not { RemoteIpAddress: { } remote, LocalIpAddress: { } local } connection)
        {
            return null;
        }

        var caller = new IPEndPoint(PlainAddress.Of(remote), connection.RemotePort);
        var bridge = new IPEndPoint(PlainAddress.Of(local), connection.LocalPort);
        try
        {
            return (IsOfFour(caller) ? Find(ReadStart("/proc/self/net/tcp"), caller, bridge) : null)
                ?? Find(ReadStart("/proc/self/net/tcp6"), Mapped(caller), Mapped(bridge));
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            return null;
        }
    }

    /// <summary>The owner of the connection's other end in the kernel's table.</summary>
    /// <param name="table">The text of <c>/proc/self/net/tcp</c> or, with its addresses, of <c>tcp6</c>.</param>
    /// <param name="caller">Where the caller connects from: the address counts, since anybody may use the same port of another one.</param>
    /// <param name="bridge">Where it connects to.</param>
    internal static uint? Find(string table, IPEndPoint caller, IPEndPoint bridge)
    {
        var ends = $" {Hexadecimal(caller)} {Hexadecimal(bridge)} ";
        foreach (var line in table.Split('\n').Where(line => line.Contains(ends, StringComparison.Ordinal)))
        {
            // The user is the eighth field and the inode the tenth: an end that was closed has none, and says 0 for its user.
            var fields = line.Split(' ', StringSplitOptions.RemoveEmptyEntries);
            if (
                fields.Length > 9
                && fields[9] != "0"
                && uint.TryParse(fields[7], NumberStyles.None, CultureInfo.InvariantCulture, out var uid)
            )
            {
                return uid;
            }
        }

        return null;
    }

    // An address as the kernel writes it: words of four bytes, each a number of this machine.
    private static string Hexadecimal(IPEndPoint end)
    {
        var bytes = end.Address.GetAddressBytes();
        var words = Enumerable.Range(0, bytes.Length / 4).Select(word => $"{BitConverter.ToUInt32(bytes, word * 4):X8}");
        return string.Create(CultureInfo.InvariantCulture, $"{string.Concat(words)}:{end.Port:X4}");
    }

    private static bool IsOfFour(IPEndPoint end) => end.AddressFamily == AddressFamily.InterNetwork;

    // A caller with a socket for both families is in the table of version 6, whatever the bridge's own socket is.
    private static IPEndPoint Mapped(IPEndPoint end) => IsOfFour(end) ? new IPEndPoint(end.Address.MapToIPv6(), end.Port) : end;

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
