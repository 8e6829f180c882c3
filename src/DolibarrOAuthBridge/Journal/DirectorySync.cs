// SPDX-License-Identifier: GPL-3.0-or-later

using System.Runtime.InteropServices;

namespace DolibarrOAuthBridge.Journal;

/// <summary>fsync on a directory, which .NET has no call for: without it a new file's name may not survive a power cut.</summary>
internal static partial class DirectorySync
{
    public static void Flush(string directory)
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

    [LibraryImport("libc", EntryPoint = "open", StringMarshalling = StringMarshalling.Utf8)]
    private static partial int Open(string path, int flags);

    [LibraryImport("libc", EntryPoint = "fsync")]
    private static partial int Sync(int descriptor);

    [LibraryImport("libc", EntryPoint = "close")]
    private static partial int Close(int descriptor);
}
