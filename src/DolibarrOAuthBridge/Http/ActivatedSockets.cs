// SPDX-License-Identifier: GPL-3.0-or-later

using System.Globalization;
using System.Net;
using System.Net.Sockets;

namespace DolibarrOAuthBridge.Http;

/// <summary>
/// Sockets that systemd opened for this process (sd_listen_fds(3)). They are there before the sidecar and outlive it, so
/// a restart refuses nobody.
/// </summary>
internal static class ActivatedSockets
{
    private const int FirstHandle = 3; // SD_LISTEN_FDS_START

    /// <summary>The file descriptors; none if this process was not started so.</summary>
    /// <exception cref="FormatException">One can be reached from other machines, or is no socket.</exception>
    public static IReadOnlyList<int> Find(Func<string, string?> environment)
    {
        if (Number(environment("LISTEN_PID")) != Environment.ProcessId || Number(environment("LISTEN_FDS")) is not { } count)
        {
            return [];
        }

        int[] handles = [.. Enumerable.Range(FirstHandle, count)];
        foreach (var handle in handles)
        {
            Require(Address(handle));
        }

        return handles;
    }

    private static void Require(EndPoint? address)
    {
        if (address is IPEndPoint { Address: var ip } && !IPAddress.IsLoopback(ip))
        {
            throw new FormatException(
                $"systemd handed over a socket on {ip}, which can be reached from other machines. Set "
                    + "ListenStream to 127.0.0.1, [::1] or a path."
            );
        }
    }

    private static EndPoint? Address(int handle)
    {
        try
        {
            using var socket = new Socket(new SafeSocketHandle(handle, ownsHandle: false));
            return socket.LocalEndPoint;
        }
        catch (SocketException exception)
        {
            throw new FormatException($"The file descriptor {handle} that systemd handed over is no socket: {exception.Message}");
        }
    }

    private static int? Number(string? text) =>
        int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var number) ? number : null;
}
