// SPDX-License-Identifier: GPL-3.0-or-later

namespace DolibarrOAuthBridge.Consents;

/// <summary>The states of a consent or sign-in under way. A consent moves forward only, by compare-and-swap.</summary>
internal static class ConsentStatus
{
    /// <summary>The person has not answered yet.</summary>
    public const string Pending = "pending";

    /// <summary>One caller brings the answer to the provider right now. Callers of the API see it as pending.</summary>
    public const string Redeeming = "redeeming";

    /// <summary>The grant is stored, or the person is signed in.</summary>
    public const string Granted = "granted";

    /// <summary>The person said no, or the provider refused.</summary>
    public const string Denied = "denied";

    /// <summary>Nobody answered in time.</summary>
    public const string Expired = "expired";
}
