// SPDX-License-Identifier: GPL-3.0-or-later

using DolibarrOAuthBridge.Dolibarr.Php;
using DolibarrOAuthBridge.Dolibarr.Tokens;
using DolibarrOAuthBridge.Grants;
using DolibarrOAuthBridge.Tests.Support;
using DolibarrOAuthBridge.Tokens;

namespace DolibarrOAuthBridge.Tests.Tokens;

public sealed class StoredGrantTests
{
    [Theory]
    [InlineData(61, 60, true)]
    [InlineData(60, 60, false)]
    [InlineData(1, 0, true)]
    [InlineData(0, 0, false)]
    [InlineData(-1, 0, false)]
    public void A_token_lives_for_a_time_if_it_ends_after_it(int life, int wanted, bool lives) =>
        Assert.Equal(lives, Make.Grant(TimeSpan.FromSeconds(life)).LivesFor(TimeSpan.FromSeconds(wanted), Make.Now));

    [Fact]
    public void Never_lives_for_ever_and_unknown_as_long_as_nothing_can_renew_it()
    {
        Assert.True(Make.Grant((TimeSpan?)null).LivesFor(TimeSpan.FromDays(10_000), Make.Now));
        Assert.False(Unknown("refresh").LivesFor(TimeSpan.Zero, Make.Now));
        Assert.True(Unknown(null).LivesFor(TimeSpan.FromDays(1), Make.Now));
        Assert.False(Make.Grant(Make.Token(null, accessToken: string.Empty)).LivesFor(TimeSpan.Zero, Make.Now));

        static StoredGrant Unknown(string? refreshToken) =>
            Make.Grant(new StoredToken("a", refreshToken, EndOfLife.Unknown, PhpArray.Empty));
    }

    [Fact]
    public void A_demand_is_met_by_a_token_that_lives_and_is_not_the_one_to_replace()
    {
        var grant = Make.Grant(TimeSpan.FromMinutes(2));

        Assert.True(new RefreshDemand(TimeSpan.FromMinutes(1)).IsMetBy(grant, Make.Now));
        Assert.False(new RefreshDemand(TimeSpan.FromMinutes(2)).IsMetBy(grant, Make.Now));
        Assert.True(new RefreshDemand(TimeSpan.Zero, "another value").IsMetBy(grant, Make.Now));
        Assert.False(new RefreshDemand(TimeSpan.Zero, grant.Row.Value).IsMetBy(grant, Make.Now));
    }

    [Theory]
    [InlineData(60, null, 60, null, true)]
    [InlineData(300, null, 60, null, true)]
    [InlineData(60, null, 300, null, false)]
    [InlineData(300, null, 0, "seen", false)]
    [InlineData(0, "seen", 0, "seen", true)]
    [InlineData(0, "older", 0, "seen", false)]
    [InlineData(0, "seen", 60, null, false)]
    public void A_demand_covers_what_asks_for_no_more(int lifetime, string? seen, int otherLifetime, string? otherSeen, bool covers) =>
        Assert.Equal(
            covers,
            new RefreshDemand(TimeSpan.FromSeconds(lifetime), seen).Covers(
                new RefreshDemand(TimeSpan.FromSeconds(otherLifetime), otherSeen)
            )
        );

    [Theory]
    [InlineData(60, 3600, 60)]
    [InlineData(60, 60, 30)]
    [InlineData(300, 60, 30)]
    [InlineData(3600, 3599, 1799.5)]
    [InlineData(3000, 3600, 3000)]
    [InlineData(60, 0, 60)]
    public void A_demand_that_the_provider_cannot_meet_shrinks_to_half_of_what_it_gives(double wanted, int lifetime, double possible)
    {
        var grant = Make.Grant(TimeSpan.FromSeconds(lifetime));
        var record = new GrantRecord { RefreshedAt = Make.Now.UtcDateTime };

        Assert.Equal(
            possible,
            new RefreshDemand(TimeSpan.FromSeconds(wanted)).AsFarAsPossible(grant, record, Make.Now).Lifetime.TotalSeconds
        );
        Assert.Equal(
            wanted,
            new RefreshDemand(TimeSpan.FromSeconds(wanted)).AsFarAsPossible(grant, new GrantRecord(), Make.Now).Lifetime.TotalSeconds
        );
    }

    [Fact]
    public void An_end_that_is_later_than_the_provider_said_is_not_believed()
    {
        var grant = Make.Grant(TimeSpan.FromDays(365));
        var end = grant.ExpiresAt!.Value.UtcDateTime;
        var ahead = new GrantRecord { RefreshedAt = end.AddHours(-1), TokenExpiresAt = end };
        var lasting = new GrantRecord { RefreshedAt = Make.Now.UtcDateTime, TokenExpiresAt = end };

        Assert.True(grant.EndIsImplausible(ahead, Make.Now));
        Assert.False(grant.EndIsImplausible(lasting, Make.Now));
        Assert.False(grant.EndIsImplausible(new GrantRecord(), Make.Now));
    }

    [Fact]
    public void Superseded_hashes_are_kept_newest_first_once_each_and_bounded()
    {
        var record = new GrantRecord();
        for (var number = 0; number < 100; number++)
        {
            record = new GrantRecord { Superseded = record.WithSuperseded($"hash{number}") };
        }

        var hashes = record.Superseded!.Split(' ');
        Assert.Equal((GrantRecord.MaxSuperseded, "hash99", "hash36"), (hashes.Length, hashes[0], hashes[^1]));
        Assert.Equal(record.Superseded, new GrantRecord { Superseded = record.Superseded }.WithSuperseded("hash99"));
        Assert.Equal(string.Empty, new GrantRecord().WithSuperseded(null));
    }
}
