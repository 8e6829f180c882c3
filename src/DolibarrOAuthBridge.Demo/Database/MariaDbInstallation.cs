// SPDX-License-Identifier: GPL-3.0-or-later

using System.Text.RegularExpressions;
using DolibarrOAuthBridge.Demo.Processes;

namespace DolibarrOAuthBridge.Demo.Database;

/// <summary>The MariaDB programs of this machine, and the account they are run as.</summary>
/// <param name="Server">mariadbd.</param>
/// <param name="Installer">mariadb-install-db.</param>
/// <param name="Version">The server's version, such as <c>10.11.19-MariaDB-0+deb12u1</c>.</param>
/// <param name="Account">Whom they run as.</param>
internal sealed partial record MariaDbInstallation(string Server, string Installer, string Version, ServiceAccount Account)
{
    private const string Advice = "Install the Debian package mariadb-server-core (apt-get install mariadb-server-core)";

    private static readonly string[] Directories =
    [
        .. (Environment.GetEnvironmentVariable("PATH") ?? string.Empty).Split(':', StringSplitOptions.RemoveEmptyEntries),
        "/usr/sbin",
        "/usr/bin",
        "/usr/local/bin",
    ];

    /// <summary>Looks for the programs.</summary>
    /// <exception cref="InvalidOperationException">They are missing; the message says what to install.</exception>
    public static async Task<MariaDbInstallation> FindAsync(CancellationToken cancellationToken)
    {
        var server = Find("mariadbd");
        var installer = Find("mariadb-install-db");
        var said = await Command.RunAsync(server, ["--no-defaults", "--version"], cancellationToken);
        var version = VersionNumber().Match(said) is { Success: true } match
            ? match.Groups[1].Value
            : throw new InvalidOperationException($"{server} is no MariaDB server: {said.Trim()}. {Advice}.");

        // The package mariadb-server-core makes no account; only mariadb-server does.
        return new MariaDbInstallation(server, installer, version, ServiceAccount.Find("mysql"));
    }

    private static string Find(string name) =>
        Directories.Select(directory => Path.Combine(directory, name)).FirstOrDefault(File.Exists)
        ?? throw new InvalidOperationException($"{name} is not on this machine. {Advice}.");

    [GeneratedRegex(@"Ver (\S*MariaDB\S*)")]
    private static partial Regex VersionNumber();
}
