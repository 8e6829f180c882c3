// SPDX-License-Identifier: GPL-3.0-or-later

using DolibarrOAuthBridge.IntegrationTests.Support;
using DolibarrOAuthBridge.Reports;

namespace DolibarrOAuthBridge.IntegrationTests.Database;

/// <summary>With thousands of entries a look is made only when something can have changed.</summary>
public sealed class LookSaverTests(SharedServer shared)
{
    private static readonly TimeSpan Life = TimeSpan.FromMinutes(8);

    [Theory]
    [InlineData("UPDATE llx_oauth_token SET entity = 2 WHERE service = 'Google-Mail'")]
    [InlineData("DELETE FROM llx_oauth_token")]
    [InlineData("UPDATE llx_const SET value = 'other' WHERE name = 'OAUTH_GOOGLE-Mail_ID'")]
    [InlineData("INSERT INTO llx_const (name, value, entity) VALUES ('OAUTH_GOOGLE-New_ID', 'id', 1)")]
    [InlineData("INSERT INTO llx_oauthbridge_event (service, entity, at, kind) VALUES ('Google-Mail', 1, '2026-01-01', 'paused')")]
    public async Task A_change_causes_a_look(string change)
    {
        await using var world = await World.CreateAsync(shared.Server);
        await world.GrantAsync(TimeSpan.FromHours(1));
        var looks = await QuietAsync(world, TimeSpan.FromHours(1));

        await world.ExecuteAsync(change);

        Assert.True(await looks.IsNeededAsync(null, default));
    }

    [Theory]
    [InlineData(2, false)]
    [InlineData(3, true)] // to be renewed five minutes before its end
    [InlineData(60, true)]
    public async Task The_last_look_holds_until_the_next_turn_of_a_token(int minutes, bool isNeeded)
    {
        await using var world = await World.CreateAsync(shared.Server);
        var looks = await QuietAsync(world, Life);

        world.Clock.Advance(TimeSpan.FromMinutes(minutes));

        Assert.Equal(isNeeded, await looks.IsNeededAsync(null, default));
    }

    [Fact]
    public async Task Few_entries_are_always_looked_at()
    {
        await using var world = await World.CreateAsync(shared.Server);
        var looks = await QuietAsync(world, Life);

        looks.Looked(LargePass.Least - 1, []);

        Assert.True(await looks.IsNeededAsync(null, default));
    }

    [Fact]
    public async Task A_look_that_left_something_to_do_is_followed_by_another()
    {
        await using var world = await World.CreateAsync(shared.Server);
        var looks = await QuietAsync(world, Life);

        looks.Looked(LargePass.Least, null);

        Assert.True(await looks.IsNeededAsync(null, default));
    }

    [Fact]
    public async Task A_look_that_is_saved_is_noted_where_people_see_when_the_last_one_was()
    {
        await using var world = await World.CreateAsync(shared.Server);
        await world.Open().Get<StatusRecorder>().RecordAsync("a sidecar");
        var looks = await QuietAsync(world, Life);
        world.Clock.Advance(TimeSpan.FromSeconds(24));

        Assert.False(await looks.IsNeededAsync("another", default));

        Assert.Equal("another", await world.QueryAsync("SELECT DISTINCT looked_by FROM llx_oauthbridge_v_status"));
        Assert.Equal("1", await world.QueryAsync("SELECT COUNT(DISTINCT looked_at) FROM llx_oauthbridge_v_status"));
    }

    // After two looks: the first one tells that there are thousands, the second one what they are like.
    private static async Task<LookSaver> QuietAsync(World world, TimeSpan life)
    {
        var looks = world.Open().Get<LookSaver>();
        for (var look = 0; look < 2; look++)
        {
            Assert.True(await looks.IsNeededAsync(null, default));
            looks.Looked(LargePass.Least, [world.Clock.GetUtcNow() + life]);
        }

        Assert.False(await looks.IsNeededAsync(null, default));
        return looks;
    }
}
