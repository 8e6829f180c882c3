// SPDX-License-Identifier: GPL-3.0-or-later

namespace DolibarrOAuthBridge.Dolibarr.Encryption;

/// <summary>
/// <c>dol_encode</c> and <c>dol_decode</c>: the base64 of each byte plus 17. It hides a password from a glance and
/// nothing more; conf.php may hold the database password so, after <c>crypted:</c>.
/// </summary>
public static class DolEncoded
{
    /// <summary>How an encoded password starts in conf.php.</summary>
    internal const string Prefix = "crypted:";

    private const byte Shift = 17;

    /// <summary>Encodes bytes.</summary>
    public static string Encode(ReadOnlySpan<byte> bytes)
    {
        var shifted = bytes.ToArray();
        foreach (ref var value in shifted.AsSpan())
        {
            value = unchecked((byte)(value + Shift));
        }

        return Convert.ToBase64String(shifted);
    }

    /// <summary>Decodes what <see cref="Encode"/> gives.</summary>
    /// <exception cref="FormatException">The text is not base64.</exception>
    public static byte[] Decode(string encoded)
    {
        var bytes = Convert.FromBase64String(encoded);
        foreach (ref var value in bytes.AsSpan())
        {
            value = unchecked((byte)(value - Shift));
        }

        return bytes;
    }
}
