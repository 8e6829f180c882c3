// SPDX-License-Identifier: GPL-3.0-or-later

using System.Security.Cryptography;
using System.Text;
using System.Text.Json;

namespace DolibarrOAuthBridge.Transfers;

/// <summary>
/// Seals text with a passphrase: PBKDF2 with HMAC-SHA-256 (RFC 8018) gives the key of AES-256-GCM. What was changed, or is opened with
/// another passphrase, does not open.
/// </summary>
internal static class PassphraseSeal
{
    /// <summary>What the sealed form calls itself.</summary>
    public const string Format = "dolibarr-oauth-bridge grant 1";

    /// <summary>The least length of a passphrase, in characters.</summary>
    public const int LeastLength = 12;

    private const int Iterations = 600_000; // OWASP's number for PBKDF2 with SHA-256
    private const int MostIterations = 10_000_000;
    private const int KeyBytes = 32;
    private const int SaltBytes = 16;
    private const int NonceBytes = 12;
    private const int TagBytes = 16;

    /// <summary>Seals a text.</summary>
    public static string Seal(string text, string passphrase)
    {
        var plain = Encoding.UTF8.GetBytes(text);
        var salt = RandomNumberGenerator.GetBytes(SaltBytes);
        var whole = new byte[NonceBytes + plain.Length + TagBytes];
        RandomNumberGenerator.Fill(whole.AsSpan(0, NonceBytes));
        using var cipher = Cipher(passphrase, salt, Iterations);
        cipher.Encrypt(
            whole.AsSpan(0, NonceBytes),
            plain,
            whole.AsSpan(NonceBytes, plain.Length),
            whole.AsSpan(^TagBytes..),
            Encoding.UTF8.GetBytes(Format)
        );
        CryptographicOperations.ZeroMemory(plain);
        return JsonSerializer.Serialize(new SealedBundle(Format, Iterations, salt, whole), TransferJson.Default.SealedBundle);
    }

    /// <summary>Opens what <see cref="Seal"/> made.</summary>
    /// <exception cref="BridgeException">It is something else, was changed, or has another passphrase.</exception>
    public static string Open(string sealedText, string passphrase)
    {
        var bundle = Parse(sealedText);
        var plain = new byte[bundle.Sealed.Length - NonceBytes - TagBytes];
        using var cipher = Cipher(passphrase, bundle.Salt, bundle.Iterations);
        try
        {
            cipher.Decrypt(
                bundle.Sealed.AsSpan(0, NonceBytes),
                bundle.Sealed.AsSpan(NonceBytes, plain.Length),
                bundle.Sealed.AsSpan(^TagBytes..),
                plain,
                Encoding.UTF8.GetBytes(Format)
            );
        }
        catch (AuthenticationTagMismatchException)
        {
            throw new BridgeException(ProblemCode.InvalidRequest, "The passphrase is wrong, or the file was changed.");
        }

        return Encoding.UTF8.GetString(plain);
    }

    private static SealedBundle Parse(string sealedText)
    {
        try
        {
            if (
                JsonSerializer.Deserialize(sealedText, TransferJson.Default.SealedBundle)
                    is { Format: Format, Iterations: >= 1 and <= MostIterations } bundle
                && bundle.Sealed.Length >= NonceBytes + TagBytes
            )
            {
                return bundle;
            }
        }
        catch (JsonException)
        {
            // Said below.
        }

        throw new BridgeException(ProblemCode.InvalidRequest, "That is no grant that dolibarr-oauth-bridge export wrote.");
    }

    private static AesGcm Cipher(string passphrase, byte[] salt, int iterations) =>
        new(Rfc2898DeriveBytes.Pbkdf2(passphrase, salt, iterations, HashAlgorithmName.SHA256, KeyBytes), TagBytes);
}
