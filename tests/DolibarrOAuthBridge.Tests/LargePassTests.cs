// SPDX-License-Identifier: GPL-3.0-or-later

namespace DolibarrOAuthBridge.Tests;

/// <summary>How often thousands of entries are looked at.</summary>
public sealed class LargePassTests
{
    private static readonly TimeSpan Interval = TimeSpan.FromSeconds(15);

    [Theory]
    [InlineData(0, 5000)]
    [InlineData(999, 5000)]
    public void With_few_entries_the_pause_is_the_usual_one_however_long_a_pass_took(int entries, int milliseconds) =>
        Assert.Equal(Interval, LargePass.Pause(Interval, entries, TimeSpan.FromMilliseconds(milliseconds)));

    [Theory]
    [InlineData(10, 15)]
    [InlineData(300, 60)]
    [InlineData(5000, 120)]
    public void With_thousands_a_pass_takes_less_than_a_hundredth_of_the_time_but_comes_every_two_minutes(int milliseconds, int seconds) =>
        Assert.Equal(TimeSpan.FromSeconds(seconds), LargePass.Pause(Interval, 10_000, TimeSpan.FromMilliseconds(milliseconds)));

    [Fact]
    public void What_must_not_be_older_than_half_a_minute_has_a_limit_of_its_own() =>
        Assert.Equal(
            TimeSpan.FromSeconds(24),
            LargePass.Pause(Interval, 10_000, TimeSpan.FromSeconds(9), longest: TimeSpan.FromSeconds(24))
        );

    [Fact]
    public void A_longer_usual_pause_is_kept() =>
        Assert.Equal(TimeSpan.FromMinutes(5), LargePass.Pause(TimeSpan.FromMinutes(5), 10_000, TimeSpan.FromSeconds(9)));
}
