// SPDX-License-Identifier: GPL-3.0-or-later

using DolibarrOAuthBridge.Dolibarr.Configuration;

namespace DolibarrOAuthBridge;

/// <summary>The sidecar's own database account in place of Dolibarr's, where the settings name one.</summary>
internal static class SidecarAccount
{
    /// <summary>Dolibarr's configuration with the account that the settings name.</summary>
    /// <exception cref="SidecarAccountException">The password's file cannot be read.</exception>
    public static DolibarrConf Apply(DolibarrConf conf, BridgeOptions options)
    {
        return options.DatabaseUser.Length == 0
            ? conf
            : conf with
            {
                DbUser = options.DatabaseUser,
                DbPassword = ReadPassword(options.DatabasePasswordFile),
            };
    }

    /// <summary>Reads conf.php; where the settings name an account, a password in it that cannot be read does no harm.</summary>
    /// <exception cref="DolibarrConfException">conf.php cannot be used.</exception>
    /// <exception cref="SidecarAccountException">The password's file cannot be read.</exception>
    public static DolibarrConf Read(string path, BridgeOptions options) =>
        Apply(DolibarrConfReader.Read(path, needsAccount: options.DatabaseUser.Length == 0), options);

    private static string ReadPassword(string path)
    {
        try
        {
            return path.Length == 0 ? string.Empty : File.ReadAllText(path).TrimEnd('\r', '\n');
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            throw new SidecarAccountException($"Bridge:DatabasePasswordFile cannot be read: {exception.Message}", exception);
        }
    }
}
