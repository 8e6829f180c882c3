// SPDX-License-Identifier: GPL-3.0-or-later

using System.Net;
using System.Net.Sockets;
using System.Security.Cryptography;

namespace DolibarrOAuthBridge.Demo.Processes;

/// <summary>Finds ports for servers that cannot choose one themselves.</summary>
public static class FreePort
{
    /// <summary>
    /// A port of the loopback address that nobody listens on now. It lies below the range from which outgoing connections
    /// take theirs, so that it stays free while its server is stopped.
    /// </summary>
    public static int Find()
    {
        while (true)
        {
            var port = RandomNumberGenerator.GetInt32(20_000, 32_000);
            try
            {
                using var probe = new TcpListener(IPAddress.Loopback, port);
                probe.Start();
                return port;
            }
            catch (SocketException) { }
        }
    }
}
