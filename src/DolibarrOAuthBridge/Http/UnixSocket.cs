// SPDX-License-Identifier: GPL-3.0-or-later

using System.Globalization;
using System.Net.Sockets;
using System.Runtime.InteropServices;
using DolibarrOAuthBridge.Instances;
using Microsoft.Win32.SafeHandles;

namespace DolibarrOAuthBridge.Http;

/// <summary>A unix socket to listen on, and who may connect to it, whatever the umask of the process is.</summary>
/// <param name="Path">The socket's path.</param>
/// <param name="Mode">Its file mode.</param>
/// <param name="Group">Its group, by name or number; null for the process's own.</param>
internal sealed partial record UnixSocket(string Path, UnixFileMode Mode = SocketMode.Default, string? Group = null)
{
    /// <summary>
    /// Removes the file that a crash left behind, which would make <see cref="Bind"/> fail, if nobody listens on it.
    /// </summary>
    /// <exception cref="FormatException">The path is something else, or another process listens there.</exception>
    public void RemoveStale()
    {
        var file = new FileInfo(Path);
        if (!file.Exists)
        {
            return;
        }

        if (file.Length > 0)
        {
            throw new FormatException($"{Path} is a file, not a socket.");
        }

        try
        {
            using var probe = new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
            probe.Connect(new UnixDomainSocketEndPoint(Path));
        }
        catch (SocketException)
        {
            File.Delete(Path);
            return;
        }

        throw new FormatException($"Another process listens on {Path}.");
    }

    /// <summary>Makes the socket. At no moment can anybody connect whom mode and group do not allow.</summary>
    /// <exception cref="FormatException">There is no such group, or the process may not give the socket to it.</exception>
    public Socket Bind()
    {
        var socket = BindForOwner();
        try
        {
            Protect();
            return socket;
        }
        catch
        {
            socket.Dispose();
            File.Delete(Path);
            throw;
        }
    }

    /// <summary>Makes the socket for the process's own user alone: until it has its group it must be nobody else's.</summary>
    internal Socket BindForOwner()
    {
        var socket = new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
        try
        {
            // Linux gives the file the mode of the socket, less the umask, which is the whole process's and so is left alone.
            using (var handle = new SafeFileHandle(socket.Handle, ownsHandle: false))
            {
                File.SetUnixFileMode(handle, UnixFileMode.UserWrite);
            }

            socket.Bind(new UnixDomainSocketEndPoint(Path));
            return socket;
        }
        catch (SocketException exception)
        {
            socket.Dispose();
            throw new IOException(
                $"{Path}: {exception.Message}. Its directory must exist and be writable for the sidecar's user {Environment.UserName}.",
                exception
            );
        }
        catch
        {
            socket.Dispose();
            throw;
        }
    }

    /// <summary>Gives the socket's file its group and mode, as <see cref="Bind"/> does, where it is there already.</summary>
    /// <exception cref="FormatException">There is no such group, or the process may not give the socket to it.</exception>
    public void Protect()
    {
        if (Group is not null && ChangeOwner(Path, uint.MaxValue, FindGroup(Group)) != 0)
        {
            throw new FormatException(
                $"{Path} cannot be given to the group {Group}: the sidecar's user must be a member of it, or root. For the "
                    + $"service that is SupplementaryGroups={Group}, with PrivateUsers=no and SystemCallFilter=@chown (systemctl edit)."
            );
        }

        File.SetUnixFileMode(Path, Mode);
    }

    private static uint FindGroup(string group)
    {
        if (uint.TryParse(group, NumberStyles.None, CultureInfo.InvariantCulture, out var number))
        {
            return number;
        }

        // struct group of POSIX: two pointers (name, password), then the number.
        var entry = GroupByName(group);
        return entry == IntPtr.Zero
            ? throw new FormatException($"There is no group {group} on this machine.")
            : (uint)Marshal.ReadInt32(entry, 2 * IntPtr.Size);
    }

    [LibraryImport("libc", EntryPoint = "chown", StringMarshalling = StringMarshalling.Utf8)]
    private static partial int ChangeOwner(string path, uint user, uint group);

    [LibraryImport("libc", EntryPoint = "getgrnam", StringMarshalling = StringMarshalling.Utf8)]
    private static partial IntPtr GroupByName(string name);
}
