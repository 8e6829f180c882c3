// SPDX-License-Identifier: GPL-3.0-or-later

namespace DolibarrOAuthBridge.Providers;

/// <summary>The SASL mechanisms that carry an access token.</summary>
internal static class SaslName
{
    /// <summary>Google's and Microsoft's; the one that Dolibarr speaks.</summary>
    public const string XOAuth2 = "XOAUTH2";

    /// <summary>The standard (RFC 7628).</summary>
    public const string OAuthBearer = "OAUTHBEARER";
}
