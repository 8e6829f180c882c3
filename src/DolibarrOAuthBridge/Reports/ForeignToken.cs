// SPDX-License-Identifier: GPL-3.0-or-later

using System.Text.Json;
using DolibarrOAuthBridge.Dolibarr.Tokens;

namespace DolibarrOAuthBridge.Reports;

/// <summary>What can be read of a value that is no token of Dolibarr's: another program's JSON, or text.</summary>
/// <param name="Reason">What it is, and why it is not decoded further; a whole sentence.</param>
/// <param name="AccessToken">The access token, where JSON names one.</param>
/// <param name="RefreshToken">The refresh token, where JSON names one.</param>
/// <param name="Scope">The scopes, where JSON names them.</param>
/// <param name="ExpiresAt">The end of the access token, where JSON names it as a point in time.</param>
/// <param name="Members">The names of the JSON's members.</param>
internal sealed record ForeignToken(
    string Reason,
    string? AccessToken = null,
    string? RefreshToken = null,
    string? Scope = null,
    DateTimeOffset? ExpiresAt = null,
    IReadOnlyList<string>? Members = null
)
{
    /// <inheritdoc />
    public override string ToString() => Reason;

    private static readonly JsonDocumentOptions Options = new() { MaxDepth = 16 };

    /// <summary>Reads a value.</summary>
    /// <param name="value">The column's value, which does not decode as Dolibarr's token.</param>
    /// <param name="codec">Decrypts it.</param>
    public static ForeignToken Read(string value, TokenCodec codec)
    {
        string text;
        try
        {
            text = codec.DecryptText(value);
        }
        catch (SecretUnreadableException exception)
        {
            return new ForeignToken(exception.Message);
        }

        try
        {
            using var document = JsonDocument.Parse(text, Options);
            return document.RootElement.ValueKind == JsonValueKind.Object
                ? Of(document.RootElement)
                : new ForeignToken("It is JSON, but no object.");
        }
        catch (JsonException)
        {
            return new ForeignToken($"It is text of {text.Length} characters, neither JSON nor a token in Dolibarr's format.");
        }
    }

    private static ForeignToken Of(JsonElement json) =>
        new(
            "It is JSON, which Dolibarr's mail and the bridge do not read.",
            Text(json, "access_token"),
            Text(json, "refresh_token"),
            Text(json, "scope"),
            End(json),
            [.. json.EnumerateObject().Select(static member => member.Name).Take(50)]
        );

    private static string? Text(JsonElement json, string name) =>
        json.TryGetProperty(name, out var member) && member.ValueKind == JsonValueKind.String ? member.GetString() : null;

    // Seconds since 1970. A lifetime in seconds says nothing without the time it began.
    private static DateTimeOffset? End(JsonElement json) =>
        json.TryGetProperty("expires_at", out var member)
        && member.ValueKind == JsonValueKind.Number
        && member.TryGetInt64(out var seconds)
        && seconds is > 0 and < 253402300800
            ? DateTimeOffset.FromUnixTimeSeconds(seconds)
            : null;
}
