// SPDX-License-Identifier: GPL-3.0-or-later

namespace DolibarrOAuthBridge.Dolibarr.Encryption;

/// <summary>How a release of Dolibarr takes its encryption key from conf.php.</summary>
public enum KeyRule
{
    /// <summary>Up to 23: the whole string is the key.</summary>
    WholeKey,

    /// <summary>
    /// From 24: the string is a list of keys with commas between them. <c>dolEncrypt</c> uses the first one, <c>dolDecrypt</c> tries
    /// each in turn.
    /// </summary>
    CommaSeparated,
}
