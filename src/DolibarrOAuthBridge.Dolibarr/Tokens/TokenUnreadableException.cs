// SPDX-License-Identifier: GPL-3.0-or-later

namespace DolibarrOAuthBridge.Dolibarr.Tokens;

/// <summary>A stored token that cannot be read. The message names the likely cause in plain words and holds nothing of the value.</summary>
public sealed class TokenUnreadableException : Exception
{
    /// <summary>Creates the error.</summary>
    public TokenUnreadableException(TokenUnreadableReason reason, string message, Exception? innerException = null)
        : base(message, innerException) => Reason = reason;

    /// <summary>Why the token cannot be read.</summary>
    public TokenUnreadableReason Reason { get; }
}
