// SPDX-License-Identifier: GPL-3.0-or-later

namespace DolibarrOAuthBridge.Providers;

/// <summary>How a new access token is had without a person.</summary>
internal enum RenewalGrant
{
    /// <summary><c>grant_type=refresh_token</c> (RFC 6749, section 6).</summary>
    RefreshToken,

    /// <summary><c>grant_type=client_credentials</c> (RFC 6749, section 4.4): a new request, there is no refresh token.</summary>
    ClientCredentials,
}
