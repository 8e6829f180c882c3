// SPDX-License-Identifier: GPL-3.0-or-later

using DolibarrOAuthBridge.Notifications;

namespace DolibarrOAuthBridge.Tests.Notifications;

public sealed class ConditionTests
{
    [Theory]
    [InlineData(0, false)]
    [InlineData(-23, false)]
    [InlineData(-24, true)]
    [InlineData(1, true)] // a clock was ahead when it was said
    public void What_lasts_is_said_again_after_a_day_and_where_it_was_said_in_the_future(int hoursAhead, bool isDue)
    {
        var now = new DateTime(2026, 3, 1, 12, 0, 0, DateTimeKind.Utc);

        Assert.Equal(isDue, ConditionTable.IsDue(now.AddHours(hoursAhead), now));
    }
}
