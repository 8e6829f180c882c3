// SPDX-License-Identifier: GPL-3.0-or-later

using System.Text.Json.Serialization;

namespace DolibarrOAuthBridge.Consents;

/// <summary>
/// What a consent by code must remember between the redirect and the callback. Stored encrypted; it prints nothing of itself.
/// </summary>
internal sealed record CodeConsent
{
    /// <summary>The entry, such as <c>GOOGLE-Mail</c>.</summary>
    public required string Entry { get; init; }

    /// <summary>The PKCE code verifier.</summary>
    public required string Verifier { get; init; }

    /// <summary>The redirect URI, as it was sent.</summary>
    public required string RedirectUri { get; init; }

    /// <summary>Where the browser was sent.</summary>
    public required Uri AuthorizationEndpoint { get; init; }

    /// <summary>Where the code may be sent, and nowhere else.</summary>
    public required Uri TokenEndpoint { get; init; }

    /// <summary>The issuer identifier; null if unknown.</summary>
    public string? Issuer { get; init; }

    /// <summary>Whether the answer must name the issuer.</summary>
    public bool IsIssuerRequired { get; init; }

    /// <summary>The client that asked.</summary>
    public required string ClientId { get; init; }

    /// <summary>The scopes asked for.</summary>
    public required IReadOnlyList<string> Scopes { get; init; }

    /// <summary>Hash of the session's binding.</summary>
    public required string BindingHash { get; init; }

    /// <summary>The OpenID Connect nonce; null where no ID token was asked for.</summary>
    public string? Nonce { get; init; }

    /// <summary>Whether another account than before may take the entry over.</summary>
    public bool ConfirmsAccountChange { get; init; }

    /// <inheritdoc />
    public override string ToString() => "[consent by code]";
}

[JsonSerializable(typeof(CodeConsent))]
internal sealed partial class CodeConsentJson : JsonSerializerContext;
