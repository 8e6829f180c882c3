// SPDX-License-Identifier: GPL-3.0-or-later

namespace DolibarrOAuthBridge.Dolibarr.Php;

/// <summary>
/// Data that is not what PHP's <c>serialize()</c> writes, or a value that cannot be written so.
/// The message says where and why and never holds content, which may be a secret.
/// </summary>
public sealed class PhpFormatException : FormatException
{
    /// <summary>Creates the error for a place in the serialized bytes.</summary>
    /// <param name="offset">The place, in bytes from the start.</param>
    /// <param name="reason">What is wrong there, without content.</param>
    public PhpFormatException(int offset, string reason)
        : base($"{reason} (at byte {offset})")
    {
        Offset = offset;
        Reason = reason;
    }

    /// <summary>The place in the serialized form, in bytes from the start; 0 for JSON, which has none.</summary>
    public int Offset { get; }

    /// <summary>What is wrong there.</summary>
    public string Reason { get; }
}
