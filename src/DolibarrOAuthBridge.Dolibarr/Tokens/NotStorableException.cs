// SPDX-License-Identifier: GPL-3.0-or-later

namespace DolibarrOAuthBridge.Dolibarr.Tokens;

/// <summary>
/// A token or secret that Dolibarr could not read back if it were stored, or that would have to be stored in the clear. The
/// message holds nothing of the value.
/// </summary>
public sealed class NotStorableException : Exception
{
    /// <summary>Creates the error.</summary>
    public NotStorableException(string message, Exception? innerException = null)
        : base(message, innerException) { }
}
