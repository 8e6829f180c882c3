// SPDX-License-Identifier: GPL-3.0-or-later

namespace DolibarrOAuthBridge.Providers;

/// <summary>What an answer without <c>expires_in</c> means at a provider.</summary>
internal enum MissingExpiry
{
    /// <summary>The common hour: the token is renewed in time if there is a refresh token.</summary>
    OneHour,

    /// <summary>The token never expires, as at Mastodon and for classic GitHub apps.</summary>
    Never,
}
