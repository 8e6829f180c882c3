// SPDX-License-Identifier: GPL-3.0-or-later

namespace DolibarrOAuthBridge.Dolibarr.Encryption;

/// <summary>Under which key a stored value reads.</summary>
public enum KeyChangeVerdict
{
    /// <summary>Under the old key only: it is to be changed.</summary>
    OldKey,

    /// <summary>Under the new key only: it was changed before, or written since.</summary>
    NewKey,

    /// <summary>Under both, by chance: it is only a few characters long.</summary>
    EitherKey,

    /// <summary>Under neither, or it is damaged.</summary>
    Undecodable,
}
