// SPDX-License-Identifier: GPL-3.0-or-later

namespace DolibarrOAuthBridge.Dolibarr.Encryption;

/// <summary>Why a <c>dolcrypt:</c> value cannot be handled.</summary>
public enum DolCryptFailure
{
    /// <summary>The value has not the form <c>dolcrypt:cipher:iv:base64</c>.</summary>
    Malformed,

    /// <summary>The cipher is not one of AES-128, 192 or 256 in CTR or CBC mode.</summary>
    UnsupportedCipher,

    /// <summary>The key is empty.</summary>
    NoKey,

    /// <summary>The value does not decrypt with the key. Only CBC can tell; CTR gives random bytes.</summary>
    WrongKeyOrDamaged,
}
