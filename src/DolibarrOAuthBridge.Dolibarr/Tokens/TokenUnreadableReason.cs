// SPDX-License-Identifier: GPL-3.0-or-later

namespace DolibarrOAuthBridge.Dolibarr.Tokens;

/// <summary>Why a stored token cannot be read.</summary>
public enum TokenUnreadableReason
{
    /// <summary>It does not decrypt with a key of this instance, or was cut or changed since it was written.</summary>
    WrongKeyOrDamaged,

    /// <summary>It is encrypted with a cipher the bridge does not know.</summary>
    UnsupportedCipher,

    /// <summary>It reads well, but is not an OAuth 2 token.</summary>
    NotAToken,

    /// <summary>There is no value.</summary>
    Empty,
}
