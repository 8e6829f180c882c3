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

    // errno(3), which .NET keeps in HResult.
    private const int NoSpace = 28;
    private const int ReadOnlyFileSystem = 30;
    private const int QuotaExceeded = 122;

    // The same for the whole process, so that one fault is always told in the same words.
    private static readonly string ProbeName = $".probe-{Guid.NewGuid():N}";

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
        return Directory.Exists(SystemWide) || PosixFiles.MayWrite(Path.GetDirectoryName(SystemWide)!) ? SystemWide : OfUser();
    }

    /// <summary>
    /// Makes the directory where it is missing and tries whether files can be written there. What root makes belongs to the owner of the
    /// directory above: an instance's directory is the service's, whoever is first.
    /// </summary>
    /// <returns>Its full path.</returns>
    /// <exception cref="IOException">It cannot be used.</exception>
    /// <exception cref="UnauthorizedAccessException">It belongs to another user.</exception>
    public static string Prepare(string configured)
    {
        var path = Locate(configured);
        if (!Directory.Exists(path))
        {
            Directory.CreateDirectory(path, OwnerOnly);
            PosixFiles.GiveToDirectoryOwner(path);
        }

        Probe(path);
        return path;
    }

    /// <summary>Writes a file and removes it.</summary>
    /// <exception cref="IOException">No space, read-only, or not there.</exception>
    /// <exception cref="UnauthorizedAccessException">It belongs to another user.</exception>
    public static void Probe(string directory)
    {
        // Two may do it at the same moment.
        var options = new FileStreamOptions
        {
            Mode = FileMode.OpenOrCreate,
            Access = FileAccess.Write,
            Share = FileShare.ReadWrite | FileShare.Delete,
            Options = FileOptions.DeleteOnClose,
            BufferSize = 0,
        };
        using var file = new FileStream(Path.Combine(directory, ProbeName), options);
        file.Write(new byte[4096]);
    }

    /// <summary>Why the directory cannot be used, and what helps; null if it can. Makes it where it is missing.</summary>
    public static string? FindProblem(string configured)
    {
        try
        {
            Prepare(configured);
            return null;
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            return Explain(Locate(configured), exception);
        }
    }

    /// <summary>Why a directory cannot be used and what helps: whose it is, and the command.</summary>
    /// <param name="directory">The directory.</param>
    /// <param name="exception">What <see cref="Prepare"/> or <see cref="Probe"/> threw.</param>
    public static string Explain(string directory, Exception exception)
    {
        var (owner, user) = (PosixFiles.OwnerOf(directory), PosixFiles.ProcessUser());
        var why = exception switch
        {
            UnauthorizedAccessException when owner is not null && owner != user =>
                $"it belongs to {owner}, and this process runs as {user}. If that is the sidecar's user: chown -R {user}: {directory}",
            UnauthorizedAccessException when owner is not null =>
                $"it belongs to {owner} as it should, but its mode does not let it be written: chmod 700 {directory}",
            UnauthorizedAccessException => $"it is not there, and {user} may not make it: install -d -m 700 -o {user} {directory}",
            IOException { HResult: NoSpace or QuotaExceeded } =>
                $"its disk is full. Make room; this shows how much there is: df -h {directory}",
            IOException { HResult: ReadOnlyFileSystem } =>
                $"it is on a read-only file system (its owner is {owner}). Make that writable, as by mount -o remount,rw; a service with "
                    + "ProtectSystem=strict writes to its StateDirectory only",
            _ => exception.Message.Replace(ProbeName, "…", StringComparison.Ordinal),
        };
        return $"The state directory {directory} cannot be written: {why.TrimEnd('.')}.";
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
