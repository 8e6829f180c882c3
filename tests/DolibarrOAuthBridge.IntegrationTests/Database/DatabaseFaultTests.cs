// SPDX-License-Identifier: GPL-3.0-or-later

using DolibarrOAuthBridge.Dolibarr.Database;
using DolibarrOAuthBridge.IntegrationTests.Support;
using DolibarrOAuthBridge.Keys;

namespace DolibarrOAuthBridge.IntegrationTests.Database;

/// <summary>A server that fails in every way, one after the other; the tests of a class run in sequence.</summary>
public sealed class DatabaseFaultTests(OwnServer own) : IClassFixture<OwnServer>
{
    [Fact]
    public async Task A_restart_with_idle_connections_in_the_pool_is_not_noticed()
    {
        await using var world = await World.CreateAsync(own.Server);
        var token = await world.GrantAsync(TimeSpan.FromHours(1));
        var host = world.Open();
        await Task.WhenAll(Enumerable.Range(0, 10).Select(_ => host.TokenAsync()));
        await own.Server.RestartAsync();

        var tokens = await Task.WhenAll(Enumerable.Range(0, 10).Select(_ => host.TokenAsync()));
        Assert.All(tokens, served => Assert.Equal(token.AccessToken, served.Value));

        await own.Server.RestartAsync();
        await host.RefreshAsync();
        Assert.Equal(1, world.Authority.Asked);
    }

    [Fact]
    public async Task A_server_killed_between_answer_and_update_loses_nothing()
    {
        await using var world = await World.CreateAsync(own.Server);
        await world.GrantExpiredAsync();
        var (host, gate, call) = await world.BeginRefreshAsync();
        await own.Server.KillAsync();
        gate.Release();

        Assert.Equal(world.Authority.LastAccessToken, (await call).Value); // nobody's mail waits for the database
        Assert.Single(world.JournalFiles);
        await host.TokenFailsAsync(ProblemCode.StoreUnavailable);

        await own.Server.StartAgainAsync();
        Assert.Equal(world.Authority.LastAccessToken, (await host.TokenAsync()).Value);
        Assert.Equal(world.Authority.CurrentRefreshToken, (await world.StoredAsync()).RefreshToken);
        Assert.Empty(world.JournalFiles);
        Assert.Equal(1, world.Authority.Asked);
    }

    [Fact]
    public async Task A_server_that_hangs_between_answer_and_update_loses_nothing()
    {
        await using var world = await World.CreateAsync(own.Server);
        await world.GrantExpiredAsync();
        var (host, gate, call) = await world.BeginRefreshAsync();
        await own.Server.PauseAsync();
        try
        {
            gate.Release();
            Assert.Equal(world.Authority.LastAccessToken, (await call.WaitAsync(TimeSpan.FromSeconds(45))).Value);
        }
        finally
        {
            await own.Server.ResumeAsync();
        }

        await host.RenewAsync();
        Assert.Equal(world.Authority.CurrentRefreshToken, (await world.StoredAsync()).RefreshToken);
        Assert.Empty(world.JournalFiles);
        Assert.Equal(1, world.Authority.Asked);
    }

    [Fact]
    public async Task A_server_that_hangs_fails_the_call_in_time_and_spends_nothing()
    {
        await using var world = await World.CreateAsync(own.Server);
        await world.GrantExpiredAsync();
        var host = world.Open();
        await host.Get<Entries.EntryDirectory>().ListAsync(1);
        await own.Server.PauseAsync();
        try
        {
            await BridgeHost.FailAsync(() => host.TokenAsync().WaitAsync(TimeSpan.FromSeconds(30)), ProblemCode.StoreUnavailable);
        }
        finally
        {
            await own.Server.ResumeAsync();
        }

        Assert.Equal(0, world.Authority.Asked);
        await host.TokenAsync();
    }

    [Fact]
    public async Task A_bridge_whose_database_is_down_or_hangs_proves_itself_by_the_key_that_it_read_last()
    {
        await using var world = await World.CreateAsync(own.Server);
        await world.InitAsync();
        var keys = world.Open().Get<ApiKeys>();
        Assert.Equal(world.ApiKey, await keys.GetForProofAsync(1));
        Assert.Equal(world.ApiKey, await keys.GetForProofAsync(2)); // has none of its own
        world.Clock.Advance(TimeSpan.FromMinutes(1));
        await own.Server.PauseAsync();
        try
        {
            Assert.Equal(world.ApiKey, await keys.GetForProofAsync(1).WaitAsync(TimeSpan.FromSeconds(3))); // as long as a page waits
        }
        finally
        {
            await own.Server.ResumeAsync();
        }

        await own.Server.StopAsync();
        world.Clock.Advance(TimeSpan.FromMinutes(1)); // what was being read while the server hung is old by now
        try
        {
            Assert.Equal(world.ApiKey, await keys.GetForProofAsync(1));
            Assert.Equal(world.ApiKey, await keys.GetForProofAsync(2));
            await Assert.ThrowsAsync<StoreException>(() => keys.GetForProofAsync(3)); // may have a key of its own
            await Assert.ThrowsAsync<StoreException>(() => keys.IsValidAsync(world.ApiKey, 1)); // a proof opens nothing
        }
        finally
        {
            await own.Server.StartAgainAsync();
        }
    }

    [Fact]
    public async Task A_read_only_server_spends_no_refresh_token_and_serves_what_lives()
    {
        await using var world = await World.CreateAsync(own.Server);
        var token = await world.GrantAsync(TimeSpan.FromSeconds(30));
        var host = world.Open();
        await world.InitAsync();
        await own.Server.SetReadOnlyAsync(true);
        try
        {
            Assert.Equal(token.AccessToken, (await host.TokenAsync()).Value);
            await BridgeHost.FailAsync(() => host.RefreshAsync(), ProblemCode.StoreNotWritable);
            world.Clock.Advance(TimeSpan.FromMinutes(1));
            var failure = await host.TokenFailsAsync(ProblemCode.StoreNotWritable);
            Assert.Contains("read-only", failure.Message, StringComparison.Ordinal);
        }
        finally
        {
            await own.Server.SetReadOnlyAsync(false);
        }

        Assert.Equal(0, world.Authority.Asked);
        Assert.Empty(world.JournalFiles);
        await host.TokenAsync();
    }

    [Fact]
    public async Task A_server_that_becomes_read_only_before_the_update_loses_nothing()
    {
        await using var world = await World.CreateAsync(own.Server);
        await world.GrantExpiredAsync();
        var (host, gate, call) = await world.BeginRefreshAsync();
        await own.Server.SetReadOnlyAsync(true);
        try
        {
            gate.Release();
            Assert.Equal(world.Authority.LastAccessToken, (await call).Value);
            await host.TokenFailsAsync(ProblemCode.StoreNotWritable);
            await host.RenewAsync();
            Assert.Single(world.JournalFiles);
        }
        finally
        {
            await own.Server.SetReadOnlyAsync(false);
        }

        await host.RenewAsync();
        Assert.Equal(world.Authority.LastAccessToken, (await world.StoredAsync()).AccessToken);
        Assert.Empty(world.JournalFiles);
        Assert.Equal(1, world.Authority.Asked);
    }

    [Fact]
    public async Task A_sidecar_that_starts_without_database_stays_up_and_recovers_by_itself()
    {
        await using var world = await World.CreateAsync(own.Server);
        var token = await world.GrantAsync(TimeSpan.FromHours(1));
        await world.InitAsync();
        await own.Server.StopAsync();
        Sidecar sidecar;
        try
        {
            sidecar = await world.ServeAsync();
            Assert.Equal((200, 503), (await sidecar.StatusAsync("/healthz"), await sidecar.StatusAsync("/readyz")));
            Assert.Equal((503, "store_unavailable"), await sidecar.ProblemAsync(HttpMethod.Get, $"/v1/entries/{World.Entry}/token"));
            using var form = new FormUrlEncodedContent(
                new Dictionary<string, string>
                {
                    ["grant_type"] = "refresh_token",
                    ["client_id"] = "a",
                    ["client_secret"] = "b",
                    ["refresh_token"] = "c",
                }
            );
            using var stock = await sidecar.Client.PostAsync(new Uri("/oauth/token", UriKind.Relative), form);
            Assert.Equal(503, (int)stock.StatusCode);
            Assert.Contains("\"temporarily_unavailable\"", await stock.Content.ReadAsStringAsync(), StringComparison.Ordinal);
        }
        finally
        {
            await own.Server.StartAgainAsync();
        }

        await Eventually.HoldsAsync(async () => await sidecar.StatusAsync("/readyz") == 200, "ready again");
        Assert.Equal(token.AccessToken, await sidecar.TokenAsync());
    }
}
