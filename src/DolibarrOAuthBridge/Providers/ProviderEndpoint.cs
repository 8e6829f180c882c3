// SPDX-License-Identifier: GPL-3.0-or-later

namespace DolibarrOAuthBridge.Providers;

/// <summary>The endpoints that a provider may have, named as in the configuration: <c>Providers:Google:TokenEndpoint</c>.</summary>
internal enum ProviderEndpoint
{
    /// <summary>Where the browser asks for consent (RFC 6749, section 3.1).</summary>
    AuthorizationEndpoint,

    /// <summary>Where tokens are issued (RFC 6749, section 3.2).</summary>
    TokenEndpoint,

    /// <summary>Where tokens are revoked (RFC 7009).</summary>
    RevocationEndpoint,

    /// <summary>Where a device asks for a code (RFC 8628).</summary>
    DeviceAuthorizationEndpoint,

    /// <summary>The issuer identifier (OpenID Connect Discovery).</summary>
    Issuer,

    /// <summary>The provider's signing keys.</summary>
    JwksUri,

    /// <summary>Claims about the signed-in user.</summary>
    UserInfoEndpoint,
}
