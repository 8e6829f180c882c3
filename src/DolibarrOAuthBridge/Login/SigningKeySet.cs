// SPDX-License-Identifier: GPL-3.0-or-later

using System.Buffers.Text;
using System.Text.Json;
using Microsoft.IdentityModel.Tokens;

namespace DolibarrOAuthBridge.Login;

/// <summary>A provider's published keys (RFC 7517, section 5). Keys that cannot verify an accepted signature are left out.</summary>
internal sealed class SigningKeySet
{
    private const int MostKeys = 100;
    private const int LeastRsaBits = 2048;
    private const int MostRsaBits = 8192;
    private const int P256Bytes = 32;

    private SigningKeySet(IReadOnlyList<SigningKey> keys) => Keys = keys;

    /// <summary>The keys.</summary>
    public IReadOnlyList<SigningKey> Keys { get; }

    /// <summary>Reads a JWK set.</summary>
    /// <exception cref="FormatException">It is none.</exception>
    public static SigningKeySet Parse(JsonElement root)
    {
        if (root.ValueKind != JsonValueKind.Object || !root.TryGetProperty("keys", out var keys) || keys.ValueKind != JsonValueKind.Array)
        {
            throw new FormatException("it is no JWK set");
        }

        return new SigningKeySet([.. keys.EnumerateArray().Take(MostKeys).Select(ReadKey).OfType<SigningKey>()]);
    }

    /// <summary>The keys that may have made a signature: by <c>kid</c> where the token names one, else every one that fits.</summary>
    public IReadOnlyList<SigningKey> Find(string? id, string algorithm) =>
        [.. Keys.Where(key => key.Fits(algorithm) && (id is null || key.Id == id))];

    private static SigningKey? ReadKey(JsonElement key)
    {
        if (key.ValueKind != JsonValueKind.Object || (Text(key, "use") is { } use && use != "sig"))
        {
            return null;
        }

        var id = Text(key, "kid");
        var made = Text(key, "kty") switch
        {
            "RSA"
                when Bytes(key, "n") is { } modulus
                    && modulus.Length * 8 is >= LeastRsaBits and <= MostRsaBits
                    && Bytes(key, "e") is { Length: > 0 and <= 8 } => new JsonWebKey
                    {
                        Kty = "RSA",
                        N = Text(key, "n"),
                        E = Text(key, "e"),
                    },
            "EC" when Text(key, "crv") == "P-256" && Bytes(key, "x") is { Length: P256Bytes } && Bytes(key, "y") is { Length: P256Bytes } =>
                new JsonWebKey
                {
                    Kty = "EC",
                    Crv = "P-256",
                    X = Text(key, "x"),
                    Y = Text(key, "y"),
                },
            _ => null,
        };
        if (made is null)
        {
            return null;
        }

        made.Kid = id;
        made.CryptoProviderFactory = new CryptoProviderFactory { CacheSignatureProviders = false };
        return new SigningKey(id, made.Kty, Text(key, "alg"), made);
    }

    private static string? Text(JsonElement key, string name) =>
        key.TryGetProperty(name, out var member) && member.ValueKind == JsonValueKind.String ? member.GetString() : null;

    private static byte[]? Bytes(JsonElement key, string name) =>
        Text(key, name) is { } text && Base64Url.IsValid(text) ? Base64Url.DecodeFromChars(text) : null;
}
