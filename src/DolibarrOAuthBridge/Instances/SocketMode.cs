// SPDX-License-Identifier: GPL-3.0-or-later

namespace DolibarrOAuthBridge.Instances;

/// <summary>File modes of sockets.</summary>
internal static class SocketMode
{
    /// <summary>0660: the sidecar's user and the socket's group.</summary>
    public const UnixFileMode Default =
        UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.GroupRead | UnixFileMode.GroupWrite;

    private const UnixFileMode ReadWrite = Default | UnixFileMode.OtherRead | UnixFileMode.OtherWrite;

    /// <summary>Reads a mode such as <c>0660</c>; null is the default.</summary>
    /// <exception cref="FormatException">It is no mode of a socket.</exception>
    public static UnixFileMode Parse(string? text)
    {
        if (text is null)
        {
            return Default;
        }

        var mode = text.Length is 3 or 4 && text.All(static digit => digit is >= '0' and <= '7') ? Convert.ToInt32(text, 8) : -1;
        return mode >= 0 && ((UnixFileMode)mode & ~ReadWrite) == 0 && ((UnixFileMode)mode).HasFlag(UnixFileMode.UserWrite)
            ? (UnixFileMode)mode
            : throw new FormatException($"{text} is not a mode for a socket. Use three octal digits such as 0660 or 0600.");
    }
}
