// SPDX-License-Identifier: GPL-3.0-or-later

using DolibarrOAuthBridge.Grants;
using DolibarrOAuthBridge.Providers;
using DolibarrOAuthBridge.Tests.Support;
using DolibarrOAuthBridge.Tokens.Renewal;

namespace DolibarrOAuthBridge.Tests.Tokens;

public sealed class RenewalPlanTests
{
    [Theory]
    [InlineData(4, 1.0, RenewalPolicy.Proactive, true)]
    [InlineData(6, 1.0, RenewalPolicy.Proactive, false)]
    [InlineData(-60, 23.0, RenewalPolicy.Proactive, true)]
    [InlineData(4, 25.0, RenewalPolicy.Proactive, false)]
    [InlineData(4, null, RenewalPolicy.Proactive, false)]
    [InlineData(4, 1.0, RenewalPolicy.OnDemand, false)]
    internal void Proactive_renewal_takes_what_ends_soon_and_was_used_within_a_day(
        int minutes,
        double? usedHoursAgo,
        RenewalPolicy policy,
        bool due
    )
    {
        var memory = new GrantRecord
        {
            UsedAt = usedHoursAgo is { } hours ? Make.Now.UtcDateTime.AddHours(-hours) : null,
            RefreshedAt = Make.Now.UtcDateTime.AddHours(-1),
        };

        Assert.Equal(
            due,
            RenewalPlan.IsDue(Google, Make.Grant(TimeSpan.FromMinutes(minutes)), memory, policy, new BridgeOptions(), Make.Now)
        );
    }

    [Theory]
    [InlineData("GOOGLE-Mail", 59, false)]
    [InlineData("GOOGLE-Mail", 61, true)]
    [InlineData("MICROSOFT-Office", 29, false)]
    [InlineData("MICROSOFT-Office", 31, true)]
    [InlineData("GENERIC-X", 2, false)]
    [InlineData("GENERIC-X", 3, true)] // nobody knows how long: as if it were Okta
    public void The_keep_alive_refreshes_after_a_third_of_the_idle_lifetime_under_either_policy(string entry, int days, bool due)
    {
        var memory = new GrantRecord { RefreshedAt = Make.Now.UtcDateTime.AddDays(-days) };
        foreach (var policy in Enum.GetValues<RenewalPolicy>())
        {
            Assert.Equal(
                due,
                RenewalPlan.IsDue(
                    ProviderCatalogue.Of(Make.Name(entry)),
                    Make.Grant(TimeSpan.FromDays(-1)),
                    memory,
                    policy,
                    new BridgeOptions(),
                    Make.Now
                )
            );
        }
    }

    [Theory]
    [InlineData(9, false)]
    [InlineData(11, true)]
    public void The_keep_alive_goes_by_what_the_provider_said_of_its_refresh_token(int days, bool due)
    {
        var last = Make.Now.UtcDateTime.AddDays(-days);
        var memory = new GrantRecord { RefreshedAt = last, RefreshTokenExpiresAt = last.AddDays(30) };
        var generic = ProviderCatalogue.Of(Make.Name("GENERIC-X"));

        Assert.Equal(
            due,
            RenewalPlan.IsDue(
                generic,
                Make.Grant(TimeSpan.FromDays(-1)),
                memory,
                RenewalPolicy.OnDemand,
                new BridgeOptions(),
                Make.Now
            )
        );
    }

    [Fact]
    public void A_grant_that_the_bridge_never_refreshed_ages_by_its_row()
    {
        var grant = Make.Grant(Make.Token(TimeSpan.FromDays(-61)), modified: Make.Now.UtcDateTime.AddDays(-61));

        Assert.True(RenewalPlan.IsDue(Google, grant, new GrantRecord(), RenewalPolicy.Proactive, new BridgeOptions(), Make.Now));
    }

    [Fact]
    public void What_never_ends_or_cannot_be_renewed_is_never_due()
    {
        var memory = new GrantRecord { UsedAt = Make.Now.UtcDateTime, RefreshedAt = Make.Now.UtcDateTime.AddYears(-1) };

        Assert.False(
            RenewalPlan.IsDue(Google, Make.Grant((TimeSpan?)null), memory, RenewalPolicy.Proactive, new BridgeOptions(), Make.Now)
        );
        Assert.False(
            RenewalPlan.IsDue(Google, Make.Grant(TimeSpan.Zero, null), memory, RenewalPolicy.Proactive, new BridgeOptions(), Make.Now)
        );
        Assert.True(
            RenewalPlan.IsDue(
                ProviderCatalogue.Of(Make.Name("MICROSOFTAPP-X")),
                Make.Grant(TimeSpan.Zero, null),
                memory,
                RenewalPolicy.Proactive,
                new BridgeOptions(),
                Make.Now
            )
        );
    }

    [Fact]
    public void Tokens_dead_on_arrival_are_not_asked_for_at_every_look()
    {
        var memory = new GrantRecord { UsedAt = Make.Now.UtcDateTime, RefreshedAt = Make.Now.UtcDateTime.AddSeconds(-30) };

        Assert.False(
            RenewalPlan.IsDue(Google, Make.Grant(TimeSpan.FromSeconds(-30)), memory, RenewalPolicy.Proactive, new BridgeOptions(), Make.Now)
        );
    }

    private static Provider Google => ProviderCatalogue.Of(Make.Name("GOOGLE-Mail"));
}
