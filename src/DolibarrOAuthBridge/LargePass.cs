// SPDX-License-Identifier: GPL-3.0-or-later

using System.Runtime;

namespace DolibarrOAuthBridge;

/// <summary>
/// What a look at all entries costs where there are thousands of them: such passes are rarer, and their memory goes back to
/// the system. Nothing changes for fewer entries.
/// </summary>
internal static class LargePass
{
    /// <summary>From how many entries on a pass is large.</summary>
    public const int Least = 1000;

    private const int Share = 200; // the pass takes this part of the time

    private static readonly TimeSpan LongestPause = TimeSpan.FromMinutes(2);

    /// <summary>How long to wait until the next pass.</summary>
    /// <param name="interval">The usual pause.</param>
    /// <param name="entries">How many entries were looked at.</param>
    /// <param name="took">How long that took.</param>
    /// <param name="longest">No pause is longer, unless the usual one is; null, or more than two minutes, for two minutes.</param>
    public static TimeSpan Pause(TimeSpan interval, int entries, TimeSpan took, TimeSpan? longest = null)
    {
        var most = longest < LongestPause ? longest.Value : LongestPause;
        return entries < Least || most < interval
            ? interval
            : TimeSpan.FromTicks(Math.Clamp(took.Ticks * Share, interval.Ticks, most.Ticks));
    }

    /// <summary>Gives back what a large pass needed: tens of megabytes that nobody needs until the next one.</summary>
    public static void ReleaseMemory(int entries)
    {
        if (entries >= Least)
        {
            GCSettings.LargeObjectHeapCompactionMode = GCLargeObjectHeapCompactionMode.CompactOnce;
            GC.Collect(GC.MaxGeneration, GCCollectionMode.Aggressive);
        }
    }
}
