// SPDX-License-Identifier: GPL-3.0-or-later

using System.Runtime.InteropServices;
using System.Security.Cryptography;
using System.Text;

namespace DolibarrOAuthBridge;

/// <summary>
/// How a secret is remembered and compared without being kept: SHA-256 as 64 hexadecimal digits. Tokens have entropy enough to
/// need no salt.
/// </summary>
internal static class SecretHash
{
    /// <summary>The hash of a secret; null of null.</summary>
    public static string? Of(string? secret) =>
        secret is null ? null : Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(secret)));

    /// <summary>Compares two secrets in a time that depends on their lengths only: for those whose length everybody knows.</summary>
    public static bool AreEqualOfKnownLength(string left, string right) =>
        CryptographicOperations.FixedTimeEquals(MemoryMarshal.AsBytes(left.AsSpan()), MemoryMarshal.AsBytes(right.AsSpan()));

    /// <summary>Compares two secrets in a time that depends on neither, nor on their lengths.</summary>
    public static bool AreEqual(string left, string right) =>
        CryptographicOperations.FixedTimeEquals(
            SHA256.HashData(Encoding.UTF8.GetBytes(left)),
            SHA256.HashData(Encoding.UTF8.GetBytes(right))
        );
}
