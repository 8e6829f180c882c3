// SPDX-License-Identifier: GPL-3.0-or-later

using System.Net;

namespace DolibarrOAuthBridge;

/// <summary>Addresses as people write them.</summary>
internal static class PlainAddress
{
    /// <summary>The address itself; of an IPv4 address within IPv6 the former.</summary>
    public static IPAddress Of(IPAddress address) => address.IsIPv4MappedToIPv6 ? address.MapToIPv4() : address;
}
