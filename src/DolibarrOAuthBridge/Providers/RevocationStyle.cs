// SPDX-License-Identifier: GPL-3.0-or-later

namespace DolibarrOAuthBridge.Providers;

/// <summary>How a provider is told that a grant is over.</summary>
internal enum RevocationStyle
{
    /// <summary>A form with the refresh token, or the access token where there is no other (RFC 7009); either ends the grant.</summary>
    TokenRevocation,

    /// <summary>GitHub's own: <c>DELETE /applications/{client_id}/grant</c> with the access token, the client by HTTP Basic.</summary>
    GitHubGrant,

    /// <summary>Stripe Connect's own: a form with client and account, by the secret key (<c>/oauth/deauthorize</c>).</summary>
    StripeDeauthorization,
}
