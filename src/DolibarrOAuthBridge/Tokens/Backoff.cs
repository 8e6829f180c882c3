// SPDX-License-Identifier: GPL-3.0-or-later

namespace DolibarrOAuthBridge.Tokens;

/// <summary>How long a provider is not asked after a failure.</summary>
internal static class Backoff
{
    /// <summary>No wait is longer than this.</summary>
    public static readonly TimeSpan Longest = TimeSpan.FromHours(24);

    /// <summary>While a failure that may pass by itself lasts, somebody who needs a token may try again after this time.</summary>
    public static readonly TimeSpan Probe = TimeSpan.FromSeconds(90);

    /// <summary>After the provider declared a grant dead, a forced refresh may ask again this much later.</summary>
    public static readonly TimeSpan ForcedAfterDeath = TimeSpan.FromSeconds(120);

    /// <summary>No wait after a failure that may pass, or that a change of settings ends, is longer than this.</summary>
    public static readonly TimeSpan LongestTransient = TimeSpan.FromHours(1);

    /// <summary>
    /// After something that may pass by itself: doubling from 5 seconds up to an hour, a fifth of it random; never shorter than the
    /// provider asked. One second, for which callers wait, after the first failure that the provider answered: a refresh token whose
    /// answer was lost may be spent and is not sent again at once.
    /// </summary>
    /// <param name="failures">Failures in a row, this one included.</param>
    /// <param name="retryAfter">What the provider asked for; null if nothing.</param>
    /// <param name="wasAnswered">Whether the provider answered at all.</param>
    /// <param name="random">A number from 0 to 1.</param>
    public static TimeSpan AfterTransient(int failures, TimeSpan? retryAfter, bool wasAnswered, double random) =>
        retryAfter
        ?? (
            !wasAnswered ? Grow(TimeSpan.FromSeconds(5), failures, LongestTransient, random)
            : failures <= 1 ? Grow(TimeSpan.FromSeconds(1), 1, LongestTransient, random)
            : Grow(TimeSpan.FromSeconds(5), failures - 1, LongestTransient, random)
        );

    /// <summary>
    /// After a refusal that a person must sort out: doubling from one minute up to an hour. A change of the entry's settings ends the
    /// wait.
    /// </summary>
    public static TimeSpan AfterRefusal(int failures, double random) => Grow(TimeSpan.FromMinutes(1), failures, LongestTransient, random);

    /// <summary>
    /// After the provider declared a grant dead: doubling from one hour up to a day. It is tried again at all because some providers
    /// say so in error.
    /// </summary>
    public static TimeSpan AfterDeath(int failures, double random) => Grow(TimeSpan.FromHours(1), failures, Longest, random);

    private static TimeSpan Grow(TimeSpan first, int failures, TimeSpan longest, double random)
    {
        var exponent = Math.Clamp(failures - 1, 0, 16);
        var grown = TimeSpan.FromTicks(Math.Min(first.Ticks << exponent, longest.Ticks));
        return grown * (0.8 + (0.2 * random));
    }
}
