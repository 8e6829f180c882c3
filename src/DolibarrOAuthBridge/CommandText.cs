// SPDX-License-Identifier: GPL-3.0-or-later

using DolibarrOAuthBridge.Dolibarr.Configuration;

namespace DolibarrOAuthBridge;

/// <summary>Parts of commands that a message tells a person to run.</summary>
internal static class CommandText
{
    /// <summary>A path as a shell takes it.</summary>
    public static string Quote(string path) =>
        path.All(c => char.IsAsciiLetterOrDigit(c) || c is '/' or '.' or '-' or '_')
            ? path
            : $"'{path.Replace("'", @"'\''", StringComparison.Ordinal)}'";

    /// <summary>How the command line names a Dolibarr: by its name among several, otherwise by its conf.php.</summary>
    public static string Selector(BridgeOptions options, DolibarrConf conf) =>
        options.Instance.Length > 0 ? $"--instance {options.Instance}" : $"--dolibarr-conf {Quote(conf.Path)}";
}
