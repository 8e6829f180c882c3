// SPDX-License-Identifier: GPL-3.0-or-later

namespace DolibarrOAuthBridge.Providers;

/// <summary>How a new access token is had without a person.</summary>
internal enum RenewalGrant
{
    /// <summary><c>grant_type=refresh_token</c> (RFC 6749, section 6).</summary>
    RefreshToken,

    /// <summary><c>grant_type=client_credentials</c> (RFC 6749, section 4.4): a new request, there is no refresh token.</summary>
    ClientCredentials,

    /// <summary>
    /// <c>grant_type=urn:ietf:params:oauth:grant-type:jwt-bearer</c> (RFC 7523, section 2.1) by a service account that may act for a
    /// user: a new request, there is no refresh token.
    /// </summary>
    ServiceAccount,
}
