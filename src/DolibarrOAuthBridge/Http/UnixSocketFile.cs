// SPDX-License-Identifier: GPL-3.0-or-later

using System.Net.Sockets;

namespace DolibarrOAuthBridge.Http;

/// <summary>
/// The file of a unix socket that a crash left behind would make the next bind fail; it is removed if nobody listens on it.
/// </summary>
internal static class UnixSocketFile
{
    /// <exception cref="FormatException">The path is something else, or another sidecar listens there.</exception>
    public static void RemoveStale(string path)
    {
        var file = new FileInfo(path);
        if (!file.Exists)
        {
            return;
        }

        if (file.Length > 0)
        {
            throw new FormatException($"{path} is a file, not a socket.");
        }

        try
        {
            using var probe = new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
            probe.Connect(new UnixDomainSocketEndPoint(path));
        }
        catch (SocketException)
        {
            File.Delete(path);
            return;
        }

        throw new FormatException($"Another process listens on {path}.");
    }
}
