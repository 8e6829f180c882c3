// SPDX-License-Identifier: GPL-3.0-or-later

using DolibarrOAuthBridge.Demo.Processes;

namespace DolibarrOAuthBridge.Demo.Database;

/// <summary>Makes data directories with MariaDB's own system tables and one superuser without a password.</summary>
internal static class MariaDbDataDirectory
{
    /// <summary>Makes a data directory.</summary>
    public static async Task InstallAsync(MariaDbInstallation installation, string directory, CancellationToken cancellationToken)
    {
        Directory.CreateDirectory(directory, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute);
        await installation.Account.HandOverAsync(directory, cancellationToken);
        var (program, arguments) = installation.Account.CommandLine(
            installation.Installer,
            [
                "--no-defaults",
                "--auth-root-authentication-method=normal",
                "--skip-test-db",
                "--skip-name-resolve",
                $"--datadir={directory}",
                .. MariaDbArguments.Layout,
            ]
        );
        await Command.RunAsync(program, arguments, cancellationToken);
    }

    /// <summary>Copies this machine's template, which is made first if need be.</summary>
    public static async Task CopyTemplateAsync(MariaDbInstallation installation, string directory, CancellationToken cancellationToken)
    {
        var name = $"scratch-mariadb-template-{installation.Version}-{Environment.UserName}";
        var template = Path.Combine(Path.GetTempPath(), string.Concat(name.Split(Path.GetInvalidFileNameChars())));
        if (!Directory.Exists(template))
        {
            await MakeTemplateAsync(installation, template, cancellationToken);
        }

        await RequireOwnAsync(installation, template, cancellationToken);
        await Command.RunAsync("cp", ["-a", "--reflink=auto", template, directory], cancellationToken);
    }

    // Made elsewhere and then renamed, so a template is complete or not there; of two made at once, one wins.
    private static async Task MakeTemplateAsync(MariaDbInstallation installation, string template, CancellationToken cancellationToken)
    {
        var workshop = ScratchDirectory.Create("mariadb-template");
        await using (workshop)
        {
            var made = Path.Combine(workshop.Path, "data");
            await installation.Account.HandOverAsync(workshop.Path, cancellationToken);
            await InstallAsync(installation, made, cancellationToken);
            try
            {
                Directory.Move(made, template);
            }
            catch (IOException) when (Directory.Exists(template)) { }
        }
    }

    // The temporary directory is everybody's: a template that somebody else put there could hold his accounts.
    private static async Task RequireOwnAsync(MariaDbInstallation installation, string template, CancellationToken cancellationToken)
    {
        var found = (await Command.RunAsync("stat", ["-c", "%F %U %a", template], cancellationToken)).Trim();
        var wanted = $"directory {installation.Account.Name} 700";
        if (found != wanted)
        {
            throw new InvalidOperationException($"{template} is not ours: it is \"{found}\" instead of \"{wanted}\". Remove it.");
        }
    }
}
