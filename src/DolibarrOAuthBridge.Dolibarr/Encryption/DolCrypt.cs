// SPDX-License-Identifier: GPL-3.0-or-later

using System.Security.Cryptography;
using System.Text;
using System.Text.RegularExpressions;
using Org.BouncyCastle.Crypto;
using Org.BouncyCastle.Crypto.Modes;
using Org.BouncyCastle.Crypto.Parameters;

namespace DolibarrOAuthBridge.Dolibarr.Encryption;

/// <summary>
/// Dolibarr's reversible encryption (<c>dolEncrypt</c> and <c>dolDecrypt</c> of core/lib/security.lib.php, since 17):
/// <c>dolcrypt:cipher:iv:base64</c> with the IV as 16 ASCII characters. There is no authentication: a wrong key gives
/// random bytes without an error in CTR mode, so what comes out must be checked by its own grammar.
/// </summary>
public static partial class DolCrypt
{
    /// <summary>The cipher of Dolibarr's constant MAIN_SECURITY_REVERSIBLE_ALGO.</summary>
    public const string DefaultCipher = "AES-256-CTR";

    /// <summary>How every encrypted value starts.</summary>
    internal const string Prefix = "dolcrypt:";

    private const int IvBytes = 16;
    private const int IvPrefix = 12; // what a counter of 32 bits leaves of it

    /// <summary>
    /// Whether a value claims to be encrypted. What starts with <c>dolcrypt:</c> does, well-formed or not. <c>dolDecrypt</c> takes
    /// other words that start with <c>dol</c> as well; those only count where the rest has the form.
    /// </summary>
    public static bool IsEncrypted(string value)
    {
        ArgumentNullException.ThrowIfNull(value);
        return value.StartsWith(Prefix, StringComparison.Ordinal) || OtherPrefix().IsMatch(value);
    }

    /// <summary>The cipher's OpenSSL name as the value spells it.</summary>
    /// <exception cref="DolCryptException">The value is malformed or its cipher unsupported.</exception>
    public static string CipherOf(string value)
    {
        var name = Split(value)[1];
        ParseCipher(name);
        return name;
    }

    /// <summary>
    /// The start of a value's IV, by which copies of one ciphertext are known even if somebody changed them: the end of the IV is the
    /// counter. Null for a value that <see cref="Decrypt"/> does not take.
    /// </summary>
    public static string? OriginOf(string? value) =>
        value is not null && IsEncrypted(value) && value.Split(':') is [_, _, { Length: IvBytes } iv, _] ? iv[..IvPrefix] : null;

    /// <summary>Decrypts a value.</summary>
    /// <param name="value">The whole value with its prefix.</param>
    /// <param name="key">The key's bytes; as OpenSSL does, they are cut or filled with zeros to the length the cipher needs.</param>
    /// <exception cref="DolCryptException">The value is malformed, its cipher unsupported, the key empty, or (CBC only) the key
    /// wrong.</exception>
    public static byte[] Decrypt(string value, ReadOnlySpan<byte> key)
    {
        var parts = Split(value);
        var cipher = ParseCipher(parts[1]);
        var iv = ParseIv(parts[2]);
        var ciphertext = ParseBase64(parts[3]);
        return cipher.Counter ? RunCounter(ciphertext, FitKey(key, cipher), iv) : DecryptBlocks(ciphertext, FitKey(key, cipher), iv);
    }

    /// <summary>Encrypts bytes under a fresh random IV.</summary>
    /// <param name="plaintext">The bytes; not empty, for which Dolibarr has no encrypted form.</param>
    /// <param name="key">The key's bytes, as in <see cref="Decrypt"/>.</param>
    /// <param name="cipher">The cipher's OpenSSL name in any case; it is stored as given.</param>
    /// <exception cref="DolCryptException">The cipher is unsupported or the key empty.</exception>
    public static string Encrypt(ReadOnlySpan<byte> plaintext, ReadOnlySpan<byte> key, string cipher = DefaultCipher) =>
        // As dolGetRandomBytes(16): 8 random bytes, spelt out. The hexadecimal digits themselves are the IV.
        Encrypt(plaintext, key, cipher, RandomNumberGenerator.GetHexString(IvBytes, lowercase: true));

    /// <summary>
    /// Encrypts what a value held under another key. Cipher and IV stay as they are: Dolibarr looks up a user's API key by
    /// its encrypted form, for which it has a fixed IV.
    /// </summary>
    /// <param name="value">The value under the old key.</param>
    /// <param name="plaintext">What it holds.</param>
    /// <param name="key">The new key's bytes.</param>
    internal static string EncryptAnew(string value, ReadOnlySpan<byte> plaintext, ReadOnlySpan<byte> key)
    {
        var parts = Split(value);
        return Encrypt(plaintext, key, parts[1], parts[2], parts[0]);
    }

    private static string Encrypt(
        ReadOnlySpan<byte> plaintext,
        ReadOnlySpan<byte> key,
        string cipher,
        string iv,
        string prefix = "dolcrypt"
    )
    {
        if (plaintext.IsEmpty)
        {
            throw new ArgumentException("There is no encrypted form of nothing.", nameof(plaintext));
        }

        var kind = ParseCipher(cipher);
        var aesKey = FitKey(key, kind);
        var ciphertext = kind.Counter ? RunCounter(plaintext, aesKey, ParseIv(iv)) : EncryptBlocks(plaintext, aesKey, ParseIv(iv));
        return $"{prefix}:{cipher}:{iv}:{Convert.ToBase64String(ciphertext)}";
    }

    private static string[] Split(string value)
    {
        ArgumentNullException.ThrowIfNull(value);
        var parts = value.Split(':');
        return parts.Length == 4 && IsEncrypted(value)
            ? parts
            : throw new DolCryptException(DolCryptFailure.Malformed, "The value has not the form dolcrypt:cipher:iv:base64.");
    }

    private static (int KeyBytes, bool Counter) ParseCipher(string name)
    {
        ArgumentNullException.ThrowIfNull(name);
        return name.ToUpperInvariant() switch
        {
            "AES-128-CTR" => (16, true),
            "AES-192-CTR" => (24, true),
            "AES-256-CTR" => (32, true),
            "AES-128-CBC" => (16, false),
            "AES-192-CBC" => (24, false),
            "AES-256-CBC" => (32, false),
            // Not named in the message: a damaged value could have anything here.
            _ => throw new DolCryptException(
                DolCryptFailure.UnsupportedCipher,
                "The cipher is not one of AES-128, 192 or 256 in CTR or CBC mode."
            ),
        };
    }

    private static byte[] ParseIv(string iv) =>
        iv.Length == IvBytes && Ascii.IsValid(iv)
            ? Encoding.ASCII.GetBytes(iv)
            : throw new DolCryptException(DolCryptFailure.Malformed, "The IV is not 16 ASCII characters.");

    // Only as openssl_encrypt() writes it. openssl_decrypt() skips what is not base64, which would hide damage.
    private static byte[] ParseBase64(string text)
    {
        var bytes = new byte[text.Length];
        return Convert.TryFromBase64String(text, bytes, out var length) && length > 0 && Convert.ToBase64String(bytes, 0, length) == text
            ? bytes[..length]
            : throw new DolCryptException(DolCryptFailure.Malformed, "The last part is not base64: the value was cut or changed.");
    }

    private static byte[] FitKey(ReadOnlySpan<byte> key, (int KeyBytes, bool Counter) cipher)
    {
        if (key.IsEmpty)
        {
            throw new DolCryptException(DolCryptFailure.NoKey, "The key is empty.");
        }

        var fitted = new byte[cipher.KeyBytes];
        key[..Math.Min(key.Length, fitted.Length)].CopyTo(fitted);
        return fitted;
    }

    // .NET has no CTR mode. This one carries from the counter's last byte into the whole block, as OpenSSL does:
    // the IV's ASCII digits overflow their byte within about 3,000 bytes.
    private static byte[] RunCounter(ReadOnlySpan<byte> input, byte[] key, byte[] iv)
    {
        var counter = new BufferedBlockCipher(new SicBlockCipher(AesUtilities.CreateEngine()));
        counter.Init(forEncryption: true, new ParametersWithIV(new KeyParameter(key), iv));
        return counter.DoFinal(input.ToArray());
    }

    private static byte[] EncryptBlocks(ReadOnlySpan<byte> plaintext, byte[] key, byte[] iv)
    {
        using var aes = Aes.Create();
        aes.Key = key;
        return aes.EncryptCbc(plaintext, iv);
    }

    private static byte[] DecryptBlocks(byte[] ciphertext, byte[] key, byte[] iv)
    {
        using var aes = Aes.Create();
        aes.Key = key;
        try
        {
            return aes.DecryptCbc(ciphertext, iv);
        }
        catch (CryptographicException exception)
        {
            throw new DolCryptException(DolCryptFailure.WrongKeyOrDamaged, "The value does not decrypt with this key.", exception);
        }
    }

    [GeneratedRegex("^dol[^:]+:(?i:AES-(128|192|256)-(CTR|CBC)):[^:]{16}:[A-Za-z0-9+/]+={0,2}$")]
    private static partial Regex OtherPrefix();
}
