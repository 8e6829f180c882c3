// SPDX-License-Identifier: GPL-3.0-or-later

using System.Text;

namespace DolibarrOAuthBridge.Dolibarr.Encryption;

/// <summary>
/// Tells text from the random bytes that a wrong key gives, the only sign of it in CTR mode. Very short values can pass
/// by chance (one byte in three does).
/// </summary>
internal static class PlainText
{
    private static readonly UTF8Encoding Utf8 = new(encoderShouldEmitUTF8Identifier: false, throwOnInvalidBytes: true);

    /// <summary>The bytes as text: UTF-8 without control characters other than tabs and line ends. Null where they are none.</summary>
    public static string? TryRead(ReadOnlySpan<byte> bytes)
    {
        try
        {
            var text = Utf8.GetString(bytes);
            return text.Any(c => char.IsControl(c) && c is not ('\t' or '\r' or '\n')) ? null : text;
        }
        catch (DecoderFallbackException)
        {
            return null;
        }
    }

    /// <summary>Decrypts a value with the first key that gives text.</summary>
    /// <returns>The text; null where no key gives any.</returns>
    /// <exception cref="DolCryptException">The value is malformed or its cipher unsupported.</exception>
    public static string? TryDecrypt(string value, InstanceKeys keys)
    {
        DolCrypt.CipherOf(value);
        foreach (var key in keys.Candidates)
        {
            try
            {
                if (TryRead(DolCrypt.Decrypt(value, key.Span)) is { } text)
                {
                    return text;
                }
            }
            catch (DolCryptException exception) when (exception.Failure == DolCryptFailure.WrongKeyOrDamaged)
            {
                // The next key may be right.
            }
        }

        return null;
    }

    /// <summary>Decrypts a value of unknown content with the first key that gives text, or the bytes of a serialized PHP object.</summary>
    /// <returns>The bytes; null where no key gives any.</returns>
    /// <exception cref="DolCryptException">The value is malformed or its cipher unsupported.</exception>
    public static byte[]? TryDecryptAny(string value, IReadOnlyList<ReadOnlyMemory<byte>> keys) => TryDecryptAny(value, keys, out _);

    /// <summary>As the other overload; says also which key it was.</summary>
    public static byte[]? TryDecryptAny(string value, IReadOnlyList<ReadOnlyMemory<byte>> keys, out ReadOnlyMemory<byte> found)
    {
        DolCrypt.CipherOf(value);
        foreach (var key in keys)
        {
            try
            {
                var plaintext = DolCrypt.Decrypt(value, key.Span);
                // A serialized object holds zero bytes before the names of its properties.
                if (TryRead(Array.FindAll(plaintext, b => b != 0)) is not null)
                {
                    found = key;
                    return plaintext;
                }
            }
            catch (DolCryptException exception) when (exception.Failure == DolCryptFailure.WrongKeyOrDamaged)
            {
                // The next key may be right.
            }
        }

        found = default;
        return null;
    }
}
