// SPDX-License-Identifier: GPL-3.0-or-later

using System.Buffers.Binary;
using System.Runtime.InteropServices;
using Microsoft.Win32.SafeHandles;

namespace DolibarrOAuthBridge.Dolibarr.Configuration;

/// <summary>A file with PHP code as it was opened: what is in it, and who may have written it.</summary>
internal sealed partial class ConfFile
{
    private const int CurrentDirectory = -100;
    private const int OfDescriptor = 0x1000; // AT_EMPTY_PATH
    private const int OfLink = 0x100; // AT_SYMLINK_NOFOLLOW
    private const int MostLinks = 40; // as the kernel
    private const int RegularFile = 0x8000;
    private const int DirectoryFile = 0x4000;
    private const int FileType = 0xF000;

    private const int NotThere = 2;
    private const int NotPermitted = 1;
    private const int NoSuchDevice = 6; // what a socket says
    private const int AccessDenied = 13;
    private const int NoDirectory = 20;

    // What stands for a user whom this process's user namespace does not know.
    private const uint Nobody = 65534;

    private ConfFile(byte[] content, string realPath, uint owner, UnixFileMode mode)
    {
        Content = content;
        RealPath = realPath;
        Owner = owner == Nobody ? null : owner;
        Mode = mode;
    }

    /// <summary>Its bytes; one more than <see cref="DolibarrConfReader.MaxBytes"/> where it is larger.</summary>
    public byte[] Content { get; }

    /// <summary>Its path without links, as PHP's <c>__FILE__</c>.</summary>
    public string RealPath { get; }

    /// <summary>The number of the user who owns it; null where that cannot be told.</summary>
    public uint? Owner { get; }

    private UnixFileMode Mode { get; }

    /// <summary>Whether only root and this process's own user can have written it.</summary>
    public bool IsOfOperator =>
        Owner is { } owner
        && (owner == 0 || owner == EffectiveUser())
        && (Mode & (UnixFileMode.GroupWrite | UnixFileMode.OtherWrite)) == 0;

    /// <summary>Whether every user of this machine can read it: the directories above it count as well.</summary>
    public bool IsForEverybody
    {
        get
        {
            var isOpen = Mode.HasFlag(UnixFileMode.OtherRead);
            for (var above = Path.GetDirectoryName(RealPath); isOpen && above is not null; above = Path.GetDirectoryName(above))
            {
                isOpen =
                    TryStat(CurrentDirectory, above, 0, out _, out var mode) && ((UnixFileMode)mode).HasFlag(UnixFileMode.OtherExecute);
            }

            return isOpen;
        }
    }

    /// <summary>
    /// The first link on a path to this file that somebody made who is neither root, this process's user nor the file's owner: it may
    /// lead to what is somebody else's. Null where there is none.
    /// </summary>
    /// <param name="path">The full path by which the file was opened.</param>
    public string? FindForeignLink(string path)
    {
        var (at, links) = ("/", 0);
        var ahead = new Stack<string>();
        Push(path);
        while (ahead.TryPop(out var part))
        {
            var next = part == ".." ? Path.GetDirectoryName(at) ?? "/" : Path.Combine(at, part);
            if (new FileInfo(next).LinkTarget is not { } target)
            {
                at = next;
                continue;
            }

            if (++links > MostLinks || !TryStat(CurrentDirectory, next, OfLink, out var maker, out _) || !MayLeadHere(maker))
            {
                return next;
            }

            at = target.StartsWith('/') ? "/" : at;
            Push(target);
        }

        return at == RealPath ? null : path; // somebody changes it at this moment

        void Push(string way)
        {
            foreach (var part in way.Split('/', StringSplitOptions.RemoveEmptyEntries).Where(part => part != ".").Reverse())
            {
                ahead.Push(part);
            }
        }
    }

    /// <summary>Opens and reads a file. What is no regular file is refused at once: a pipe would never end.</summary>
    /// <exception cref="DolibarrConfException">It cannot be read.</exception>
    public static ConfFile Read(string path)
    {
        const int ReadOnlyAtOnce = 0x80000 | 0x800 | 0x100; // O_CLOEXEC, O_NONBLOCK, O_NOCTTY
        if (path.Contains('\0', StringComparison.Ordinal))
        {
            const string Problem = "This is no path. Give the path of Dolibarr's conf.php.";
            throw new DolibarrConfException("(a path with a zero byte)", null, null, Problem);
        }

        var descriptor = Open(path, ReadOnlyAtOnce);
        if (descriptor < 0)
        {
            throw Refused(path, Marshal.GetLastPInvokeError());
        }

        using var file = new SafeFileHandle(descriptor, ownsHandle: true);
        if (!TryStat(descriptor, string.Empty, OfDescriptor, out var owner, out var mode) || (mode & FileType) != RegularFile)
        {
            throw (mode & FileType) == DirectoryFile
                ? new DolibarrConfException(path, null, null, "This is a directory. Give the path of the conf.php in it.")
                : NoFile(path);
        }

        try
        {
            return new ConfFile(ReadAll(file), RealPathOf(descriptor) ?? Path.GetFullPath(path), owner, (UnixFileMode)(mode & 0xFFF));
        }
        catch (IOException exception)
        {
            throw new DolibarrConfException(path, null, null, $"The file cannot be read: {exception.Message}", exception);
        }
    }

    private bool MayLeadHere(uint maker) => maker == 0 || maker == EffectiveUser() || maker == Owner;

    private static byte[] ReadAll(SafeFileHandle file)
    {
        // One byte more than allowed tells a file that is too large, whatever length it says.
        var bytes = new byte[DolibarrConfReader.MaxBytes + 1];
        var length = 0;
        for (var read = -1; read != 0 && length < bytes.Length; length += read)
        {
            read = RandomAccess.Read(file, bytes.AsSpan(length), length);
        }

        return bytes[..length];
    }

    private static string? RealPathOf(int descriptor)
    {
        try
        {
            return new FileInfo($"/proc/self/fd/{descriptor}").LinkTarget is { } target && target.StartsWith('/') ? target : null;
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            return null; // no /proc
        }
    }

    private static DolibarrConfException Refused(string path, int error) =>
        error switch
        {
            NotThere or NoDirectory => new(
                path,
                null,
                null,
                "There is no such file. Give the path of Dolibarr's conf.php, usually htdocs/conf/conf.php." + Hidden(path),
                new FileNotFoundException()
            ),
            AccessDenied or NotPermitted => new(
                path,
                null,
                null,
                $"The user \"{Environment.UserName}\" has no permission to read the file{ModeOf(path)}. Add this user to the file's group, "
                    + "usually the web server's, and give the group the right to read."
                    + Hidden(path)
            ),
            NoSuchDevice => NoFile(path),
            _ => new(path, null, null, $"The file cannot be read: {Marshal.GetPInvokeErrorMessage(error)}."),
        };

    private static DolibarrConfException NoFile(string path) =>
        new(path, null, null, "This is no file but a pipe, a socket or a device. Give the path of Dolibarr's conf.php.");

    // systemd shows such a service an empty directory that nobody may enter.
    private static string Hidden(string path) =>
        path.StartsWith("/home/", StringComparison.Ordinal) || path.StartsWith("/root/", StringComparison.Ordinal)
            ? " A service with ProtectHome=yes, as the package's is, sees nothing in /home and /root: systemctl edit "
                + "dolibarr-oauth-bridge, with ProtectHome=read-only below [Service]."
            : string.Empty;

    private static string ModeOf(string path) =>
        TryStat(CurrentDirectory, path, 0, out _, out var mode) ? $" (its mode is {Convert.ToString(mode & 0xFFF, 8)})" : string.Empty;

    // The layout of struct statx is the same on every architecture.
    private static bool TryStat(int directory, string path, int flags, out uint owner, out int mode)
    {
        const uint BasicStats = 0x7ff;
        var buffer = new byte[256];
        var isThere = Stat(directory, path, flags, BasicStats, buffer) == 0;
        owner = BinaryPrimitives.ReadUInt32LittleEndian(buffer.AsSpan(20));
        mode = BinaryPrimitives.ReadUInt16LittleEndian(buffer.AsSpan(28));
        return isThere;
    }

    [LibraryImport("libc", EntryPoint = "open", StringMarshalling = StringMarshalling.Utf8, SetLastError = true)]
    private static partial int Open(string path, int flags);

    [LibraryImport("libc", EntryPoint = "statx", StringMarshalling = StringMarshalling.Utf8)]
    private static partial int Stat(int directory, string path, int flags, uint mask, [Out] byte[] buffer);

    [LibraryImport("libc", EntryPoint = "geteuid")]
    private static partial uint EffectiveUser();
}
