// SPDX-License-Identifier: GPL-3.0-or-later

using System.Security.Cryptography;

namespace DolibarrOAuthBridge.Journal;

/// <summary>
/// The key that seals the journal: 32 random bytes in the state directory. It is not made of conf.php's key, so that a record
/// survives a change of that one.
/// </summary>
internal static class JournalKey
{
    private const string FileName = "journal.key";
    private const int Length = 32;

    /// <summary>Reads the key, or makes it where there is none.</summary>
    /// <exception cref="IOException">It cannot be read or written.</exception>
    /// <exception cref="UnauthorizedAccessException">It belongs to another user.</exception>
    public static byte[] ReadOrMake(string directory)
    {
        var path = Path.Combine(directory, FileName);
        if (Read(path) is { } present)
        {
            return present;
        }

        var draft = Path.Combine(directory, $".{FileName}-{Guid.NewGuid():N}");
        try
        {
            using (var file = new FileStream(draft, PrivateFile.New))
            {
                file.Write(RandomNumberGenerator.GetBytes(Length));
                file.Flush(flushToDisk: true);
            }

            PosixFiles.GiveToDirectoryOwner(draft);
            try
            {
                File.Move(draft, path, overwrite: false);
                PosixFiles.FlushDirectory(directory);
            }
            catch (IOException) when (File.Exists(path))
            {
                // Another process made it this very moment: that one counts.
            }

            return Read(path) ?? throw new IOException($"{path} is not a key of the journal.");
        }
        finally
        {
            File.Delete(draft);
        }
    }

    private static byte[]? Read(string path)
    {
        if (!File.Exists(path))
        {
            return null;
        }

        var key = File.ReadAllBytes(path);
        return key.Length == Length
            ? key
            : throw new IOException(
                $"{path} is damaged: it has {key.Length} bytes instead of {Length}. Remove it if the journal is empty."
            );
    }
}

/// <summary>How files that only the bridge's user may read are made.</summary>
internal static class PrivateFile
{
    /// <summary>A new file, locked as long as it is open.</summary>
    public static FileStreamOptions New => Of(FileMode.CreateNew, FileAccess.ReadWrite);

    /// <summary>A file, locked as long as it is open.</summary>
    public static FileStreamOptions Of(FileMode mode, FileAccess access) =>
        new()
        {
            Mode = mode,
            Access = access,
            Share = FileShare.None,
            BufferSize = 0,
            UnixCreateMode = mode == FileMode.Open ? null : UnixFileMode.UserRead | UnixFileMode.UserWrite,
        };
}
