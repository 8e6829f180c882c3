// SPDX-License-Identifier: GPL-3.0-or-later

namespace DolibarrOAuthBridge.Demo.Provider;

/// <summary>What a client got from the token endpoint. Not a printing record: it holds credentials.</summary>
public sealed class IssuedTokens
{
    /// <summary>The access token.</summary>
    public required string AccessToken { get; init; }

    /// <summary>The refresh token; null if none was given.</summary>
    public string? RefreshToken { get; init; }

    /// <summary>The ID token; null without the scope <c>openid</c>.</summary>
    public string? IdToken { get; init; }

    /// <summary>The type, <c>Bearer</c>.</summary>
    public required string TokenType { get; init; }

    /// <summary>The granted scopes, separated by spaces; null where the answer had none.</summary>
    public string? Scope { get; init; }

    /// <summary>When the access token ends, by the provider's clock.</summary>
    public required DateTimeOffset ExpiresAt { get; init; }
}
