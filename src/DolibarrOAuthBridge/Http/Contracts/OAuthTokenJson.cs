// SPDX-License-Identifier: GPL-3.0-or-later

using System.Text.Json.Serialization;

namespace DolibarrOAuthBridge.Http.Contracts;

/// <summary>An answer of <c>/oauth/token</c> (RFC 6749, section 5.1).</summary>
/// <param name="AccessToken">The access token.</param>
/// <param name="TokenType">Always <c>Bearer</c>.</param>
/// <param name="ExpiresIn">Seconds until it ends; left out where it never does.</param>
/// <param name="RefreshToken">The refresh token that counts from now on.</param>
/// <param name="Scope">The granted scopes.</param>
/// <param name="IdToken">The ID token, where the grant has one.</param>
public sealed record OAuthTokenJson(
    string AccessToken,
    string TokenType,
    [property: JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)] long? ExpiresIn,
    [property: JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)] string? RefreshToken,
    [property: JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)] string? Scope,
    [property: JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)] string? IdToken
)
{
    /// <inheritdoc />
    public override string ToString() => "[token answer]";
}
