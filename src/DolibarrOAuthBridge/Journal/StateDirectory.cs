// SPDX-License-Identifier: GPL-3.0-or-later

namespace DolibarrOAuthBridge.Journal;

/// <summary>Where the bridge keeps its journal: readable by its own user only.</summary>
internal static class StateDirectory
{
    private const UnixFileMode OwnerOnly = UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute;

    public static string Prepare(string configured)
    {
        if (configured.Length > 0)
        {
            return Make(configured);
        }

        if (Environment.GetEnvironmentVariable("STATE_DIRECTORY") is { Length: > 0 } systemd)
        {
            return Make(systemd.Split(':')[0]);
        }

        try
        {
            return Make("/var/lib/dolibarr-oauth-bridge");
        }
        catch (UnauthorizedAccessException)
        {
            var home = Environment.GetFolderPath(Environment.SpecialFolder.UserProfile, Environment.SpecialFolderOption.DoNotVerify);
            var state = Environment.GetEnvironmentVariable("XDG_STATE_HOME") is { Length: > 0 } xdg
                ? xdg
                : Path.Combine(home, ".local", "state");
            return Make(Path.Combine(state, "dolibarr-oauth-bridge"));
        }
    }

    private static string Make(string directory)
    {
        var path = Path.GetFullPath(directory);
        Directory.CreateDirectory(path, OwnerOnly);
        // An existing directory may be another user's, or one that this user cannot write.
        var probe = Path.Combine(path, $".probe-{Guid.NewGuid():N}");
        using (new FileStream(probe, FileMode.CreateNew, FileAccess.Write, FileShare.None, 1, FileOptions.DeleteOnClose))
        {
            return path;
        }
    }
}
