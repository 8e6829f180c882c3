// SPDX-License-Identifier: GPL-3.0-or-later

using System.Text;
using System.Text.Json;
using System.Text.Json.Serialization;

namespace DolibarrOAuthBridge.Dolibarr.Tests.Support;

/// <summary>A row of ../golden/tokens.json: a token as Dolibarr's own code stored it.</summary>
public sealed record GoldenToken(
    [property: JsonPropertyName("instance_unique_id")] string InstanceUniqueId,
    [property: JsonPropertyName("service")] string Service,
    [property: JsonPropertyName("token_base64")] string TokenBase64,
    [property: JsonPropertyName("serialized_base64")] string SerializedBase64,
    [property: JsonPropertyName("expected")] GoldenToken.Content Expected
)
{
    public static IReadOnlyList<GoldenToken> All { get; } =
        JsonSerializer.Deserialize<GoldenToken[]>(File.ReadAllBytes(Path.Combine(AppContext.BaseDirectory, "golden", "tokens.json")))!;

    /// <summary>The column as it was in the database; plain rows have NUL bytes, for which the file's own "token" is empty.</summary>
    public string Token => Encoding.UTF8.GetString(Convert.FromBase64String(TokenBase64));

    public byte[] Serialized => Convert.FromBase64String(SerializedBase64);

    public sealed record Content(
        [property: JsonPropertyName("access_token")] string? AccessToken,
        [property: JsonPropertyName("refresh_token")] string? RefreshToken,
        [property: JsonPropertyName("end_of_life")] long EndOfLife,
        [property: JsonPropertyName("extra_params")] JsonElement ExtraParams
    );
}
