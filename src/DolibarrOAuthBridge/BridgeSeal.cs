// SPDX-License-Identifier: GPL-3.0-or-later

using System.Buffers.Text;
using System.Security.Cryptography;
using System.Text;
using DolibarrOAuthBridge.Dolibarr.Configuration;

namespace DolibarrOAuthBridge;

/// <summary>
/// Authenticated encryption (AES-256-GCM) of what the bridge keeps for itself, and keyed hashes. The keys are derived from
/// conf.php's (HKDF-SHA256), one for each purpose, so a value sealed for one purpose opens for no other.
/// </summary>
internal sealed class BridgeSeal(DolibarrConf conf)
{
    private const string Prefix = "bridge1:";
    private const int KeyBytes = 32;
    private const int NonceBytes = 12;
    private const int TagBytes = 16;

    private readonly byte[] _ownKey = RandomNumberGenerator.GetBytes(KeyBytes);

    /// <summary>Whether another process opens what this one sealed: not where conf.php has no key at all.</summary>
    public bool IsShared => conf.Keys.WriteKey is { Length: > 0 };

    /// <summary>Whether a value is one that <see cref="Seal"/> makes.</summary>
    public static bool IsSealed(string stored) => stored.StartsWith(Prefix, StringComparison.Ordinal);

    /// <summary>Encrypts a text.</summary>
    /// <param name="purpose">What it is for, such as <c>consent</c>.</param>
    /// <param name="context">What it belongs to, such as the row's id. It opens with the same context only.</param>
    /// <param name="text">The text.</param>
    /// <returns>ASCII text.</returns>
    public string Seal(string purpose, string context, string text)
    {
        var plain = Encoding.UTF8.GetBytes(text);
        var whole = new byte[NonceBytes + plain.Length + TagBytes];
        var nonce = whole.AsSpan(0, NonceBytes);
        RandomNumberGenerator.Fill(nonce);
        using var cipher = new AesGcm(Key(purpose), TagBytes);
        cipher.Encrypt(nonce, plain, whole.AsSpan(NonceBytes, plain.Length), whole.AsSpan(^TagBytes..), Encoding.UTF8.GetBytes(context));
        return Prefix + Base64Url.EncodeToString(whole);
    }

    /// <summary>Decrypts what <see cref="Seal"/> made.</summary>
    /// <returns>The text; null if it was changed, belongs to another context or purpose, or was sealed with another key.</returns>
    public string? Open(string purpose, string context, string? sealedText)
    {
        if (sealedText?.StartsWith(Prefix, StringComparison.Ordinal) != true || !Base64Url.IsValid(sealedText.AsSpan(Prefix.Length)))
        {
            return null;
        }

        var whole = Base64Url.DecodeFromChars(sealedText.AsSpan(Prefix.Length));
        if (whole.Length < NonceBytes + TagBytes)
        {
            return null;
        }

        var plain = new byte[whole.Length - NonceBytes - TagBytes];
        using var cipher = new AesGcm(Key(purpose), TagBytes);
        try
        {
            cipher.Decrypt(
                whole.AsSpan(0, NonceBytes),
                whole.AsSpan(NonceBytes, plain.Length),
                whole.AsSpan(^TagBytes..),
                plain,
                Encoding.UTF8.GetBytes(context)
            );
        }
        catch (AuthenticationTagMismatchException)
        {
            return null;
        }

        return Encoding.UTF8.GetString(plain);
    }

    /// <summary>A keyed hash (HMAC-SHA256) as 64 hexadecimal digits: nobody without conf.php's key can make or check it.</summary>
    public string Hash(string purpose, string text) =>
        Convert.ToHexStringLower(HMACSHA256.HashData(Key("hash of " + purpose), Encoding.UTF8.GetBytes(text)));

    private byte[] Key(string purpose) =>
        HKDF.DeriveKey(
            HashAlgorithmName.SHA256,
            conf.Keys.WholeKey is { Length: > 0 } key ? key.ToArray() : _ownKey,
            KeyBytes,
            info: Encoding.UTF8.GetBytes("dolibarr-oauth-bridge v1 " + purpose)
        );
}
