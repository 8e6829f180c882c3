// SPDX-License-Identifier: GPL-3.0-or-later

using System.Buffers.Text;
using System.Text;
using System.Text.Json;
using DolibarrOAuthBridge.Providers;

namespace DolibarrOAuthBridge.Login;

/// <summary>
/// A signed JWT in compact form (RFC 7515, section 7.1), taken apart but not believed. Not a printing record: it holds the token.
/// </summary>
internal sealed class CompactToken
{
    private const int Longest = 48 * 1024; // as long as the longest token that is taken from a provider

    private static readonly string[] ForbiddenHeaders = ["jku", "jwk", "x5u", "x5c", "crit", "b64"];

    private CompactToken(byte[] signedBytes, byte[] signature, string algorithm, string? keyId, JsonElement claims)
    {
        SignedBytes = signedBytes;
        Signature = signature;
        Algorithm = algorithm;
        KeyId = keyId;
        Claims = claims;
    }

    /// <summary>What the signature is over: header and claims as they came.</summary>
    public byte[] SignedBytes { get; }

    /// <summary>The signature.</summary>
    public byte[] Signature { get; }

    /// <summary><c>alg</c>, one of those allowed.</summary>
    public string Algorithm { get; }

    /// <summary><c>kid</c>; null if the token names no key.</summary>
    public string? KeyId { get; }

    /// <summary>The claims: a JSON object.</summary>
    public JsonElement Claims { get; }

    /// <summary>Takes a token apart.</summary>
    /// <param name="value">The token.</param>
    /// <param name="algorithms">The algorithms allowed, none of which is <c>none</c>.</param>
    /// <exception cref="BridgeException">It cannot be an ID token of this provider; the reason says why.</exception>
    public static CompactToken Parse(string value, IReadOnlyList<string> algorithms)
    {
        // Dots are counted before anything is allocated: a token may be all dots.
        if (value.Length is 0 or > Longest || value.AsSpan().Count('.') is var dots && dots is not (2 or 4))
        {
            throw Malformed();
        }

        var parts = value.Split('.');
        var header = ReadObject(parts[0]);
        if (dots == 4 || header.TryGetProperty("enc", out _) || header.TryGetProperty("zip", out _))
        {
            throw Rejection.Of(
                RejectionReason.IdTokenEncrypted,
                "the ID token is encrypted. Switch ID token encryption off at the provider."
            );
        }

        var algorithm = Text(header, "alg");
        if (algorithm is null || !algorithms.Contains(algorithm, StringComparer.Ordinal))
        {
            throw Rejection.Of(
                RejectionReason.AlgorithmNotAllowed,
                $"the ID token's signature is not {string.Join(", ", algorithms)}. Choose one of these at the provider."
            );
        }

        if (ForbiddenHeaders.FirstOrDefault(name => header.TryGetProperty(name, out _)) is { } forbidden)
        {
            throw Rejection.Of(RejectionReason.HeaderForbidden, $"the ID token's header holds {forbidden}.");
        }

        if (header.TryGetProperty("typ", out _) && !string.Equals(Text(header, "typ"), "JWT", StringComparison.OrdinalIgnoreCase))
        {
            throw Rejection.Of(RejectionReason.TokenTypeWrong, "the token is of another type than an ID token.");
        }

        if (header.TryGetProperty("kid", out _) && Text(header, "kid") is null)
        {
            throw Malformed();
        }

        return new CompactToken(
            Encoding.ASCII.GetBytes($"{parts[0]}.{parts[1]}"),
            Decode(parts[2]),
            algorithm,
            Text(header, "kid"),
            ReadObject(parts[1])
        );
    }

    private static JsonElement ReadObject(string part)
    {
        try
        {
            using var document = JsonDocument.Parse(Decode(part), StrictJson.Options);
            return document.RootElement.ValueKind == JsonValueKind.Object ? document.RootElement.Clone() : throw Malformed();
        }
        catch (JsonException)
        {
            throw Malformed();
        }
    }

    private static byte[] Decode(string part) =>
        part.All(character => char.IsAsciiLetterOrDigit(character) || character is '-' or '_') && Base64Url.IsValid(part)
            ? Base64Url.DecodeFromChars(part)
            : throw Malformed();

    private static string? Text(JsonElement header, string name) =>
        header.TryGetProperty(name, out var member) && member.ValueKind == JsonValueKind.String ? member.GetString() : null;

    private static BridgeException Malformed() =>
        Rejection.Of(RejectionReason.IdTokenMalformed, "the ID token is no well-formed signed token.");
}
