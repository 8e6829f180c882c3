// SPDX-License-Identifier: GPL-3.0-or-later

namespace DolibarrOAuthBridge.Demo.Provider;

/// <summary>When a client is given a refresh token by the authorization code flow.</summary>
public enum RefreshTokenPolicy
{
    /// <summary>When it asks for the scope <c>offline_access</c> or sends <c>access_type=offline</c>.</summary>
    WhenAsked,

    /// <summary>
    /// As Google does: with <c>access_type=offline</c>, and only at a user's first consent or with <c>prompt=consent</c>.
    /// </summary>
    LikeGoogle,

    /// <summary>Always, as Stripe does.</summary>
    Always,

    /// <summary>Never, as GitHub's and Mastodon's classic applications.</summary>
    Never,
}
