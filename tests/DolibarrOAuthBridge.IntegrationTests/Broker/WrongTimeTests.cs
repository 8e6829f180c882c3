// SPDX-License-Identifier: GPL-3.0-or-later

using DolibarrOAuthBridge.Demo.Database;
using DolibarrOAuthBridge.IntegrationTests.Support;

namespace DolibarrOAuthBridge.IntegrationTests.Broker;

/// <summary>What a clock that was wrong for a while left in the database is not believed.</summary>
public sealed class WrongTimeTests(SharedServer shared)
{
    private static readonly TimeSpan Year = TimeSpan.FromDays(365);

    [Fact]
    public async Task A_token_that_was_refreshed_a_year_ahead_is_refreshed_again()
    {
        await using var world = await World.CreateAsync(shared.Server);
        await world.GrantExpiredAsync();
        var host = world.Open();
        world.Clock.Advance(Year);
        await host.TokenAsync();
        world.Clock.Advance(-Year);

        var served = await host.TokenAsync();

        Assert.Equal(2, world.Authority.Granted);
        Assert.True(served.ExpiresAt < world.Clock.GetUtcNow().AddHours(2));
    }

    [Fact]
    public async Task A_token_of_an_hour_that_was_refreshed_less_than_an_hour_ahead_is_refreshed_again()
    {
        await using var world = await World.CreateAsync(shared.Server);
        await world.GrantExpiredAsync();
        var host = world.Open();
        world.Clock.Advance(TimeSpan.FromMinutes(50));
        await host.TokenAsync();
        world.Clock.Advance(-TimeSpan.FromMinutes(50));

        var served = await host.TokenAsync();

        Assert.Equal(2, world.Authority.Granted);
        Assert.True(served.ExpiresAt < world.Clock.GetUtcNow().AddMinutes(61));
    }

    [Fact]
    public async Task A_failure_a_year_ahead_does_not_put_off_the_next_try()
    {
        await using var world = await World.CreateAsync(shared.Server);
        await world.GrantExpiredAsync();
        var host = world.Open();
        world.Clock.Advance(Year);
        world.Authority.Next(Authority.Json(503, "{}"));
        world.Authority.Next(Authority.Json(503, "{}"));
        await host.TokenFailsAsync(ProblemCode.ProviderUnavailable);
        world.Clock.Advance(-Year);

        await host.TokenAsync();

        Assert.Equal(1, world.Authority.Granted);
    }

    [Fact]
    public async Task A_lease_that_ends_later_than_any_lease_can_is_over()
    {
        await using var world = await World.CreateAsync(shared.Server);
        await world.GrantExpiredAsync();
        await world.InitAsync();
        await world.ExecuteAsync(
            """
            INSERT INTO llx_oauthbridge_grant (service, entity, lease_owner, lease_until)
            VALUES ('Google-Mail', 1, 'elsewhere/1/x', DATE_ADD(UTC_TIMESTAMP(3), INTERVAL 1 HOUR))
            """
        );

        await world.Open(new BridgeOptions { ProviderDeadline = TimeSpan.FromSeconds(5) }).TokenAsync();

        Assert.Equal(1, world.Authority.Granted);
    }

    [Fact]
    public async Task A_table_that_was_dropped_while_running_works_after_init_without_a_restart()
    {
        await using var world = await World.CreateAsync(shared.Server);
        await world.GrantExpiredAsync();
        await world.InitAsync();
        var host = world.Open();
        await host.TokenAsync();
        await world.ExecuteAsync("DROP TABLE llx_oauthbridge_grant");
        await Assert.ThrowsAnyAsync<Exception>(() => host.RefreshAsync());
        await world.InitAsync();
        if (ScratchDatabase.IsPostgreSql)
        {
            await world.UseSidecarAccountAsync(); // there a table takes the rights to it along
        }

        await host.RefreshAsync();

        Assert.Equal(2, world.Authority.Granted);
        Assert.False(world.Authority.SawReuse);
    }
}
