// SPDX-License-Identifier: GPL-3.0-or-later

namespace DolibarrOAuthBridge.Login;

/// <summary>Makes the failure that a rejected sign-in ends with.</summary>
internal static class Rejection
{
    /// <summary>A rejection. The detail is for administrators and holds nothing that the provider or the browser sent.</summary>
    /// <param name="reason">One of <see cref="RejectionReason"/>.</param>
    /// <param name="detail">What is wrong, as the end of a sentence that begins with "The sign-in is refused:".</param>
    public static BridgeException Of(string reason, string detail) =>
        new(ProblemCode.IdentityRejected, $"The sign-in is refused: {detail}") { Reason = reason };
}
