// SPDX-License-Identifier: GPL-3.0-or-later

using System.Net;

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
