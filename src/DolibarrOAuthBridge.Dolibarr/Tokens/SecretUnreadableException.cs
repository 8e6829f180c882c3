// SPDX-License-Identifier: GPL-3.0-or-later

namespace DolibarrOAuthBridge.Dolibarr.Tokens;

/// <summary>
/// An encrypted setting that cannot be read. The message names the likely cause in plain words and holds nothing of the value.
/// </summary>
public sealed class SecretUnreadableException : Exception
{
    /// <summary>Creates the error.</summary>
    public SecretUnreadableException(string message, Exception? innerException = null)
        : base(message, innerException) { }
}
