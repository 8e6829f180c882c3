// SPDX-License-Identifier: GPL-3.0-or-later

using System.Globalization;
using DolibarrOAuthBridge.Demo.Hosting;
using DolibarrOAuthBridge.IntegrationTests.Support;
using MySqlConnector;

namespace DolibarrOAuthBridge.IntegrationTests.Hosting;

/// <summary>Many SIGHUPs one after the other, each with other instances, while requests and refreshes run.</summary>
[Trait("Database", "MariaDB")]
public sealed class StormTests(SharedServer shared)
{
    private const int Rounds = 24;

    [Fact]
    public async Task A_storm_of_reloads_fails_no_request_of_others_and_leaves_no_socket_connection_or_file_open()
    {
        await using var world = await HostingWorld.CreateAsync(shared.MariaDb);
        var steady = await world.AddAsync("steady", Settings(world, "steady.sock", 0));
        var changing = await world.AddAsync("changing", Settings(world, "changing.sock", 0));
        var passing = new List<HostedDolibarr>();
        for (var number = 0; number < 3; number++)
        {
            passing.Add(await world.Host.AddAsync($"passing-{number}"));
        }

        await world.ServeAsync();
        using var kept = HostingWorld.ClientOf(Socket(world, "steady.sock"));
        using var fresh = HostingWorld.ClientOf(Socket(world, "steady.sock"), isKept: false);
        using var stop = new CancellationTokenSource();
        Task<int>[] load =
        [
            LoadAsync(() => world.RequireTokenAsync(steady), stop.Token),
            LoadAsync(() => world.RequireTokenAsync(changing), stop.Token),
            LoadAsync(() => world.RequireTokenAsync(steady, kept), stop.Token),
            LoadAsync(() => world.RequireTokenAsync(steady, fresh), stop.Token),
        ];
        await HostingWorld.UntilAsync(() => Task.FromResult(FilesOf(world) > 0), "the sidecar works");
        var before = 0;
        for (var round = 0; round < Rounds; round++)
        {
            await RoundAsync(world, passing, changing, round);
            before = round == Rounds / 4 ? FilesOf(world) : before; // pools and threads are as many as the load needs
        }

        foreach (var one in passing)
        {
            world.Host.Withdraw(one.Name);
        }

        await world.Host.PublishAsync(changing, Settings(world, "changing.sock", Rounds));
        world.Sidecar.Signal("HUP");
        await HostingWorld.UntilAsync(
            async () => (await world.TokenAsync(passing[^1])).Status == 404 && File.Exists(Socket(world, "changing.sock")),
            "the last reload is done"
        );
        await stop.CancelAsync();
        Assert.All(await Task.WhenAll(load), served => Assert.True(served > Rounds));
        await HostingWorld.UntilAsync(
            () => Task.FromResult(Directory.EnumerateFiles(world.Host.SocketDirectory, "*.sock").Count() == 2),
            "only the sockets of those that stayed are there"
        );
        await HostingWorld.UntilAsync(
            async () => await ConnectionsAsync(passing.Select(one => one.User)) == 0,
            "the database has no connection of those that left"
        );
        await HostingWorld.UntilAsync(() => Task.FromResult(FilesOf(world) <= before + 8), "no more files are open than during the storm");
        using var changed = HostingWorld.ClientOf(Socket(world, "changing.sock"));
        await world.RequireTokenAsync(changing, changed);
        Assert.DoesNotContain("unexpectedly", world.Sidecar.Output, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_refresh_under_way_ends_well_though_its_instance_is_changed_and_then_removed()
    {
        await using var world = await HostingWorld.CreateAsync(shared.MariaDb);
        await using var authority = await Authority.StartAsync();
        authority.Adopt("rt");
        var settings = new Dictionary<string, string> { ["Providers:Google:TokenEndpoint"] = authority.TokenEndpoint };
        var acme = await world.AddAsync("acme", settings);
        await world.ServeAsync();
        await world.RequireTokenAsync(acme);
        var gate = authority.HoldNextAnswer();
        var refresh = world.PostAsync(acme, "v1/entries/GOOGLE-Mail0/token/refresh");
        await gate.Arrived;

        for (var change = 0; change < 5; change++)
        {
            await world.Host.PublishAsync(acme, new Dictionary<string, string>(settings) { ["MinTtl"] = $"{61 + change}" });
            await ReloadedAsync(world);
            Assert.Equal(200, (await world.TokenAsync(acme)).Status);
        }

        world.Host.Withdraw("acme");
        world.Sidecar.Signal("HUP");
        await HostingWorld.UntilAsync(async () => (await world.TokenAsync(acme)).Status == 404, "it is gone");
        gate.Release();
        var (status, body) = await refresh;

        Assert.True(status == 200, body);
        Assert.Contains(authority.LastAccessToken, body, StringComparison.Ordinal);
        Assert.Equal((1, false), (authority.Granted, authority.SawReuse));
        await world.Host.PublishAsync(acme, settings);
        world.Sidecar.Signal("HUP");
        await HostingWorld.UntilAsync(async () => (await world.TokenAsync(acme)).Status == 200, "it is back");
        Assert.Contains(authority.LastAccessToken, (await world.TokenAsync(acme)).Body, StringComparison.Ordinal);
        Assert.Empty(Directory.EnumerateFiles(Path.Combine(world.Host.StateDirectory, "acme"), "*.refresh"));
    }

    [Fact]
    public async Task A_socket_that_was_closed_a_moment_ago_is_opened_again()
    {
        await using var world = await HostingWorld.CreateAsync(shared.MariaDb);
        var (acme, other) = (await world.AddAsync("acme", Settings(world, "acme.sock", 0)), await world.AddAsync("other"));
        await world.ServeAsync();
        using var open = HostingWorld.ClientOf(Socket(world, "acme.sock"));
        await world.RequireTokenAsync(acme, open);

        for (var round = 0; round < 5; round++)
        {
            world.Host.Withdraw("acme");
            await ReloadedAsync(world);
            await world.Host.PublishAsync(acme, Settings(world, "acme.sock", round));
            await ReloadedAsync(world);
        }

        using var again = HostingWorld.ClientOf(Socket(world, "acme.sock"));
        await HostingWorld.UntilAsync(
            async () =>
            {
                try
                {
                    return (await world.GetAsync("/v1/entries", acme.ApiKey, again)).Status == 200;
                }
                catch (HttpRequestException)
                {
                    return false;
                }
            },
            "its socket answers"
        );
        await world.RequireTokenAsync(other);
    }

    [Fact]
    public async Task A_new_mode_of_a_socket_counts_from_the_next_reload_on()
    {
        await using var world = await HostingWorld.CreateAsync(shared.MariaDb);
        var acme = await world.AddAsync("acme", Settings(world, "acme.sock", 0));
        await world.ServeAsync();
        var path = Socket(world, "acme.sock");
        Assert.Equal("rw-rw----", Mode(path));

        await world.Host.PublishAsync(acme, new Dictionary<string, string> { ["Socket"] = path, ["SocketMode"] = "0600" });
        world.Sidecar.Signal("HUP");

        await HostingWorld.UntilAsync(() => Task.FromResult(Mode(path) == "rw-------"), "the group is kept out");
        using var client = HostingWorld.ClientOf(path);
        await world.RequireTokenAsync(acme, client);
    }

    // One comes, one goes, one has other settings and another socket; three SIGHUPs at once.
    private static async Task RoundAsync(HostingWorld world, List<HostedDolibarr> passing, HostedDolibarr changing, int round)
    {
        var (coming, going) = (passing[round % passing.Count], passing[(round + 1) % passing.Count]);
        await world.Host.PublishAsync(coming, Settings(world, $"passing-{round % 2}.sock", round));
        world.Host.Withdraw(going.Name);
        await world.Host.PublishAsync(changing, Settings(world, round % 2 == 0 ? "other.sock" : "changing.sock", round));
        for (var signal = 0; signal < 3; signal++)
        {
            world.Sidecar.Signal("HUP");
        }

        await HostingWorld.UntilAsync(async () => (await world.TokenAsync(coming)).Status == 200, "the new one is served");
        await HostingWorld.UntilAsync(async () => (await world.TokenAsync(going)).Status == 404, "the former one is not");
    }

    private static async Task ReloadedAsync(HostingWorld world)
    {
        var before = Reloads();
        world.Sidecar.Signal("HUP");
        await HostingWorld.UntilAsync(() => Task.FromResult(Reloads() > before), "the instances were read again");

        int Reloads() => world.Sidecar.Output.Split("instances are served").Length;
    }

    private static Dictionary<string, string> Settings(HostingWorld world, string socket, int number) =>
        new() { ["Socket"] = Socket(world, socket), ["MinTtl"] = $"{60 + number}" };

    private static string Socket(HostingWorld world, string name) => Path.Combine(world.Host.SocketDirectory, name);

    private static string Mode(string path)
    {
        var bits = "rwxrwxrwx";
        var mode = (int)File.GetUnixFileMode(path);
        return string.Concat(bits.Select((letter, at) => (mode >> (8 - at) & 1) == 1 ? letter : '-'));
    }

    private static int FilesOf(HostingWorld world) =>
        Directory.EnumerateFileSystemEntries($"/proc/{world.Sidecar.ProcessId.ToString(CultureInfo.InvariantCulture)}/fd").Count();

    private async Task<long> ConnectionsAsync(IEnumerable<string> users)
    {
        await using var connection = await shared.MariaDb.OpenAsync();
        await using var command = new MySqlCommand(
            $"SELECT COUNT(*) FROM information_schema.processlist WHERE user IN ('{string.Join("', '", users)}')",
            connection
        );
        return (long)(await command.ExecuteScalarAsync())!;
    }

    private static async Task<int> LoadAsync(Func<Task> request, CancellationToken stop)
    {
        var served = 0;
        while (!stop.IsCancellationRequested)
        {
            await request();
            served++;
        }

        return served;
    }
}
