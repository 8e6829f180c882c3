// SPDX-License-Identifier: GPL-3.0-or-later

using DolibarrOAuthBridge.Dolibarr.Php;

namespace DolibarrOAuthBridge.Dolibarr.Tokens;

/// <summary>
/// A token as Dolibarr keeps it: the content of an <c>OAuth\OAuth2\Token\StdOAuth2Token</c>.
/// Immutable, compared by value. <see cref="ToString"/> shows no secret.
/// </summary>
/// <param name="AccessToken">The access token; null only where Dolibarr stored none.</param>
/// <param name="RefreshToken">The refresh token, if the provider gave one.</param>
/// <param name="EndOfLife">When the access token ends.</param>
/// <param name="ExtraParams">The other members of the provider's answer.</param>
public sealed record StoredToken(string? AccessToken, string? RefreshToken, EndOfLife EndOfLife, PhpArray ExtraParams)
{
    /// <summary>The granted scope, where the provider named it.</summary>
    public string? Scope => ExtraParams.GetString("scope");

    /// <summary>The token type, usually <c>Bearer</c>.</summary>
    public string? TokenType => ExtraParams.GetString("token_type");

    /// <summary>The OpenID Connect ID token, unverified.</summary>
    public string? IdToken => ExtraParams.GetString("id_token");

    /// <summary>This token with another refresh token.</summary>
    public StoredToken WithRefreshToken(string? refreshToken) => this with { RefreshToken = refreshToken };

    /// <summary>What may be shown: which parts there are, and the end of life.</summary>
    public override string ToString() =>
        $"StoredToken (access token: {Presence(AccessToken)}, refresh token: {Presence(RefreshToken)}, end of life: {EndOfLife.Value})";

    private static string Presence(string? secret) => string.IsNullOrEmpty(secret) ? "no" : "yes";
}
