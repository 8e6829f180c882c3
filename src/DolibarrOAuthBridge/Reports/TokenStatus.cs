// SPDX-License-Identifier: GPL-3.0-or-later

namespace DolibarrOAuthBridge.Reports;

/// <summary>The states of an entry's token, as the API and the command line say them.</summary>
internal static class TokenStatus
{
    /// <summary>The access token lives.</summary>
    public const string Valid = "valid";

    /// <summary>It lives, but not for longer than the renewal ahead of time.</summary>
    public const string Expiring = "expiring";

    /// <summary>It has ended and is renewed when asked for.</summary>
    public const string Expired = "expired";

    /// <summary>It has no end.</summary>
    public const string NeverExpires = "never_expires";

    /// <summary>The entry has no token.</summary>
    public const string None = "none";

    /// <summary>Nothing but a person's consent brings a new one.</summary>
    public const string ConsentRequired = "consent_required";

    /// <summary>The stored token cannot be read.</summary>
    public const string Unreadable = "unreadable";

    /// <summary>Several rows claim the entry.</summary>
    public const string Duplicate = "duplicate";
}
