// SPDX-License-Identifier: GPL-3.0-or-later

namespace DolibarrOAuthBridge.Journal;

/// <summary>
/// Where the bridge keeps its journal: readable by its own user only. The place is never changed because it cannot be used: a
/// journal in another place would be found by nobody.
/// </summary>
internal static class StateDirectory
{
    private const string SystemWide = "/var/lib/dolibarr-oauth-bridge";

    private const UnixFileMode OwnerOnly = UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute;

    /// <summary>The directory that the settings, systemd or the machine give; nothing is made.</summary>
    public static string Locate(string configured)
    {
        if (configured.Length > 0)
        {
            return Path.GetFullPath(configured);
        }

        if (Environment.GetEnvironmentVariable("STATE_DIRECTORY") is { Length: > 0 } systemd)
        {
            return Path.GetFullPath(systemd.Split(':')[0]);
        }

        // Only a machine that has no system-wide directory, and an account that cannot make it, has one per user.
        return Directory.Exists(SystemWide) || CanMake(SystemWide) ? SystemWide : OfUser();
    }

    /// <summary>Makes the directory where it is missing and tries whether files can be written there.</summary>
    /// <returns>Its full path.</returns>
    /// <exception cref="IOException">It cannot be used.</exception>
    /// <exception cref="UnauthorizedAccessException">It belongs to another user.</exception>
    public static string Prepare(string configured)
    {
        var path = Locate(configured);
        Directory.CreateDirectory(path, OwnerOnly);
        Probe(path);
        return path;
    }

    /// <summary>Writes a file and removes it.</summary>
    /// <exception cref="IOException">No space, read-only, or not there.</exception>
    /// <exception cref="UnauthorizedAccessException">It belongs to another user.</exception>
    public static void Probe(string directory)
    {
        var probe = Path.Combine(directory, $".probe-{Guid.NewGuid():N}");
        using var file = new FileStream(probe, FileMode.CreateNew, FileAccess.Write, FileShare.None, 0, FileOptions.DeleteOnClose);
        file.Write(new byte[4096]);
    }

    private static bool CanMake(string path)
    {
        try
        {
            Directory.CreateDirectory(path, OwnerOnly);
            return true;
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            return false;
        }
    }

    private static string OfUser()
    {
        var home = Environment.GetFolderPath(Environment.SpecialFolder.UserProfile, Environment.SpecialFolderOption.DoNotVerify);
        var state = Environment.GetEnvironmentVariable("XDG_STATE_HOME") is { Length: > 0 } xdg
            ? xdg
            : Path.Combine(home, ".local", "state");
        return Path.Combine(state, "dolibarr-oauth-bridge");
    }
}
