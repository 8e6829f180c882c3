// SPDX-License-Identifier: GPL-3.0-or-later

using DolibarrOAuthBridge.Dolibarr.Php;
using DolibarrOAuthBridge.Dolibarr.Tokens;
using DolibarrOAuthBridge.Providers;

namespace DolibarrOAuthBridge.Tests.Providers;

public sealed class GrantViewTests
{
    [Fact]
    public void A_proper_token_is_seen_as_it_is()
    {
        var extra = PhpArray.Empty.With("scope", new PhpString("s")).With("expires_in", new PhpInt(5));
        var view = GrantView.Of(new StoredToken("a", "r", new EndOfLife(1000), extra));

        Assert.Equal(("r", 1000L, extra), (view.RefreshToken, view.EndOfLife.Value, view.Parameters));
    }

    [Theory]
    [InlineData(3600L, 1_700_000_000L, 1_700_003_600L)]
    [InlineData(-5L, 1_700_000_000L, 1_700_000_000L)]
    [InlineData(3600L, null, -9001L)]
    [InlineData(3600L, 0L, -9001L)]
    [InlineData(null, 1_700_000_000L, -9002L)]
    [InlineData(long.MaxValue, long.MaxValue, 253_402_300_799L)]
    public void A_generic_token_filed_as_never_expiring_counts_as_what_it_is(long? lifetime, long? createdAt, long expected)
    {
        var extra = PhpArray.Empty.With("refresh_token", new PhpString("r")).With("scope", new PhpString("s"));
        extra = lifetime is { } seconds ? extra.With("expires_in", new PhpInt(seconds)) : extra;
        extra = createdAt is { } at
            ? extra.With("created_at", new PhpString(at.ToString(System.Globalization.CultureInfo.InvariantCulture)))
            : extra;

        var view = GrantView.Of(new StoredToken("a", null, EndOfLife.Never, extra));

        Assert.Equal(("r", expected), (view.RefreshToken, view.EndOfLife.Value));
        Assert.Equal(["scope"], view.Parameters.Entries.Select(entry => ((PhpString)entry.Key).Value));
    }

    [Theory]
    [InlineData(null)]
    [InlineData("")]
    public void An_empty_refresh_token_is_none(string? refreshToken) =>
        Assert.Null(GrantView.Of(new StoredToken("a", refreshToken, EndOfLife.Never, PhpArray.Empty)).RefreshToken);
}
