// SPDX-License-Identifier: GPL-3.0-or-later

namespace DolibarrOAuthBridge.Consents;

/// <summary>
/// How many consents may be pending. Where there are more, the oldest of the same flow go: a flood of sign-ins, which
/// anybody can start, never pushes out the consent of an admin.
/// </summary>
/// <param name="PerEntry">The most for one entry and company.</param>
/// <param name="Overall">The most for the instance.</param>
internal sealed record ConsentLimits(int PerEntry, int Overall)
{
    /// <summary>The limits of a flow, one of <see cref="ConsentFlows"/>.</summary>
    public static ConsentLimits Of(string flow) => flow == ConsentFlows.Login ? new(1000, 5000) : new(20, 200);
}
