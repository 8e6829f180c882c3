// SPDX-License-Identifier: GPL-3.0-or-later

using System.Net;
using System.Net.Sockets;

namespace DolibarrOAuthBridge.Http;

/// <summary>Where the sidecar listens. It refuses every address that another machine could reach.</summary>
internal sealed record ListenAddress(IPAddress Address, int Port)
{
    /// <summary>Reads addresses such as <c>http://127.0.0.1:8765</c>, separated by semicolons; <c>localhost</c> means 127.0.0.1.</summary>
    /// <exception cref="FormatException">One is not a loopback http address. The message says what is allowed.</exception>
    public static IReadOnlyList<ListenAddress> Parse(string urls)
    {
        return [.. urls.Split(';', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries).Select(ParseOne)];
    }

    /// <summary>Fails where somebody listens on the address already. The server would say so too, but in a page of log.</summary>
    /// <exception cref="IOException">The address is taken. The message says how to find out by whom.</exception>
    public void RequireFree()
    {
        using var socket = new Socket(Address.AddressFamily, SocketType.Stream, ProtocolType.Tcp);
        try
        {
            socket.Bind(new IPEndPoint(Address, Port));
        }
        catch (SocketException exception) when (exception.SocketErrorCode == SocketError.AddressAlreadyInUse)
        {
            throw new IOException(
                FormattableString.Invariant(
                    $"{new IPEndPoint(Address, Port)}: address already in use. \"ss -ltnp sport = :{Port}\" says by whom."
                ),
                exception
            );
        }
    }

    private static ListenAddress ParseOne(string url)
    {
        if (
            !Uri.TryCreate(url, UriKind.Absolute, out var uri)
            || uri.Scheme != Uri.UriSchemeHttp
            || uri.AbsolutePath != "/"
            || uri.UserInfo.Length > 0
        )
        {
            throw new FormatException($"{url} is not an address to listen on. Use one such as http://127.0.0.1:8765.");
        }

        var address =
            uri.Host == "localhost" ? IPAddress.Loopback
            : IPAddress.TryParse(uri.Host.Trim('[', ']'), out var parsed) && IPAddress.IsLoopback(parsed) ? parsed
            : throw new FormatException(
                $"{url} can be reached from other machines. The bridge hands out tokens and listens on 127.0.0.1, "
                    + "[::1] or a unix socket only. From another container, share the socket: --socket PATH."
            );
        return new ListenAddress(address, uri.Port);
    }
}
