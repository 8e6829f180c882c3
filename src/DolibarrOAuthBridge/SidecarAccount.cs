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
    /// <exception cref="SidecarAccountException">The password's file cannot be read.</exception>
    public static DolibarrConf Apply(DolibarrConf conf, BridgeOptions options)
    {
        var checkedConf = WithAuthority(conf, options);
        return options.DatabaseUser.Length == 0
            ? checkedConf
            : checkedConf with
            {
                DbUser = options.DatabaseUser,
                DbPassword = ReadPassword(options.DatabasePasswordFile),
                HasOwnDbAccount = true,
            };
    }

    /// <summary>Reads conf.php; where the settings name an account, a password in it that cannot be read does no harm.</summary>
    /// <exception cref="DolibarrConfException">conf.php cannot be used.</exception>
    /// <exception cref="SidecarAccountException">The password's file cannot be read.</exception>
    public static DolibarrConf Read(string path, BridgeOptions options) =>
        Apply(DolibarrConfReader.Read(path, needsAccount: options.DatabaseUser.Length == 0), options);

    /// <summary>Dolibarr's configuration, account and all, with what the server's certificate is checked against.</summary>
    public static DolibarrConf WithAuthority(DolibarrConf conf, BridgeOptions options) =>
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
