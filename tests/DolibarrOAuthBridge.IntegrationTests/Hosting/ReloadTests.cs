// SPDX-License-Identifier: GPL-3.0-or-later

using DolibarrOAuthBridge.Demo.Hosting;
using DolibarrOAuthBridge.IntegrationTests.Support;

namespace DolibarrOAuthBridge.IntegrationTests.Hosting;

/// <summary>SIGHUP: instances come, go and change while requests run.</summary>
[Trait("Database", "MariaDB")]
public sealed class ReloadTests(SharedServer shared)
{
    [Fact]
    public async Task Instances_come_and_go_while_no_request_of_another_fails()
    {
        await using var world = await HostingWorld.CreateAsync(shared.MariaDb);
        var (steady, leaving) = (await world.AddAsync("steady"), await world.AddAsync("leaving"));
        await world.ServeAsync();
        await world.RequireTokenAsync(leaving);
        using var stop = new CancellationTokenSource();
        var load = Enumerable.Range(0, 4).Select(_ => LoadAsync(world, steady, stop.Token)).ToList();

        var coming = await world.AddAsync("coming");
        world.Host.Withdraw("leaving");
        for (var storm = 0; storm < 30; storm++)
        {
            world.Sidecar.Signal("HUP");
        }

        await HostingWorld.UntilAsync(async () => (await world.TokenAsync(coming)).Status == 200, "the new instance is served");
        await HostingWorld.UntilAsync(async () => (await world.TokenAsync(leaving)).Status == 404, "the former one is not");
        await stop.CancelAsync();
        Assert.All(await Task.WhenAll(load), served => Assert.True(served > 0));
        Assert.False(world.Sidecar.HasExited);
    }

    [Fact]
    public async Task New_settings_count_for_the_next_request_and_spoiled_ones_keep_the_former()
    {
        await using var world = await HostingWorld.CreateAsync(shared.MariaDb);
        var (acme, other) = (await world.AddAsync("acme"), await world.AddAsync("other"));
        await world.ServeAsync();
        await world.RequireTokenAsync(acme);

        await File.WriteAllTextAsync(world.Host.FileOf("acme"), "{ half a fi");
        world.Sidecar.Signal("HUP");
        await HostingWorld.UntilAsync(
            () => Task.FromResult(world.Sidecar.Output.Contains("acme.json", StringComparison.Ordinal)),
            "the broken file is said"
        );
        await world.RequireTokenAsync(acme);

        // The name leads to another Dolibarr now: its key, and not the former's, opens it.
        await world.Host.PublishAsync(other with { Name = "acme" });
        world.Sidecar.Signal("HUP");
        await HostingWorld.UntilAsync(
            async () => (await world.TokenAsync(other, name: "acme")).Status == 200,
            "the other Dolibarr answers"
        );
        Assert.Equal(401, (await world.TokenAsync(acme)).Status);
    }

    [Fact]
    public async Task Two_hundred_instances_are_served_by_one_process()
    {
        await using var world = await HostingWorld.CreateAsync(shared.MariaDb);
        var database = "many" + Guid.NewGuid().ToString("N")[..8];
        await shared.MariaDb.CreateDatabaseAsync(database);
        var all = new HostedDolibarr[200];
        await Parallel.ForEachAsync(
            Enumerable.Range(0, all.Length),
            new ParallelOptions { MaxDegreeOfParallelism = 4 },
            async (number, cancellation) =>
            {
                all[number] = await world.Host.AddByPrefixAsync(
                    $"i{number:000}",
                    database,
                    $"p{number:000}_",
                    cancellationToken: cancellation
                );
                await world.Host.PublishAsync(all[number]);
            }
        );
        await world.ServeAsync();

        await Parallel.ForEachAsync(all, new ParallelOptions { MaxDegreeOfParallelism = 8 }, async (dolibarr, _) =>
            await world.RequireTokenAsync(dolibarr)
        );

        Assert.Equal(401, (await world.TokenAsync(all[7], all[8].ApiKey)).Status);
    }

    private static async Task<int> LoadAsync(HostingWorld world, HostedDolibarr steady, CancellationToken stop)
    {
        var served = 0;
        while (!stop.IsCancellationRequested)
        {
            await world.RequireTokenAsync(steady);
            served++;
        }

        return served;
    }
}
