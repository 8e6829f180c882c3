// SPDX-License-Identifier: GPL-3.0-or-later

using DolibarrOAuthBridge.Dolibarr.Tokens;
using DolibarrOAuthBridge.IntegrationTests.Support;

namespace DolibarrOAuthBridge.IntegrationTests.Broker;

/// <summary>What others do to the row while a refresh is under way.</summary>
public sealed class RaceTests(SharedServer shared)
{
    [Fact]
    public async Task A_consent_given_meanwhile_is_kept()
    {
        await using var world = await World.CreateAsync(shared.Server);
        await world.GrantExpiredAsync();
        var (_, gate, call) = await world.BeginRefreshAsync();
        var consented = await world.GrantAsync(TimeSpan.FromHours(1));
        var row = await world.RawAsync();
        gate.Release();

        Assert.Equal(consented.AccessToken, (await call).Value);
        Assert.Equal(row, await world.RawAsync());
        Assert.Empty(world.JournalFiles);
    }

    [Fact]
    public async Task A_row_deleted_meanwhile_stays_deleted()
    {
        await using var world = await World.CreateAsync(shared.Server);
        await world.GrantExpiredAsync();
        var (_, gate, call) = await world.BeginRefreshAsync();
        await world.ExecuteAsync("DELETE FROM llx_oauth_token WHERE service = 'Google-Mail'");
        gate.Release();

        await BridgeHost.FailAsync(() => call, ProblemCode.TokenNotFound);
        Assert.Null(await world.Install.FindTokenRowAsync(World.Entry));
        Assert.Empty(world.JournalFiles);
    }

    [Fact]
    public async Task A_revocation_waits_for_a_refresh_under_way_and_ends_what_it_brought()
    {
        await using var world = await World.CreateAsync(shared.Server);
        await world.GrantExpiredAsync();
        var (refreshing, revoking) = (world.Open(), world.Open());
        var gate = world.Authority.HoldNextAnswer();
        var call = refreshing.TokenAsync();
        await gate.Arrived;
        var revocation = revoking.Get<Tokens.GrantRevoker>().RevokeAsync(World.Entry, 1, atProvider: true);
        gate.Release();

        Assert.Equal(Tokens.RevocationOutcome.Revoked, await revocation);
        Assert.Equal(world.Authority.LastAccessToken, (await call).Value);
        Assert.Equal(
            world.Authority.CurrentRefreshToken,
            Assert.Single(world.Authority.Server.RequestsTo(Authority.RevocationPath))["token"]
        );
        Assert.Null(await world.Install.FindTokenRowAsync(World.Entry));
        Assert.Null((await refreshing.MemoryAsync()).NewestToken);
    }

    [Fact]
    public async Task A_deletion_without_the_provider_wins_over_a_refresh_under_way()
    {
        await using var world = await World.CreateAsync(shared.Server);
        await world.GrantExpiredAsync();
        var (refreshing, gate, call) = await world.BeginRefreshAsync();
        await world.Open().Get<Tokens.GrantRevoker>().RevokeAsync(World.Entry, 1, atProvider: false);
        gate.Release();

        await BridgeHost.FailAsync(() => call, ProblemCode.TokenNotFound);
        Assert.Null(await world.Install.FindTokenRowAsync(World.Entry));
        Assert.Null((await refreshing.MemoryAsync()).NewestToken);
    }

    [Fact]
    public async Task A_token_that_is_deleted_while_its_refresh_fails_is_not_handed_out()
    {
        await using var world = await World.CreateAsync(shared.Server);
        await world.GrantAsync(TimeSpan.FromSeconds(30));
        var host = world.Open();
        world.Authority.Next(async context =>
        {
            await world.ExecuteAsync("DELETE FROM llx_oauth_token WHERE service = 'Google-Mail'");
            await Authority.Error("invalid_client", 401)(context);
        });

        await host.TokenFailsAsync(ProblemCode.TokenNotFound);
    }

    [Fact]
    public async Task The_same_refresh_token_with_an_older_access_token_does_not_stop_the_write()
    {
        await using var world = await World.CreateAsync(shared.Server);
        var old = await world.GrantExpiredAsync();
        var (_, gate, call) = await world.BeginRefreshAsync();
        // Encrypted anew: another value, the same grant.
        await world.Install.SetTokenAsync(World.Entry, old with { AccessToken = "at-canary-spoiled" });
        gate.Release();

        Assert.Equal(world.Authority.LastAccessToken, (await call).Value);
        Assert.Equal(world.Authority.CurrentRefreshToken, (await world.StoredAsync()).RefreshToken);
    }

    [Fact]
    public async Task A_later_token_of_the_same_lasting_refresh_token_is_not_overwritten()
    {
        await using var world = await World.CreateAsync(shared.Server);
        world.Authority.Rotates = false;
        var old = await world.GrantExpiredAsync();
        var (_, gate, call) = await world.BeginRefreshAsync();
        await world.Install.SetTokenAsync(
            World.Entry,
            old with
            {
                AccessToken = "at-canary-later",
                EndOfLife = EndOfLife.At(world.Clock.GetUtcNow().AddHours(2)),
            }
        );
        gate.Release();

        Assert.Equal("at-canary-later", (await call).Value);
        Assert.Equal("at-canary-later", (await world.StoredAsync()).AccessToken);
    }

    [Fact]
    public async Task Invalid_grant_for_a_refresh_token_that_somebody_else_replaced_serves_the_others_token()
    {
        await using var world = await World.CreateAsync(shared.Server);
        await world.GrantExpiredAsync();
        var host = world.Open();
        var gate = new Gate();
        world.Authority.Next(async context =>
        {
            await gate.PassAsync(context.RequestAborted);
            await Authority.Error("invalid_grant")(context);
        });
        var call = host.TokenAsync();
        await gate.Arrived;
        var consented = await world.GrantAsync(TimeSpan.FromHours(1));
        gate.Release();

        Assert.Equal(consented.AccessToken, (await call).Value);
        Assert.Null((await host.MemoryAsync()).LastError);
    }

    [Fact]
    public async Task A_row_that_changes_between_reading_and_asking_costs_no_refresh_token()
    {
        await using var world = await World.CreateAsync(shared.Server);
        var old = await world.GrantExpiredAsync();
        var host = world.Open();
        var read = await host.Get<Tokens.GrantReader>().ReadAsync(await host.Get<Entries.EntryDirectory>().GetAsync(World.Entry, 1));
        await world.Install.SetTokenAsync(World.Entry, old with { AccessToken = "at-canary-other" });

        Assert.False(await host.Get<TokenTable>().CanReplaceAsync(read.Row));
    }
}
