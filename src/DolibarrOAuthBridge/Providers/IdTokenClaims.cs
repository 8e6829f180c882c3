// SPDX-License-Identifier: GPL-3.0-or-later

using System.Buffers.Text;
using System.Text.Json;

namespace DolibarrOAuthBridge.Providers;

/// <summary>
/// The claims of an ID token that came straight from the token endpoint, where TLS stands in for the signature (OpenID Connect
/// Core, section 3.1.3.7). They tell which account granted; nobody is signed in by them.
/// </summary>
/// <param name="Account">The account; null if the token names none.</param>
/// <param name="Nonce">The <c>nonce</c> claim; null if it has none.</param>
/// <param name="Issuer">The <c>iss</c> claim; null if it has none.</param>
internal sealed record IdTokenClaims(GrantAccount? Account, string? Nonce, string? Issuer = null)
{
    /// <summary>Reads an ID token; null where it is none.</summary>
    public static IdTokenClaims? Read(string? idToken)
    {
        if (idToken?.Split('.') is not [_, var payload, _] || !Base64Url.IsValid(payload))
        {
            return null;
        }

        try
        {
            using var document = JsonDocument.Parse(Base64Url.DecodeFromChars(payload), StrictJson.Options);
            var root = document.RootElement;
            return root.ValueKind == JsonValueKind.Object
                ? new IdTokenClaims(GrantAccount.OfClaims(root), Text(root, "nonce"), Text(root, "iss"))
                : null;
        }
        catch (JsonException)
        {
            return null;
        }
    }

    private static string? Text(JsonElement root, string name) =>
        root.TryGetProperty(name, out var member) && member.ValueKind == JsonValueKind.String ? member.GetString() : null;
}
