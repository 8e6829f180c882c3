// SPDX-License-Identifier: GPL-3.0-or-later

namespace DolibarrOAuthBridge.Demo.Provider;

/// <summary>An application registered at the stand-in provider.</summary>
public sealed record StandInClient
{
    /// <summary>The <c>client_id</c>.</summary>
    public required string ClientId { get; init; }

    /// <summary>The <c>client_secret</c>; null for a public client.</summary>
    public string? ClientSecret { get; init; }

    /// <summary>The registered redirect URIs, compared exactly.</summary>
    public IReadOnlyList<Uri> RedirectUris { get; init; } = [new("http://127.0.0.1/callback")];

    /// <summary>Whether it is a desktop application, for which any port of a registered loopback address will do (RFC 8252).</summary>
    public bool IsNative { get; init; }

    /// <summary>The scopes it may ask for; <c>openid</c> and <c>offline_access</c> are always allowed.</summary>
    public IReadOnlyList<string> Scopes { get; init; } = ["email", "profile"];

    /// <summary>When it gets a refresh token.</summary>
    public RefreshTokenPolicy RefreshTokens { get; init; } = RefreshTokenPolicy.WhenAsked;

    /// <summary>Whether a code without PKCE (S256) is refused; null: as the provider's option says.</summary>
    public bool? RequirePkce { get; init; }

    /// <summary>
    /// Whether this is a mail server or another API rather than an application: it may introspect every access token and is
    /// named in their audience.
    /// </summary>
    public bool IsResourceServer { get; init; }

    /// <summary>The mailbox that tokens open which it gets in its own name (RFC 6749, section 4.4); null for none.</summary>
    public string? Mailbox { get; init; }

    /// <summary>Not the secret.</summary>
    public override string ToString() => ClientId;
}
