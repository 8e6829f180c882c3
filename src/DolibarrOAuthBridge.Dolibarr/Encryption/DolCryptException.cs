// SPDX-License-Identifier: GPL-3.0-or-later

namespace DolibarrOAuthBridge.Dolibarr.Encryption;

/// <summary>A <c>dolcrypt:</c> value that cannot be handled. The message holds nothing of the value.</summary>
public sealed class DolCryptException : Exception
{
    /// <summary>Creates the error.</summary>
    public DolCryptException(DolCryptFailure failure, string message, Exception? innerException = null)
        : base(message, innerException) => Failure = failure;

    /// <summary>Why the value cannot be handled.</summary>
    public DolCryptFailure Failure { get; }
}
