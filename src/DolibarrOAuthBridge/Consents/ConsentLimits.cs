// SPDX-License-Identifier: GPL-3.0-or-later

namespace DolibarrOAuthBridge.Consents;

/// <summary>
/// How many consents of one flow may be pending. Only an admin can begin one; where there are more, the oldest of the flow go.
/// </summary>
internal static class ConsentLimits
{
    /// <summary>The most for one entry and company.</summary>
    public const int PerEntry = 20;

    /// <summary>The most for the instance.</summary>
    public const int Overall = 200;
}
