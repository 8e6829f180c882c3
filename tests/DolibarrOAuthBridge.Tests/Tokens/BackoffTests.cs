// SPDX-License-Identifier: GPL-3.0-or-later

using DolibarrOAuthBridge.Tokens;

namespace DolibarrOAuthBridge.Tests.Tokens;

public sealed class BackoffTests
{
    [Theory]
    [InlineData(1, 1)]
    [InlineData(2, 5)]
    [InlineData(3, 10)]
    [InlineData(6, 80)]
    [InlineData(11, 2560)]
    [InlineData(12, 3600)]
    [InlineData(1000, 3600)]
    [InlineData(int.MaxValue, 3600)]
    [InlineData(0, 1)]
    public void A_passing_failure_waits_a_second_and_then_doubles_up_to_an_hour_with_a_fifth_of_chance(int failures, double seconds)
    {
        Assert.Equal(seconds, Backoff.AfterTransient(failures, null, wasAnswered: true, 1).TotalSeconds, 3);
        Assert.Equal(seconds * 0.8, Backoff.AfterTransient(failures, null, wasAnswered: true, 0).TotalSeconds, 3);
    }

    [Theory]
    [InlineData(1, 5)]
    [InlineData(2, 10)]
    public void A_lost_answer_is_not_followed_by_the_same_refresh_token_at_once(int failures, double seconds) =>
        Assert.Equal(seconds, Backoff.AfterTransient(failures, null, wasAnswered: false, 1).TotalSeconds, 3);

    [Theory]
    [InlineData(1, 60)]
    [InlineData(7, 3600)]
    public void A_refusal_waits_longer(int failures, double seconds) =>
        Assert.Equal(seconds, Backoff.AfterRefusal(failures, 1).TotalSeconds, 3);

    [Fact]
    public void What_the_provider_asks_for_counts() =>
        Assert.Equal(TimeSpan.FromSeconds(7), Backoff.AfterTransient(9, TimeSpan.FromSeconds(7), wasAnswered: true, 0.5));

    [Theory]
    [InlineData(1, 1)]
    [InlineData(3, 4)]
    [InlineData(100, 24)]
    public void A_dead_grant_is_tried_again_after_hours(int failures, double hours) =>
        Assert.Equal(hours, Backoff.AfterDeath(failures, 1).TotalHours, 3);
}
