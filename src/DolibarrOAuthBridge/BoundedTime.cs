// SPDX-License-Identifier: GPL-3.0-or-later

namespace DolibarrOAuthBridge;

/// <summary>Times that were noted to wait for. A clock that was wrong may have noted one that is far away.</summary>
internal static class BoundedTime
{
    /// <summary>Whether a time is still to come; false where it is farther away than anybody would have noted it.</summary>
    /// <param name="time">What was noted.</param>
    /// <param name="now">The present.</param>
    /// <param name="longest">How far away it was at most when it was noted.</param>
    public static bool IsAhead(DateTimeOffset time, DateTimeOffset now, TimeSpan longest) => now < time && time - now <= longest;
}
