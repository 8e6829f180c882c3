// SPDX-License-Identifier: GPL-3.0-or-later

using System.Buffers.Text;
using System.Globalization;
using System.Security.Cryptography;
using System.Text;

namespace DolibarrOAuthBridge.Keys;

/// <summary>
/// How the bridge proves to a caller that it knows the API key, before the caller sends the key: whoever else listens at its
/// address while it is down cannot.
/// </summary>
internal static class IdentityProof
{
    private const int NonceBytes = 32;
    private const int NonceLength = 43; // in base64url without padding

    /// <summary>A nonce for one question.</summary>
    public static string NewNonce() => Base64Url.EncodeToString(RandomNumberGenerator.GetBytes(NonceBytes));

    /// <summary>The proof for one nonce and company.</summary>
    /// <param name="apiKey">The company's API key.</param>
    /// <param name="nonce">What the caller made up.</param>
    /// <param name="entity">The company.</param>
    /// <returns>HMAC-SHA256 in base64url without padding.</returns>
    public static string Of(string apiKey, string nonce, int entity) =>
        Base64Url.EncodeToString(
            HMACSHA256.HashData(
                Encoding.UTF8.GetBytes(apiKey),
                Encoding.UTF8.GetBytes(string.Create(CultureInfo.InvariantCulture, $"dolibarr-oauth-bridge identity v1\n{nonce}\n{entity}"))
            )
        );

    /// <summary>Reads <c>nonce</c>.</summary>
    /// <exception cref="BridgeException">It is not 32 bytes in base64url.</exception>
    public static string RequireNonce(string? text) =>
        text is { Length: NonceLength } && Base64Url.IsValid(text) && Base64Url.EncodeToString(Base64Url.DecodeFromChars(text)) == text
            ? text
            : throw new BridgeException(
                ProblemCode.InvalidRequest,
                "nonce must be 32 random bytes in base64url without padding: 43 characters."
            );
}
