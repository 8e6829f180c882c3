// SPDX-License-Identifier: GPL-3.0-or-later

namespace DolibarrOAuthBridge.Login;

/// <summary>
/// What is remembered of a sign-in while the browser is at the provider. Kept encrypted. Not a record: its members would print
/// secrets.
/// </summary>
internal sealed class PendingLogin
{
    /// <summary>The issuer that the browser was sent to, as <see cref="OpenIdProvider.Issuer"/>.</summary>
    public required string Issuer { get; init; }

    /// <summary>The token endpoint that alone may see the code.</summary>
    public required string TokenEndpoint { get; init; }

    /// <summary>The redirect URI of the authorization request.</summary>
    public required string RedirectUri { get; init; }

    /// <summary>The nonce of the authorization request.</summary>
    public required string Nonce { get; init; }

    /// <summary>The PKCE code verifier.</summary>
    public required string Verifier { get; init; }

    /// <summary>Hash of what binds the sign-in to the browser that began it.</summary>
    public required string BindingHash { get; init; }
}
