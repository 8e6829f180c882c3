// SPDX-License-Identifier: GPL-3.0-or-later

using DolibarrOAuthBridge.IntegrationTests.Support;
using DolibarrOAuthBridge.Tokens;

namespace DolibarrOAuthBridge.IntegrationTests.Broker;

/// <summary>What a bridge remembers of the database when it hands out tokens: for how long, and what never comes from memory.</summary>
public sealed class HotReadTests(SharedServer shared)
{
    private static readonly TimeSpan Second = TimeSpan.FromSeconds(1);

    [Fact]
    public async Task Another_writers_token_is_served_within_a_second()
    {
        await using var world = await CreateAsync();
        var first = await world.GrantAsync(TimeSpan.FromHours(1));
        var host = world.Open();
        Assert.Equal(first.AccessToken, (await host.TokenAsync()).Value);

        var second = await world.GrantAsync(TimeSpan.FromHours(1));

        world.Clock.Advance(Second - TimeSpan.FromMilliseconds(1));
        Assert.Equal(first.AccessToken, (await host.TokenAsync()).Value);
        world.Clock.Advance(TimeSpan.FromMilliseconds(1));
        Assert.Equal(second.AccessToken, (await host.TokenAsync()).Value);
    }

    [Fact]
    public async Task A_row_that_another_writer_deletes_is_gone_within_a_second()
    {
        await using var world = await CreateAsync();
        await world.GrantAsync(TimeSpan.FromHours(1));
        var host = world.Open();
        await host.TokenAsync();

        await world.ExecuteAsync("DELETE FROM llx_oauth_token WHERE service = 'Google-Mail'");
        world.Clock.Advance(Second);

        await host.TokenFailsAsync(ProblemCode.TokenNotFound);
    }

    [Fact]
    public async Task The_bridges_own_refresh_is_served_at_once()
    {
        await using var world = await CreateAsync();
        await world.GrantAsync(TimeSpan.FromHours(1));
        var host = world.Open();
        await host.TokenAsync();

        var refreshed = await host.RefreshAsync();

        Assert.Equal(refreshed.Value, (await host.TokenAsync()).Value);
    }

    [Fact]
    public async Task The_bridges_own_revocation_counts_at_once()
    {
        await using var world = await CreateAsync();
        await world.GrantAsync(TimeSpan.FromHours(1));
        var host = world.Open();
        await host.TokenAsync();

        await host.Get<GrantRevoker>().RevokeAsync(World.Entry, 1, atProvider: true);

        await host.TokenFailsAsync(ProblemCode.TokenNotFound);
    }

    [Fact]
    public async Task A_refresh_spends_the_refresh_token_that_is_in_the_database()
    {
        await using var world = await CreateAsync();
        await world.GrantAsync(TimeSpan.FromHours(1));
        var host = world.Open();
        await host.TokenAsync();
        await world.GrantAsync(TimeSpan.FromHours(1)); // a new consent: the authority takes no other refresh token any more

        await host.RefreshAsync();

        Assert.Equal((1, 1), (world.Authority.Granted, world.Authority.Asked));
    }

    [Fact]
    public async Task A_refresh_uses_the_client_secret_that_is_in_the_database()
    {
        await using var world = await CreateAsync();
        await world.GrantAsync(TimeSpan.FromMinutes(10));
        var host = world.Open();
        await host.TokenAsync();

        world.Authority.ClientSecret = "another-canary-secret";
        await world.Install.SetConstAsync($"OAUTH_{World.Entry}_SECRET", world.Authority.ClientSecret);

        await host.TokenAsync(minTtl: TimeSpan.FromMinutes(20));
        Assert.Equal(1, world.Authority.Granted);
    }

    [Fact]
    public async Task Without_the_cache_every_call_reads_the_database()
    {
        await using var world = await CreateAsync();
        world.ReadCache = TimeSpan.Zero;
        var host = world.Open();
        await world.GrantAsync(TimeSpan.FromHours(1));
        await host.TokenAsync();

        var second = await world.GrantAsync(TimeSpan.FromHours(1));

        Assert.Equal(second.AccessToken, (await host.TokenAsync()).Value);
    }

    private async Task<World> CreateAsync()
    {
        var world = await World.CreateAsync(shared.Server);
        world.Clock.Freeze();
        world.ReadCache = Second;
        return world;
    }
}
