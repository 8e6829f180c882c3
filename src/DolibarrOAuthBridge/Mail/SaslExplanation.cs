// SPDX-License-Identifier: GPL-3.0-or-later

using System.Text.Json;

namespace DolibarrOAuthBridge.Mail;

/// <summary>The JSON in which a server explains why it refuses a token (RFC 7628, section 3.2.2; Gmail's 334 challenge).</summary>
/// <param name="Status">An HTTP status such as <c>400</c>, or a word such as <c>invalid_token</c>.</param>
/// <param name="Scope">The scope that the server wants; null if it does not say.</param>
internal sealed record SaslExplanation(string Status, string? Scope)
{
    private const int Longest = 4096;

    /// <summary>Reads an explanation; null where it is none.</summary>
    public static SaslExplanation? Parse(string? json)
    {
        if (string.IsNullOrWhiteSpace(json) || json.Length > Longest)
        {
            return null;
        }

        try
        {
            using var document = JsonDocument.Parse(json);
            return document.RootElement.ValueKind == JsonValueKind.Object && Text(document.RootElement, "status") is { } status
                ? new SaslExplanation(status, Text(document.RootElement, "scope"))
                : null;
        }
        catch (JsonException)
        {
            return null;
        }
    }

    /// <inheritdoc />
    public override string ToString() => Scope is null ? $"status {Status}" : $"status {Status}, wants the scope {Scope}";

    private static string? Text(JsonElement element, string name) =>
        !element.TryGetProperty(name, out var value)
            ? null
            : value.ValueKind switch
            {
                JsonValueKind.String when value.GetString() is { Length: > 0 } text => text,
                JsonValueKind.Number => value.GetRawText(),
                _ => null,
            };
}
