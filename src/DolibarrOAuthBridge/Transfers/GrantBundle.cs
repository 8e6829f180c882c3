// SPDX-License-Identifier: GPL-3.0-or-later

using System.Text.Json.Serialization;

namespace DolibarrOAuthBridge.Transfers;

/// <summary>A grant on its way to another server. It holds tokens, and exists outside this process sealed only.</summary>
internal sealed class GrantBundle
{
    /// <summary>The form that this program writes and reads.</summary>
    public const int PresentVersion = 1;

    /// <summary>The form.</summary>
    public required int Version { get; init; }

    /// <summary>What names this export: 32 hexadecimal digits.</summary>
    public required string Id { get; init; }

    /// <summary>The entry, such as <c>GOOGLE-Mail</c>.</summary>
    public required string Entry { get; init; }

    /// <summary>The client that the grant was given to.</summary>
    public required string ClientId { get; init; }

    /// <summary>The database that it comes from.</summary>
    public required string Source { get; init; }

    /// <summary>When it was taken out.</summary>
    public required DateTimeOffset ExportedAt { get; init; }

    /// <summary>The token as Dolibarr serializes it, unencrypted.</summary>
    public required string Token { get; init; }

    /// <summary>When the refresh token ends, UTC, where the provider said so.</summary>
    public DateTime? RefreshTokenExpiresAt { get; init; }

    /// <summary>The account that granted, as the bridge stores it.</summary>
    public string? Account { get; init; }
}

/// <summary>What an export or an import did.</summary>
/// <param name="Id">What names the export.</param>
/// <param name="Entry">The entry.</param>
/// <param name="Entity">The company.</param>
/// <param name="Source">The database that the grant comes from.</param>
/// <param name="Account">The account that granted; null if unknown.</param>
internal sealed record TransferReport(string Id, string Entry, int Entity, string Source, string? Account);

/// <summary>The sealed form: a JSON object whose numbers and names are in the clear.</summary>
/// <param name="Format">Always <see cref="PassphraseSeal.Format"/>.</param>
/// <param name="Iterations">Of PBKDF2 with SHA-256.</param>
/// <param name="Salt">Base64.</param>
/// <param name="Sealed">Base64 of nonce, ciphertext and tag of AES-256-GCM.</param>
internal sealed record SealedBundle(string Format, int Iterations, byte[] Salt, byte[] Sealed);

[JsonSourceGenerationOptions(
    PropertyNamingPolicy = JsonKnownNamingPolicy.SnakeCaseLower,
    RespectNullableAnnotations = true,
    RespectRequiredConstructorParameters = true
)]
[JsonSerializable(typeof(GrantBundle))]
[JsonSerializable(typeof(SealedBundle))]
internal sealed partial class TransferJson : JsonSerializerContext;
