// SPDX-License-Identifier: GPL-3.0-or-later

namespace DolibarrOAuthBridge.Tokens;

/// <summary>How long a provider is left alone after a failure.</summary>
internal static class Backoff
{
    private static readonly TimeSpan Longest = TimeSpan.FromHours(1);

    /// <summary>
    /// After something that may pass by itself: doubling from 5 seconds, up to an hour, a fifth of it random; never shorter than
    /// the provider asked.
    /// </summary>
    /// <param name="failures">Failures in a row, this one included.</param>
    /// <param name="retryAfter">What the provider asked for; null if nothing.</param>
    /// <param name="random">A number from 0 to 1.</param>
    public static TimeSpan AfterTransient(int failures, TimeSpan? retryAfter, double random) =>
        retryAfter ?? Grow(TimeSpan.FromSeconds(5), failures, random);

    /// <summary>
    /// After a refusal that a person must sort out: doubling from one minute. A change of the entry's settings ends the wait.
    /// </summary>
    public static TimeSpan AfterRefusal(int failures, double random) => Grow(TimeSpan.FromMinutes(1), failures, random);

    /// <summary>After a grant was declared dead, a forced refresh may ask again this much later.</summary>
    public static TimeSpan AfterDeath => TimeSpan.FromSeconds(120);

    private static TimeSpan Grow(TimeSpan first, int failures, double random)
    {
        var exponent = Math.Clamp(failures - 1, 0, 16);
        var grown = TimeSpan.FromTicks(Math.Min(first.Ticks << exponent, Longest.Ticks));
        return grown * (0.8 + (0.2 * random));
    }
}
