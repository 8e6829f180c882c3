// SPDX-License-Identifier: GPL-3.0-or-later

using System.Net;

namespace DolibarrOAuthBridge.Providers;

/// <summary>The rule for every URL that credentials are sent to or a browser is sent to.</summary>
internal static class EndpointUri
{
    /// <summary>Reads an absolute https URL without user info or fragment; plain http only for this machine.</summary>
    /// <param name="text">The URL.</param>
    /// <param name="setting">Where it is configured, for the message.</param>
    /// <exception cref="ProviderConfigurationException">It is not such a URL.</exception>
    public static Uri Parse(string text, string setting)
    {
        if (!Uri.TryCreate(text, UriKind.Absolute, out var uri) || uri.Scheme is not ("https" or "http") || uri.Host.Length == 0)
        {
            throw new ProviderConfigurationException($"{setting} is not an absolute https URL.");
        }

        if (uri.Scheme == Uri.UriSchemeHttp && !IsLoopback(uri))
        {
            throw new ProviderConfigurationException($"{setting} uses plain http, which is allowed only for this machine: use https.");
        }

        if (uri.UserInfo.Length > 0 || uri.Fragment.Length > 0)
        {
            throw new ProviderConfigurationException($"{setting} must have neither a user name nor a fragment.");
        }

        return uri;
    }

    /// <summary>
    /// Reads a URL that a server's metadata names: by the rule of <see cref="Parse"/>, and plain http or this machine only where the
    /// server itself is that.
    /// </summary>
    /// <param name="text">The URL.</param>
    /// <param name="member">The metadata's member, for the message.</param>
    /// <param name="server">The server that was asked.</param>
    /// <exception cref="ProviderConfigurationException">It is not such a URL.</exception>
    public static Uri ParseDiscovered(string text, string member, Uri server)
    {
        var setting = $"{member} in the metadata of {server.Host}";
        var uri = Parse(text, setting);
        if (uri.Scheme == Uri.UriSchemeHttp && server.Scheme != Uri.UriSchemeHttp)
        {
            throw new ProviderConfigurationException($"{setting} uses plain http although {server.Host} itself uses https.");
        }

        var isLiteral = IPAddress.TryParse(uri.IdnHost.Trim('[', ']'), out var address);
        var isElsewhere = !string.Equals(uri.IdnHost, server.IdnHost, StringComparison.OrdinalIgnoreCase) && !IsLoopback(server);
        return isElsewhere && (IsLoopback(uri) || (isLiteral && !DiscoveredHosts.IsPublic(address!)))
            ? throw new ProviderConfigurationException($"{setting} is an address of this machine or of a private network.")
            : uri;
    }

    /// <summary>Whether two texts are URLs of one server: with the same scheme, host and port.</summary>
    public static bool AreOfOneServer(string one, string other) =>
        Uri.TryCreate(one, UriKind.Absolute, out var first)
        && Uri.TryCreate(other, UriKind.Absolute, out var second)
        && first.GetLeftPart(UriPartial.Authority) == second.GetLeftPart(UriPartial.Authority);

    /// <summary>
    /// Whether a URL's host is this machine, by a literal address or <c>localhost</c>; names that merely resolve to it do not
    /// count.
    /// </summary>
    public static bool IsLoopback(Uri uri)
    {
        return string.Equals(uri.IdnHost, "localhost", StringComparison.OrdinalIgnoreCase)
            || (IPAddress.TryParse(uri.IdnHost, out var address) && IPAddress.IsLoopback(address));
    }
}
