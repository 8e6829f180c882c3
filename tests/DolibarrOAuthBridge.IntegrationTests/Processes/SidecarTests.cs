// SPDX-License-Identifier: GPL-3.0-or-later

using System.Net;
using DolibarrOAuthBridge.IntegrationTests.Support;

namespace DolibarrOAuthBridge.IntegrationTests.Processes;

/// <summary>The executable as real processes.</summary>
public sealed class SidecarTests(SharedServer shared)
{
    [Fact]
    public async Task Two_sidecars_and_two_hundred_callers_make_one_refresh()
    {
        await using var world = await World.CreateAsync(shared.Server);
        await world.GrantExpiredAsync();
        await world.InitAsync();
        var sidecars = await Task.WhenAll(world.ServeAsync(), world.ServeAsync());

        var tokens = await Task.WhenAll(Enumerable.Range(0, 200).Select(caller => sidecars[caller % 2].TokenAsync()));

        Assert.Equal([world.Authority.LastAccessToken], tokens.Distinct());
        Assert.Equal(1, world.Authority.Asked);
        Assert.Equal(world.Authority.CurrentRefreshToken, (await world.StoredAsync()).RefreshToken);
        Assert.Empty(world.JournalFiles);
    }

    [Fact]
    public async Task Forced_refreshes_at_two_sidecars_never_spend_a_refresh_token_twice()
    {
        await using var world = await World.CreateAsync(shared.Server);
        await world.GrantAsync(TimeSpan.FromHours(1));
        await world.InitAsync();
        var sidecars = await Task.WhenAll(world.ServeAsync(), world.ServeAsync());

        var answers = await Task.WhenAll(
            Enumerable
                .Range(0, 20)
                .Select(caller =>
                    sidecars[caller % 2].Client.PostAsync(new Uri($"/v1/entries/{World.Entry}/token/refresh", UriKind.Relative), null)
                )
        );

        Assert.All(answers, answer => Assert.Equal(HttpStatusCode.OK, answer.StatusCode));
        Assert.False(world.Authority.SawReuse);
        Assert.Equal(world.Authority.Asked, world.Authority.Granted);
        Assert.Equal(world.Authority.CurrentRefreshToken, (await world.StoredAsync()).RefreshToken);
    }

    [Theory]
    [InlineData("answer-journaled")]
    [InlineData("stored")]
    public async Task A_crash_after_the_providers_answer_loses_nothing(string point)
    {
        await using var world = await World.CreateAsync(shared.Server);
        var old = await world.GrantExpiredAsync();
        var crashing = await world.ServeAsync(new Dictionary<string, string> { ["BRIDGE_TEST_CRASH_AT"] = point });
        await Assert.ThrowsAnyAsync<HttpRequestException>(() => crashing.TokenAsync());
        await crashing.ExitAsync();
        Assert.Single(world.JournalFiles);
        Assert.Equal(point == "stored" ? world.Authority.CurrentRefreshToken : old.RefreshToken, (await world.StoredAsync()).RefreshToken);

        var next = await world.ServeAsync();

        Assert.Equal(world.Authority.LastAccessToken, await next.TokenAsync());
        Assert.Equal(1, world.Authority.Asked);
        Assert.Equal(world.Authority.CurrentRefreshToken, (await world.StoredAsync()).RefreshToken);
        await Eventually.HoldsAsync(() => world.JournalFiles.Count == 0, "the journal is empty");
        await next.Client.PostAsync(new Uri($"/v1/entries/{World.Entry}/token/refresh", UriKind.Relative), null);
        Assert.Equal(2, world.Authority.Granted);
        Assert.False(world.Authority.SawReuse);
    }

    [Fact]
    public async Task A_crash_of_the_sidecar_is_finished_by_the_command_line()
    {
        await using var world = await World.CreateAsync(shared.Server);
        await world.GrantExpiredAsync();
        var crash = await world.RunAsync(
            new Dictionary<string, string> { ["BRIDGE_TEST_CRASH_AT"] = "answer-journaled" },
            "token",
            World.Entry
        );
        Assert.NotEqual(0, crash.ExitCode);

        var result = await world.RunAsync("token", World.Entry);

        Assert.Equal((0, world.Authority.LastAccessToken + "\n", string.Empty), (result.ExitCode, result.Output, result.Error));
        Assert.Equal(1, world.Authority.Asked);
        Assert.Empty(world.JournalFiles);
    }

    [Fact]
    public async Task A_process_killed_while_the_provider_hangs_does_not_block_the_next_one()
    {
        await using var world = await World.CreateAsync(shared.Server);
        await world.GrantExpiredAsync();
        world.Authority.Next(Authority.HangAsync);
        var killed = await world.ServeAsync();
        var call = killed.TokenAsync();
        await world.Authority.Server.WaitForAsync(Authority.TokenPath).WaitAsync(Eventually.Limit);
        await killed.KillAsync();
        await Assert.ThrowsAnyAsync<HttpRequestException>(() => call);
        Assert.Equal("1", await world.QueryAsync("SELECT COUNT(*) FROM llx_oauthbridge_grant WHERE lease_until > UTC_TIMESTAMP(3)"));
        var watch = System.Diagnostics.Stopwatch.StartNew();

        var next = await world.ServeAsync();
        Assert.Equal(await next.TokenAsync(), world.Authority.LastAccessToken);

        Assert.True(watch.Elapsed < TimeSpan.FromSeconds(15), $"It took {watch.Elapsed}."); // the lease lasts three times as long
        Assert.Empty(world.JournalFiles);
    }

    [Fact]
    public async Task The_lease_of_a_dead_process_on_another_machine_ends_by_itself()
    {
        await using var world = await World.CreateAsync(shared.Server);
        await world.GrantExpiredAsync();
        await world.InitAsync();
        await world.ExecuteAsync(
            """
            INSERT INTO llx_oauthbridge_grant (service, entity, lease_owner, lease_until)
            VALUES ('Google-Mail', 1, 'elsewhere/1/x', DATE_ADD(UTC_TIMESTAMP(3), INTERVAL 2 SECOND))
            """
        );
        var host = world.Open();

        await host.TokenAsync();

        Assert.Equal(1, world.Authority.Granted);
        Assert.Equal(
            "NULL|NULL",
            await world.QueryAsync("SELECT lease_owner, lease_until FROM llx_oauthbridge_grant WHERE service = 'Google-Mail'")
        );
    }

    [Fact]
    public async Task A_lease_that_does_not_end_is_told_as_such_and_costs_nothing()
    {
        await using var world = await World.CreateAsync(shared.Server);
        await world.GrantExpiredAsync();
        await world.InitAsync();
        await world.ExecuteAsync(
            """
            INSERT INTO llx_oauthbridge_grant (service, entity, lease_owner, lease_until)
            VALUES ('Google-Mail', 1, 'elsewhere/1/x', DATE_ADD(UTC_TIMESTAMP(3), INTERVAL 1 MINUTE))
            """
        );
        var host = world.Open(new BridgeOptions { ProviderDeadline = TimeSpan.FromSeconds(0.1) });

        var failure = await host.TokenFailsAsync(ProblemCode.ProviderUnavailable);

        Assert.Contains("Another process", failure.Message, StringComparison.Ordinal);
        Assert.NotNull(failure.RetryAfter);
        Assert.Equal(0, world.Authority.Asked);
        Assert.Equal(
            "elsewhere/1/x",
            await world.QueryAsync("SELECT lease_owner FROM llx_oauthbridge_grant WHERE service = 'Google-Mail'")
        );
    }

    [Fact]
    public async Task A_sidecar_that_is_told_to_stop_finishes_its_refresh()
    {
        await using var world = await World.CreateAsync(shared.Server);
        await world.GrantExpiredAsync();
        var sidecar = await world.ServeAsync();
        var gate = world.Authority.HoldNextAnswer();
        var call = sidecar.TokenAsync();
        await gate.Arrived;
        sidecar.Terminate();
        gate.Release();

        Assert.Equal(0, await sidecar.ExitAsync());
        await Task.WhenAny(call);
        Assert.Equal(world.Authority.CurrentRefreshToken, (await world.StoredAsync()).RefreshToken);
        Assert.Empty(world.JournalFiles);
    }

    [Fact]
    public async Task A_unix_socket_serves_too_and_replaces_the_one_a_crash_left()
    {
        await using var world = await World.CreateAsync(shared.Server);
        var token = await world.GrantAsync(TimeSpan.FromHours(1));
        var path = Path.Combine(world.Install.DirectoryPath, "bridge.sock");
        await (await world.ServeAsync(null, "--socket", path)).KillAsync();
        Assert.True(File.Exists(path));
        await world.ServeAsync(null, "--socket", path);
        using var client = new HttpClient(
            new SocketsHttpHandler
            {
                ConnectCallback = async (_, cancellation) =>
                {
                    var socket = new System.Net.Sockets.Socket(
                        System.Net.Sockets.AddressFamily.Unix,
                        System.Net.Sockets.SocketType.Stream,
                        System.Net.Sockets.ProtocolType.Unspecified
                    );
                    await socket.ConnectAsync(new System.Net.Sockets.UnixDomainSocketEndPoint(path), cancellation);
                    return new System.Net.Sockets.NetworkStream(socket, ownsSocket: true);
                },
            }
        );
        client.DefaultRequestHeaders.Authorization = new("Bearer", world.ApiKey);

        Assert.Contains(
            token.AccessToken!,
            await client.GetStringAsync(new Uri($"http://localhost/v1/entries/{World.Entry}/token")),
            StringComparison.Ordinal
        );
        Assert.Contains("Another process listens", (await world.RunAsync("serve", "--socket", path)).Error, StringComparison.Ordinal);

        var nowhere = await world.RunAsync("serve", "--socket", Path.Combine(world.Install.DirectoryPath, "nowhere", "bridge.sock"));
        Assert.Contains("Its directory must exist and be writable", nowhere.Error, StringComparison.Ordinal);
    }
}
