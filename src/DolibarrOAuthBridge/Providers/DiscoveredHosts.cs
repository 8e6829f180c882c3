// SPDX-License-Identifier: GPL-3.0-or-later

using System.Collections.Concurrent;
using System.Net;
using System.Net.Sockets;

namespace DolibarrOAuthBridge.Providers;

/// <summary>
/// Hosts that somebody's metadata named, rather than an administrator. They may be anywhere on the internet, and nowhere else: a
/// server must not be able to point the bridge at this machine or at the network that it stands in.
/// </summary>
internal sealed class DiscoveredHosts
{
    private static readonly string[] Sections = ["Providers", "Entries", "Bridge:Notify"];

    private readonly ConcurrentDictionary<string, bool> _hosts = new(StringComparer.OrdinalIgnoreCase);
    private readonly HashSet<string> _trusted;

    /// <summary>Creates the list.</summary>
    /// <param name="configuration">The sidecar's own configuration: hosts in its endpoints are an administrator's word.</param>
    public DiscoveredHosts(IConfiguration configuration) =>
        _trusted = Sections
            .SelectMany(section => configuration.GetSection(section).AsEnumerable())
            .Select(static setting => Uri.TryCreate(setting.Value, UriKind.Absolute, out var url) ? url.IdnHost : string.Empty)
            .Where(static host => host.Length > 0)
            .ToHashSet(StringComparer.OrdinalIgnoreCase);

    /// <summary>Notes a URL out of a server's metadata.</summary>
    /// <param name="server">The server that was asked, as configured.</param>
    /// <param name="url">What its metadata names.</param>
    public void Add(Uri server, Uri url)
    {
        var isSameMachine = EndpointUri.IsLoopback(server) && EndpointUri.IsLoopback(url);
        if (!isSameMachine && !string.Equals(server.IdnHost, url.IdnHost, StringComparison.OrdinalIgnoreCase))
        {
            _hosts[url.IdnHost] = true;
        }
    }

    /// <summary>Whether the bridge may connect to a host at an address.</summary>
    public bool Allows(string host, IPAddress address) => !_hosts.ContainsKey(host) || _trusted.Contains(host) || IsPublic(address);

    /// <summary>Whether an address is one of the internet: not loopback, private, link-local, shared, multicast or unspecified.</summary>
    public static bool IsPublic(IPAddress address)
    {
        address = PlainAddress.Of(address);
        var bytes = address.GetAddressBytes();
        if (address.AddressFamily == AddressFamily.InterNetwork)
        {
            return bytes
                is not (
                    [0 or 10 or 127 or >= 224, ..]
                    or [100, >= 64 and <= 127, ..]
                    or [169, 254, ..]
                    or [172, >= 16 and <= 31, ..]
                    or [192, 168, ..]
                    or [192, 0, 0, ..]
                    or [198, 18 or 19, ..]
                );
        }

        // 2000::/3 is what is handed out; of it 6to4 and Teredo hide IPv4 addresses, and so does NAT64, which lies outside.
        return (bytes[0] & 0xe0) == 0x20 && bytes is not ([0x20, 0x02, ..] or [0x20, 0x01, 0, 0, ..]);
    }
}
