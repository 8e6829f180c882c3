// SPDX-License-Identifier: GPL-3.0-or-later

namespace DolibarrOAuthBridge.Providers;

/// <summary>The ways in which a person or an application lets the bridge in, as the API and the table spell them.</summary>
internal static class ConsentFlows
{
    /// <summary>Authorization code with PKCE (RFC 6749, section 4.1; RFC 7636).</summary>
    public const string Code = "code";

    /// <summary>Device authorization (RFC 8628).</summary>
    public const string Device = "device";

    /// <summary>Client credentials (RFC 6749, section 4.4): nobody is asked, so nothing is ever pending.</summary>
    public const string ClientCredentials = "client_credentials";

    /// <summary>A sign-in of a person to Dolibarr (OpenID Connect); it stores no grant.</summary>
    public const string Login = "login";
}
