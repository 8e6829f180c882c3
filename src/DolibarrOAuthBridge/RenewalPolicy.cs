// SPDX-License-Identifier: GPL-3.0-or-later

namespace DolibarrOAuthBridge;

/// <summary>When access tokens are renewed without being asked for. The keep-alive of refresh tokens runs under either.</summary>
internal enum RenewalPolicy
{
    /// <summary>Only when a caller needs one.</summary>
    OnDemand,

    /// <summary>Shortly before the end of every token that was used within the last day.</summary>
    Proactive,
}
