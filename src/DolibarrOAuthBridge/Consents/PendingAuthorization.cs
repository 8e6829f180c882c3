// SPDX-License-Identifier: GPL-3.0-or-later

namespace DolibarrOAuthBridge.Consents;

/// <summary>
/// What an authorization request (RFC 6749, section 4.1.1), of a consent or of a sign-in, must remember until its answer comes.
/// Kept encrypted; it prints nothing of itself.
/// </summary>
internal abstract record PendingAuthorization
{
    /// <summary>The entry, such as <c>GOOGLE-Mail</c>.</summary>
    public required string Entry { get; init; }

    /// <summary>The PKCE code verifier.</summary>
    public string Verifier { get; init; } = AuthorizationSecrets.New();

    /// <summary>The redirect URI, as it was sent.</summary>
    public required string RedirectUri { get; init; }

    /// <summary>Where the browser was sent.</summary>
    public required Uri AuthorizationEndpoint { get; init; }

    /// <summary>Where the code may be sent, and nowhere else.</summary>
    public required Uri TokenEndpoint { get; init; }

    /// <summary>The issuer identifier; null if unknown.</summary>
    public string? Issuer { get; init; }

    /// <summary>The client that asked.</summary>
    public required string ClientId { get; init; }

    /// <summary>Hash of the binding of the browser's session.</summary>
    public required string BindingHash { get; init; }

    /// <summary>The OpenID Connect nonce; null where no ID token was asked for.</summary>
    public string? Nonce { get; init; }

    /// <summary>Whether an answer comes from the browser session that began.</summary>
    public bool IsOfSession(string binding) => SecretHash.AreEqual(BindingHash, SecretHash.Of(binding)!);

    /// <summary>The form that redeems a code (RFC 6749, section 4.1.3; RFC 7636, section 4.5), without the client's credentials.</summary>
    public Dictionary<string, string> CodeForm(string code) =>
        new()
        {
            ["grant_type"] = "authorization_code",
            ["code"] = code,
            ["redirect_uri"] = RedirectUri,
            ["code_verifier"] = Verifier,
        };

    /// <inheritdoc />
    public sealed override string ToString() => $"[authorization request of {Entry}]";
}
