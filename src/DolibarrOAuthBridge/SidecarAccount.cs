// SPDX-License-Identifier: GPL-3.0-or-later

using DolibarrOAuthBridge.Dolibarr.Configuration;

namespace DolibarrOAuthBridge;

/// <summary>
/// How the sidecar connects to the database where its settings say more than conf.php: an account of its own in place of Dolibarr's, and
/// what the server's certificate is checked against.
/// </summary>
internal static class SidecarAccount
{
    /// <summary>Dolibarr's configuration with the account that the settings name.</summary>
    /// <exception cref="SidecarAccountException">The password's file cannot be read, or is not for this conf.php.</exception>
    public static DolibarrConf Apply(DolibarrConf conf, BridgeOptions options)
    {
        var checkedConf = WithAuthority(conf, options);
        if (options.DatabaseUser.Length == 0)
        {
            return checkedConf;
        }

        // conf.php names the server, which is shown the password: whoever writes the one must not get the other.
        if (options.IsDatabaseUserOfAll && !conf.IsOfOperator)
        {
            throw new SidecarAccountException(
                $"Others than root can write {conf.Path}, and with it choose the server that gets the password of Bridge:DatabaseUser, "
                    + "which is for all instances. Give this instance a DatabaseUser and a DatabasePasswordFile of its own (an empty "
                    + "DatabaseUser is the account in conf.php), or let root own conf.php and its group only read it."
            );
        }

        return checkedConf with
        {
            DbUser = options.DatabaseUser,
            DbPassword = ReadPassword(options.DatabasePasswordFile),
            HasOwnDbAccount = true,
        };
    }

    /// <summary>Reads conf.php; where the settings name an account, a password in it that cannot be read does no harm.</summary>
    /// <exception cref="DolibarrConfException">conf.php cannot be used.</exception>
    /// <exception cref="SidecarAccountException">The password's file cannot be read, or is not for this conf.php.</exception>
    public static DolibarrConf Read(string path, BridgeOptions options) =>
        Apply(ReadFile(path, options, needsAccount: options.DatabaseUser.Length == 0), options);

    /// <summary>Reads conf.php as Dolibarr has it, with what the server's certificate is checked against.</summary>
    /// <exception cref="DolibarrConfException">conf.php cannot be used.</exception>
    public static DolibarrConf ReadDolibarrs(string path, BridgeOptions options) => WithAuthority(ReadFile(path, options), options);

    /// <summary>Reads a conf.php of the instance that the settings are of.</summary>
    /// <exception cref="DolibarrConfException">It cannot be used.</exception>
    public static DolibarrConf ReadFile(string path, BridgeOptions options, bool needsAccount = true) =>
        DolibarrConfReader.Read(path, needsAccount, isOneOfSeveral: options.Instance.Length > 0);

    private static DolibarrConf WithAuthority(DolibarrConf conf, BridgeOptions options) =>
        conf with
        {
            DbCertificateAuthority = options.DatabaseCa,
        };

    private static string ReadPassword(string path)
    {
        try
        {
            return path.Length == 0 ? string.Empty : File.ReadAllText(path).TrimEnd('\r', '\n');
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            var advice = path.StartsWith("/run/credentials/", StringComparison.Ordinal)
                ? " It is a credential of the service, there only for the service and while it runs: for a command by hand name the file "
                    + "that systemd takes it from, with --Bridge:DatabasePasswordFile=PATH."
                : string.Empty;
            throw new SidecarAccountException($"Bridge:DatabasePasswordFile cannot be read: {exception.Message}{advice}", exception);
        }
    }
}
