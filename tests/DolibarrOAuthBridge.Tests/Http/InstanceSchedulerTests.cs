// SPDX-License-Identifier: GPL-3.0-or-later

using DolibarrOAuthBridge.Instances;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Time.Testing;

namespace DolibarrOAuthBridge.Tests.Http;

/// <summary>When instances are visited, by a clock that stands still.</summary>
public sealed class InstanceSchedulerTests
{
    private static readonly TimeSpan Tick = TimeSpan.FromMilliseconds(500);

    [Fact]
    public async Task Visits_are_spread_over_a_round_and_each_instance_has_its_own()
    {
        const int Instances = 88;
        var clock = new FakeTimeProvider();
        var composer = new InstanceComposer(static (_, _) => { });
        await using var host = new InstanceHost(null, () => Catalogue(Instances), composer, clock, NullLogger<InstanceHost>.Instance);
        await host.StartAsync(TestContext.Current.CancellationToken);
        var visitor = new InstanceVisitor(clock, NullLogger<InstanceVisitor>.Instance);
        using var scheduler = new InstanceScheduler(host, visitor, clock, NullLogger<InstanceScheduler>.Instance);

        var visits = new List<int>();
        for (var time = TimeSpan.Zero; time <= visitor.Round; time += Tick)
        {
            var started = await scheduler.StartDueAsync(TestContext.Current.CancellationToken);
            await Task.WhenAll(started);
            visits.Add(started.Count);
            clock.Advance(Tick);
        }

        Assert.Equal(Instances, visits.Sum());
        Assert.All(visits, count => Assert.InRange(count, 0, 3));
        Assert.All(host.Named, instance => Assert.NotNull(instance.State.Problem)); // there is no conf.php
    }

    [Fact]
    public async Task Who_was_visited_waits_and_one_that_came_later_is_visited_in_its_first_round()
    {
        var clock = new FakeTimeProvider();
        var number = 1;
        var composer = new InstanceComposer(static (_, _) => { });
        await using var host = new InstanceHost(null, () => Catalogue(number), composer, clock, NullLogger<InstanceHost>.Instance);
        await host.StartAsync(TestContext.Current.CancellationToken);
        var visitor = new InstanceVisitor(clock, NullLogger<InstanceVisitor>.Instance);
        using var scheduler = new InstanceScheduler(host, visitor, clock, NullLogger<InstanceScheduler>.Instance);
        _ = Assert.Single(await VisitAsync());
        Assert.Empty(await VisitAsync());

        number = 2;
        await host.ReloadAsync(TestContext.Current.CancellationToken);
        var late = 0;
        for (var time = TimeSpan.Zero; time <= visitor.Round; time += Tick)
        {
            late += (await VisitAsync()).Count;
            clock.Advance(Tick);
        }

        Assert.Equal(1, late);

        async Task<IReadOnlyList<Task>> VisitAsync()
        {
            var started = await scheduler.StartDueAsync(TestContext.Current.CancellationToken);
            await Task.WhenAll(started);
            return started;
        }
    }

    private static InstanceCatalogue Catalogue(int number) =>
        new(
            [
                .. Enumerable
                    .Range(0, number)
                    .Select(index => new InstanceDefinition
                    {
                        Name = $"i{index:000}",
                        Source = "the test",
                        Options = new BridgeOptions { DolibarrConf = $"/nowhere/{index}/conf.php", StateDirectory = "/nowhere/state" },
                        Configuration = static () => new ConfigurationBuilder().Build(),
                    }),
            ],
            []
        );
}
