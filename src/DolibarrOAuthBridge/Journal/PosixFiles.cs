// SPDX-License-Identifier: GPL-3.0-or-later

using System.Buffers.Binary;
using System.Globalization;
using System.Runtime.InteropServices;
using Microsoft.Win32.SafeHandles;

namespace DolibarrOAuthBridge.Journal;

/// <summary>What .NET has no call for: the owner of a file, handing a file to another user, and fsync on a directory.</summary>
internal static partial class PosixFiles
{
    private const int RegularFile = 0x8000;
    private const int FileType = 0xF000;

    /// <summary>Whether a path is a regular file; false for links, pipes, directories and what is not there.</summary>
    public static bool IsRegular(string path) => TryStat(path, out _, out _, out var mode) && (mode & FileType) == RegularFile;

    /// <summary>
    /// Gives a file or directory that root made to the owner of the directory above, so that the service can read and remove it. Does
    /// nothing for other users.
    /// </summary>
    /// <exception cref="IOException">The owner could not be changed.</exception>
    public static void GiveToDirectoryOwner(string path)
    {
        if (
            EffectiveUser() == 0
            && TryStat(Path.GetDirectoryName(path)!, out var user, out var group, out _)
            && user != 0
            && ChangeOwner(path, user, group) != 0
        )
        {
            throw new IOException($"{path} cannot be given to the owner of its directory.");
        }
    }

    /// <summary>Whether this process may make files in a directory, as far as its mode and file system tell.</summary>
    public static bool MayWrite(string directory)
    {
        const int WriteAndEnter = 3;
        return MayAccess(directory, WriteAndEnter) == 0;
    }

    /// <summary>Opens a file for reading without asking for its lock, as <see cref="FileStream"/> always does.</summary>
    /// <returns>Null if it is not there.</returns>
    /// <exception cref="UnauthorizedAccessException">It belongs to another user.</exception>
    public static SafeFileHandle? OpenWithoutLock(string path)
    {
        const int ReadOnlyAndCloseOnExec = 0x80000;
        const int PermissionDenied = 13;
        var descriptor = Open(path, ReadOnlyAndCloseOnExec);
        return descriptor >= 0 ? new SafeFileHandle(descriptor, ownsHandle: true)
            : Marshal.GetLastPInvokeError() == PermissionDenied ? throw new UnauthorizedAccessException($"{path} cannot be opened.")
            : null;
    }

    /// <summary>The name of a path's owner, or their number if they have none; null if it is not there.</summary>
    public static string? OwnerOf(string path) => TryStat(path, out var user, out _, out _) ? NameOf(user) : null;

    /// <summary>The name of the user that this process runs as, or their number if they have none.</summary>
    public static string ProcessUser() => NameOf(EffectiveUser());

    /// <summary>fsync on a directory: without it a new file's name may not survive a power cut.</summary>
    /// <exception cref="IOException">It failed.</exception>
    public static void FlushDirectory(string directory)
    {
        const int ReadOnly = 0;
        var descriptor = Open(directory, ReadOnly);
        if (descriptor < 0)
        {
            throw new IOException($"The directory {directory} cannot be opened.");
        }

        try
        {
            if (Sync(descriptor) != 0)
            {
                throw new IOException($"The directory {directory} cannot be flushed to disk.");
            }
        }
        finally
        {
            _ = Close(descriptor);
        }
    }

    /// <summary>Whether a process of this process's PID namespace is there, whoever owns it.</summary>
    public static bool ProcessExists(int processId)
    {
        const int NoSuchProcess = 3;
        return Kill(processId, 0) == 0 || Marshal.GetLastPInvokeError() != NoSuchProcess;
    }

    private static string NameOf(uint user)
    {
        var number = user.ToString(CultureInfo.InvariantCulture);
        try
        {
            return File.ReadLines("/etc/passwd")
                .Select(static line => line.Split(':'))
                .FirstOrDefault(account => account.Length > 2 && account[2] == number)
                ?[0]
                ?? number;
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            return number;
        }
    }

    // The layout of struct statx is the same on every architecture.
    private static bool TryStat(string path, out uint user, out uint group, out int mode)
    {
        const int CurrentDirectory = -100;
        const int DoNotFollowLinks = 0x100;
        const uint BasicStats = 0x7ff;
        var buffer = new byte[256];
        var isThere = Stat(CurrentDirectory, path, DoNotFollowLinks, BasicStats, buffer) == 0;
        user = BinaryPrimitives.ReadUInt32LittleEndian(buffer.AsSpan(20));
        group = BinaryPrimitives.ReadUInt32LittleEndian(buffer.AsSpan(24));
        mode = BinaryPrimitives.ReadUInt16LittleEndian(buffer.AsSpan(28));
        return isThere;
    }

    [LibraryImport("libc", EntryPoint = "statx", StringMarshalling = StringMarshalling.Utf8)]
    private static partial int Stat(int directory, string path, int flags, uint mask, [Out] byte[] buffer);

    [LibraryImport("libc", EntryPoint = "access", StringMarshalling = StringMarshalling.Utf8)]
    private static partial int MayAccess(string path, int mode);

    [LibraryImport("libc", EntryPoint = "lchown", StringMarshalling = StringMarshalling.Utf8)]
    private static partial int ChangeOwner(string path, uint user, uint group);

    [LibraryImport("libc", EntryPoint = "geteuid")]
    private static partial uint EffectiveUser();

    [LibraryImport("libc", EntryPoint = "open", StringMarshalling = StringMarshalling.Utf8, SetLastError = true)]
    private static partial int Open(string path, int flags);

    [LibraryImport("libc", EntryPoint = "fsync")]
    private static partial int Sync(int descriptor);

    [LibraryImport("libc", EntryPoint = "close")]
    private static partial int Close(int descriptor);

    [LibraryImport("libc", EntryPoint = "kill", SetLastError = true)]
    private static partial int Kill(int processId, int signal);
}
