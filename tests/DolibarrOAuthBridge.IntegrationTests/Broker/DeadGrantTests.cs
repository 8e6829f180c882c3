// SPDX-License-Identifier: GPL-3.0-or-later

using DolibarrOAuthBridge.IntegrationTests.Support;

namespace DolibarrOAuthBridge.IntegrationTests.Broker;

/// <summary>A grant that the provider refuses: consent is asked for, and since some refusals pass, the provider rarely again.</summary>
public sealed class DeadGrantTests(SharedServer shared)
{
    [Fact]
    public async Task Invalid_grant_asks_for_consent_keeps_the_row_and_asks_the_provider_rarely()
    {
        await using var world = await World.CreateAsync(shared.Server);
        await world.GrantExpiredAsync();
        var row = await world.RawAsync();
        world.Authority.Always = Authority.Json(
            400,
            """{"error":"invalid_grant","error_description":"Token has been expired or revoked."}"""
        );
        var host = world.Open();

        var failure = await host.TokenFailsAsync(ProblemCode.ConsentRequired);
        await host.TokenFailsAsync(ProblemCode.ConsentRequired);
        await BridgeHost.FailAsync(() => host.RefreshAsync(), ProblemCode.ConsentRequired);
        world.Clock.Advance(TimeSpan.FromMinutes(40));
        await host.TokenFailsAsync(ProblemCode.ConsentRequired);
        await host.RenewAsync();
        Assert.Equal(1, world.Authority.Asked);
        world.Clock.Advance(TimeSpan.FromMinutes(30));
        await host.TokenFailsAsync(ProblemCode.ConsentRequired);
        world.Clock.Advance(TimeSpan.FromMinutes(90));
        await host.TokenFailsAsync(ProblemCode.ConsentRequired);

        Assert.Contains("Token has been expired or revoked.", failure.Message, StringComparison.Ordinal);
        Assert.Equal(2, world.Authority.Asked);
        Assert.Equal(row, await world.RawAsync());

        world.Authority.Always = null;
        await world.GrantExpiredAsync();
        await host.TokenAsync(); // a new consent ends it
    }

    [Fact]
    public async Task A_dead_grant_is_tried_again_after_hours_that_grow_and_says_when()
    {
        await using var world = await World.CreateAsync(shared.Server);
        world.Clock.Freeze();
        await world.GrantExpiredAsync();
        world.Authority.Always = Authority.Error("invalid_grant");
        var host = world.Open();
        var asked = new List<double>();
        var start = world.Clock.GetUtcNow();

        while (asked.Count < 4)
        {
            var before = world.Authority.Asked;
            var failure = await host.TokenFailsAsync(ProblemCode.ConsentRequired);
            var next = (await host.MemoryAsync()).NextTryAt!.Value;
            Assert.Contains($"after {next:yyyy-MM-dd HH:mm} UTC", failure.Message, StringComparison.Ordinal);
            if (world.Authority.Asked > before)
            {
                asked.Add((world.Clock.GetUtcNow() - start).TotalHours);
            }

            world.Clock.Advance(TimeSpan.FromMinutes(20));
        }

        Assert.InRange(asked[1] - asked[0], 0.7, 1.4);
        Assert.InRange(asked[2] - asked[1], 1.5, 2.4);
        Assert.InRange(asked[3] - asked[2], 3.1, 4.4);

        world.Authority.Always = null; // the refusal passed
        world.Clock.Advance(TimeSpan.FromHours(8));
        await host.TokenAsync();
        Assert.Null((await host.MemoryAsync()).DeadHash);
    }

    [Fact]
    public async Task Stock_code_has_a_dead_grant_tried_again_too()
    {
        await using var world = await World.CreateAsync(shared.Server);
        var token = await world.GrantExpiredAsync();
        world.Authority.Next(Authority.Error("invalid_grant"));
        var stock = world.Open().Get<Tokens.StockRefresh>();

        await BridgeHost.FailAsync(RedeemAsync, ProblemCode.ConsentRequired);
        await BridgeHost.FailAsync(RedeemAsync, ProblemCode.ConsentRequired);
        Assert.Equal(1, world.Authority.Asked);
        world.Clock.Advance(TimeSpan.FromMinutes(65));
        await RedeemAsync();

        Assert.Equal(2, world.Authority.Asked);

        async Task RedeemAsync()
        {
            var entry = await stock.FindEntryAsync(World.ClientId, World.ClientSecret, token.RefreshToken!, 1);
            await stock.RedeemAsync(entry!, token.RefreshToken!);
        }
    }

    [Fact]
    public async Task After_two_minutes_whoever_insists_may_ask_about_a_dead_grant_again()
    {
        await using var world = await World.CreateAsync(shared.Server);
        await world.GrantExpiredAsync();
        world.Authority.Next(Authority.Error("invalid_grant"));
        var host = world.Open();
        await host.TokenFailsAsync(ProblemCode.ConsentRequired);
        world.Clock.Advance(TimeSpan.FromSeconds(121));

        await host.RefreshAsync();

        Assert.Equal(2, world.Authority.Asked);
        Assert.Null((await host.MemoryAsync()).DeadHash);
    }
}
