// SPDX-License-Identifier: GPL-3.0-or-later

using DolibarrOAuthBridge.Dolibarr.Tokens;

namespace DolibarrOAuthBridge.Dolibarr.Tests.Tokens;

public sealed class EndOfLifeTests
{
    [Fact]
    public void Never_and_unknown_have_no_moment()
    {
        Assert.Null(EndOfLife.Never.ExpiresAt);
        Assert.Null(EndOfLife.Unknown.ExpiresAt);
        Assert.Equal(-9001, EndOfLife.Unknown.Value);
        Assert.Equal(-9002, EndOfLife.Never.Value);
        Assert.True(EndOfLife.Never is { IsNever: true, IsUnknown: false });
        Assert.True(EndOfLife.Unknown is { IsNever: false, IsUnknown: true });
    }

    [Theory]
    [InlineData(0, "1970-01-01T00:00:00Z")]
    [InlineData(2147483648, "2038-01-19T03:14:08Z")]
    [InlineData(-1, "1969-12-31T23:59:59Z")]
    [InlineData(-9000, "1969-12-31T21:30:00Z")]
    [InlineData(long.MaxValue, "9999-12-31T23:59:59Z")]
    [InlineData(long.MinValue, "0001-01-01T00:00:00Z")]
    public void Any_other_value_is_a_moment(long value, string moment) =>
        Assert.Equal(DateTimeOffset.Parse(moment, System.Globalization.CultureInfo.InvariantCulture), new EndOfLife(value).ExpiresAt);

    [Fact]
    public void A_moment_never_turns_into_a_sentinel()
    {
        Assert.Equal(0, EndOfLife.At(DateTimeOffset.FromUnixTimeSeconds(-9001)).Value);
        Assert.Equal(0, EndOfLife.At(DateTimeOffset.MinValue).Value);
        Assert.Equal(1_700_000_000, EndOfLife.At(DateTimeOffset.FromUnixTimeMilliseconds(1_700_000_000_999)).Value);
        Assert.Equal(DateTimeOffset.MaxValue.ToUnixTimeSeconds(), EndOfLife.At(DateTimeOffset.MaxValue).Value);
    }
}
