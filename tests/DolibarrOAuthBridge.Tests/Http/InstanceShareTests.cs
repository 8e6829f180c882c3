// SPDX-License-Identifier: GPL-3.0-or-later

using DolibarrOAuthBridge.Http.Metrics;
using DolibarrOAuthBridge.Http.Security;
using DolibarrOAuthBridge.Instances;
using DolibarrOAuthBridge.Tests.Support;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Time.Testing;

namespace DolibarrOAuthBridge.Tests.Http;

/// <summary>What one of several instances may take of what all have in common.</summary>
public sealed class InstanceShareTests
{
    [Fact]
    public void Connections_beyond_an_instances_share_count_as_unproved()
    {
        var room = new ConnectionRoom(new FakeTimeProvider());
        var guests = Enumerable.Range(0, ConnectionRoom.InstanceCapacity + 1).Select(_ => room.TryEnter(static () => { })!).ToList();

        guests.ForEach(guest => guest.Prove("greedy"));

        Assert.Equal(ConnectionRoom.InstanceCapacity, guests.Count(guest => guest.IsProved));
        var other = room.TryEnter(static () => { })!;
        other.Prove("other");
        Assert.True(other.IsProved);

        guests[0].Leave();
        guests[^1].Prove("greedy");
        Assert.True(guests[^1].IsProved);
    }

    [Fact]
    public async Task Requests_without_the_key_leave_most_places_of_an_instance_to_those_with_it()
    {
        await using var instance = new Instance(
            new InstanceDefinition
            {
                Name = "acme",
                Source = "the test",
                Options = new BridgeOptions(),
                Configuration = static () => new ConfigurationBuilder().Build(),
                Conf = Make.Conf(),
            },
            new InstanceComposer(static (services, _) => services.AddLogging()),
            new FakeTimeProvider()
        );
        var strangers = Enumerable.Range(0, Instance.MostWithoutKey).Select(_ => Enter(hasKey: false)).ToList();

        Assert.Equal(ProblemCode.TooManyRequests, Assert.Throws<BridgeException>(() => Enter(hasKey: false)).Code);
        var known = Enumerable.Range(0, Instance.MostRequests - strangers.Count).Select(_ => Enter(hasKey: true)).ToList();
        Assert.Equal(ProblemCode.TooManyRequests, Assert.Throws<BridgeException>(() => Enter(hasKey: true)).Code);

        strangers[0].Dispose();
        known.Add(Enter(hasKey: true));
        Assert.Throws<BridgeException>(() => Enter(hasKey: false)); // of a place that another took
        known.ForEach(use => use.Dispose());
        strangers.ForEach(use => use.Dispose());
        Enter(hasKey: false).Dispose();

        InstanceUse Enter(bool hasKey)
        {
            var use = instance.EnterRequest()!;
            try
            {
                use.TakePlace(hasKey);
                return use;
            }
            catch
            {
                use.Dispose();
                throw;
            }
        }
    }

    [Fact]
    public void The_series_of_one_instance_leave_room_for_those_of_others_and_go_with_it()
    {
        var family = new MetricFamily("requests", "Requests.", []);
        for (var number = 0; number < 1000; number++)
        {
            family.With("greedy", $"instance=\"greedy\",call=\"{number}\"").Add(1);
        }

        family.With("other", "instance=\"other\",call=\"a\"").Add(1);

        Assert.InRange(family.SeriesOf("greedy").Count(), 2, 101);
        Assert.Equal(1000, family.SeriesOf("greedy").Sum(pair => pair.Value.Read().Sum));
        Assert.Single(family.SeriesOf("other"));
        family.Keep(new HashSet<string> { "other" });
        Assert.Empty(family.SeriesOf("greedy"));
        Assert.Single(family.Series);
    }
}
