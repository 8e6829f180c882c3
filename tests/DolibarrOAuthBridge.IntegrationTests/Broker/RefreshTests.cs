// SPDX-License-Identifier: GPL-3.0-or-later

using DolibarrOAuthBridge.Dolibarr.Php;
using DolibarrOAuthBridge.Dolibarr.Tokens;
using DolibarrOAuthBridge.IntegrationTests.Support;
using Microsoft.AspNetCore.Http;

namespace DolibarrOAuthBridge.IntegrationTests.Broker;

public sealed class RefreshTests(SharedServer shared)
{
    [Fact]
    public async Task An_expired_token_is_refreshed_and_the_row_holds_the_answer()
    {
        await using var world = await World.CreateAsync(shared.Server);
        var old = await world.GrantExpiredAsync();
        var host = world.Open();

        var token = await host.TokenAsync();

        Assert.Equal(world.Authority.LastAccessToken, token.Value);
        var stored = await world.StoredAsync();
        Assert.Equal(token.Value, stored.AccessToken);
        Assert.Equal(world.Authority.CurrentRefreshToken, stored.RefreshToken);
        Assert.NotEqual(old.RefreshToken, stored.RefreshToken);
        Assert.Equal(token.ExpiresAt, stored.EndOfLife.ExpiresAt);
        Assert.Empty(world.JournalFiles);
        var request = Assert.Single(world.Authority.Server.RequestsTo(Authority.TokenPath));
        Assert.Equal(
            (World.ClientId, World.ClientSecret, old.RefreshToken),
            (request["client_id"], request["client_secret"], request["refresh_token"])
        );
    }

    [Fact]
    public async Task A_token_that_lives_costs_no_call_and_writes_nothing_but_its_use()
    {
        await using var world = await World.CreateAsync(shared.Server);
        var token = await world.GrantAsync(TimeSpan.FromHours(1));
        var host = world.Open();
        await host.TokenAsync();
        await host.Get<Tokens.LastUseRecorder>().PendingWrite;
        var rows = await world.QueryAsync("SELECT * FROM llx_oauth_token; ");
        var memory = await world.QueryAsync("SELECT * FROM llx_oauthbridge_grant");
        var writes = await WritesAsync(world);

        for (var call = 0; call < 20; call++)
        {
            Assert.Equal(token.AccessToken, (await host.TokenAsync()).Value);
        }

        await host.Get<Tokens.LastUseRecorder>().PendingWrite;
        Assert.Equal(0, world.Authority.Asked);
        Assert.Equal(rows, await world.QueryAsync("SELECT * FROM llx_oauth_token; "));
        Assert.Equal(memory, await world.QueryAsync("SELECT * FROM llx_oauthbridge_grant"));
        Assert.Equal(writes, await WritesAsync(world));
        Assert.Equal("0", await world.QueryAsync("SELECT COUNT(*) FROM llx_oauthbridge_event"));
    }

    [Fact]
    public async Task A_missing_refresh_token_in_the_answer_keeps_the_old_one()
    {
        await using var world = await World.CreateAsync(shared.Server);
        world.Authority.Rotates = false;
        var old = await world.GrantExpiredAsync();

        await world.Open().TokenAsync();

        Assert.Equal(old.RefreshToken, (await world.StoredAsync()).RefreshToken);
    }

    [Fact]
    public async Task Parameters_of_the_old_token_stay_where_the_answer_is_silent()
    {
        await using var world = await World.CreateAsync(shared.Server);
        var old = await world.GrantExpiredAsync();
        await world.Install.SetTokenAsync(
            World.Entry,
            old with
            {
                ExtraParams = old.ExtraParams.With("id_token", new PhpString("the-id-token")),
            }
        );

        await world.Open().TokenAsync();

        Assert.Equal("the-id-token", (await world.StoredAsync()).IdToken);
    }

    [Fact]
    public async Task A_forced_refresh_replaces_a_token_that_lives()
    {
        await using var world = await World.CreateAsync(shared.Server);
        var old = await world.GrantAsync(TimeSpan.FromHours(1));

        var token = await world.Open().RefreshAsync();

        Assert.NotEqual(old.AccessToken, token.Value);
        Assert.Equal(1, world.Authority.Granted);
    }

    [Fact]
    public async Task Forced_refreshes_of_two_processes_at_once_make_one_call()
    {
        await using var world = await World.CreateAsync(shared.Server);
        await world.GrantAsync(TimeSpan.FromHours(1));
        var (first, second) = (world.Open(), world.Open());
        var demand = new Tokens.RefreshDemand(TimeSpan.Zero, await world.RawAsync());
        var entry = await first.Get<Entries.EntryDirectory>().GetAsync(World.Entry, 1);
        var gate = world.Authority.HoldNextAnswer();
        var one = first.Get<Tokens.RefreshFlights>().JoinAsync(entry, demand);
        await gate.Arrived;
        var other = second.Get<Tokens.RefreshFlights>().JoinAsync(entry, demand);
        gate.Release();

        Assert.Equal((await one).Row.Value, (await other).Row.Value);
        Assert.Equal(1, world.Authority.Asked);
    }

    [Fact]
    public async Task A_forced_refresh_that_joins_a_flight_which_refreshed_nothing_flies_itself()
    {
        await using var world = await World.CreateAsync(shared.Server);
        await world.GrantAsync(TimeSpan.FromHours(1));
        var host = world.Open();
        var seen = await world.RawAsync();
        var entry = await host.Get<Entries.EntryDirectory>().GetAsync(World.Entry, 1);
        var flights = host.Get<Tokens.RefreshFlights>();

        // Satisfied by the row as it is, so it asks nobody; whoever forces must not be content with that.
        var idle = flights.JoinAsync(entry, new Tokens.RefreshDemand(TimeSpan.FromSeconds(1)));
        var forced = flights.JoinAsync(entry, new Tokens.RefreshDemand(TimeSpan.Zero, seen));

        await idle;
        Assert.NotEqual(seen, (await forced).Row.Value);
        Assert.Equal(1, world.Authority.Granted);
    }

    [Fact]
    public async Task A_hundred_callers_share_one_refresh_and_one_who_leaves_cancels_nobody()
    {
        await using var world = await World.CreateAsync(shared.Server);
        await world.GrantExpiredAsync();
        var host = world.Open();
        var gate = world.Authority.HoldNextAnswer();
        using var leaving = new CancellationTokenSource();
        var left = host.Get<Tokens.TokenBroker>().GetAsync(World.Entry, 1, null, cancellationToken: leaving.Token);
        await gate.Arrived;
        var staying = Enumerable.Range(0, 100).Select(_ => host.TokenAsync()).ToArray();
        await leaving.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => left);
        gate.Release();

        Assert.Single((await Task.WhenAll(staying)).Select(token => token.Value).Distinct());
        Assert.Equal(1, world.Authority.Asked);
    }

    [Fact]
    public async Task Ten_processes_share_one_refresh_by_the_lease()
    {
        await using var world = await World.CreateAsync(shared.Server);
        await world.GrantExpiredAsync();

        var tokens = await Task.WhenAll(Enumerable.Range(0, 10).Select(_ => world.Open().TokenAsync()));

        Assert.Single(tokens.Select(token => token.Value).Distinct());
        Assert.Equal(1, world.Authority.Asked);
        Assert.False(world.Authority.SawReuse);
    }

    [Fact]
    public async Task Every_refresh_spends_the_refresh_token_of_the_one_before()
    {
        await using var world = await World.CreateAsync(shared.Server);
        await world.GrantExpiredAsync();
        var host = world.Open();

        for (var round = 0; round < 6; round++)
        {
            await host.TokenAsync();
            world.Clock.Advance(TimeSpan.FromHours(2));
        }

        Assert.Equal(6, world.Authority.Granted);
        Assert.False(world.Authority.SawReuse);
        Assert.Equal(6, (await host.MemoryAsync()).RefreshCount);
        Assert.Empty(world.JournalFiles);
    }

    [Fact]
    public async Task A_token_that_the_provider_makes_shorter_than_asked_for_is_not_refreshed_at_every_call()
    {
        await using var world = await World.CreateAsync(shared.Server);
        world.Authority.Lifetime = 60; // Keycloak's default
        await world.GrantExpiredAsync();
        var host = world.Open();

        for (var call = 0; call < 10; call++)
        {
            await host.TokenAsync();
        }

        Assert.Equal(1, world.Authority.Granted);
        world.Clock.Advance(TimeSpan.FromSeconds(40));
        await host.TokenAsync();
        Assert.Equal(2, world.Authority.Granted);
    }

    [Fact]
    public async Task A_token_that_is_over_on_arrival_is_not_handed_out_nor_asked_for_at_every_call()
    {
        await using var world = await World.CreateAsync(shared.Server);
        world.Authority.Lifetime = -5;
        await world.GrantExpiredAsync();

        var host = world.Open();
        await host.TokenFailsAsync(ProblemCode.ProviderUnavailable);
        await host.TokenFailsAsync(ProblemCode.ProviderUnavailable);

        Assert.Equal(1, world.Authority.Asked);
        Assert.Equal(world.Authority.CurrentRefreshToken, (await world.StoredAsync()).RefreshToken);
    }

    [Fact]
    [Trait("Database", "MariaDB")] // PostgreSQL has no text with the zero bytes of PHP's serialized objects
    public async Task The_row_keeps_its_cipher_and_one_in_the_clear_is_encrypted()
    {
        await using var world = await World.CreateAsync(shared.Server);
        foreach (var form in (StoredForm[])[StoredForm.Plain, StoredForm.Encrypted("AES-256-CBC")])
        {
            var old = await world.GrantExpiredAsync();
            await world.Install.SetTokenAsync(World.Entry, old, form: form);

            await world.Open().TokenAsync();

            var raw = await world.RawAsync();
            Assert.StartsWith(form.IsEncrypted ? "dolcrypt:AES-256-CBC:" : "dolcrypt:AES-256-CTR:", raw, StringComparison.Ordinal);
            Assert.Equal(world.Authority.LastAccessToken, (await world.StoredAsync()).AccessToken);
        }
    }

    [Fact]
    public async Task An_answer_with_more_than_the_column_holds_loses_only_what_nobody_needs()
    {
        await using var world = await World.CreateAsync(shared.Server);
        await world.GrantExpiredAsync();
        world.Authority.Next(async context =>
        {
            context.Response.ContentType = "application/json";
            await context.Response.WriteAsync(
                $$"""{"access_token":"at-canary-big","refresh_token":"rt-canary-big","expires_in":3600,"""
                    + $$""" "claims":"{{new string('x', 200_000)}}"}"""
            );
        });
        var host = world.Open();

        Assert.Equal("at-canary-big", (await host.TokenAsync()).Value);

        var stored = await world.StoredAsync();
        Assert.Equal(("at-canary-big", "rt-canary-big"), (stored.AccessToken, stored.RefreshToken));
        Assert.Empty(world.JournalFiles);
    }

    [Fact]
    [Trait("Database", "MariaDB")] // the scratch PostgreSQL has a column without a limit
    public async Task An_answer_is_stored_as_a_whole_after_its_column_was_widened_beside_the_running_sidecar()
    {
        await using var world = await World.CreateAsync(shared.Server);
        await world.UseTablesAsync();
        await world.ExecuteAsync("ALTER TABLE llx_oauth_token MODIFY token varchar(2000)");
        await world.GrantExpiredAsync();
        var host = world.Open();
        await host.TokenAsync(); // reads how the table looks
        await world.ExecuteAsync("ALTER TABLE llx_oauth_token MODIFY token text");
        world.Clock.Advance(TimeSpan.FromHours(2));
        world.Authority.AccessTokenLength = 3000;

        var served = await host.TokenAsync();

        Assert.Equal(world.Authority.LastAccessToken, served.Value);
        Assert.Equal(world.Authority.LastAccessToken, (await world.StoredAsync()).AccessToken);
        Assert.DoesNotContain("left out", host.Log.Text, StringComparison.Ordinal);
    }

    private static Task<string> WritesAsync(World world) =>
        world.QueryAsync("SELECT GROUP_CONCAT(lease_until), GROUP_CONCAT(used_at) FROM llx_oauthbridge_grant");
}
