// SPDX-License-Identifier: GPL-3.0-or-later

using System.Runtime.CompilerServices;
using DolibarrOAuthBridge.Dolibarr.Configuration;
using DolibarrOAuthBridge.Dolibarr.Encryption;
using DolibarrOAuthBridge.Instances;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Time.Testing;

namespace DolibarrOAuthBridge.Tests.Http;

/// <summary>What is left of instances after many reloads: nothing.</summary>
public sealed class InstanceReleaseTests
{
    private const int Reloads = 100;

    [Fact]
    public async Task Instances_that_were_changed_or_removed_leave_nothing_in_memory()
    {
        var clock = new FakeTimeProvider();
        var number = 0;
        var composer = new InstanceComposer(static (services, _) => services.AddLogging().AddSingleton(TimeProvider.System));
        await using var host = new InstanceHost(null, () => Catalogue(number), composer, clock, NullLogger<InstanceHost>.Instance);
        await host.StartAsync(TestContext.Current.CancellationToken);
        var visitor = new InstanceVisitor(clock, NullLogger<InstanceVisitor>.Instance);
        using var scheduler = new InstanceScheduler(host, visitor, clock, NullLogger<InstanceScheduler>.Instance);
        var former = new List<WeakReference>();

        while (number++ < Reloads)
        {
            Use(host, former);
            await host.ReloadAsync(TestContext.Current.CancellationToken);
        }

        await Task.WhenAll(await scheduler.StartDueAsync(TestContext.Current.CancellationToken));
        await Task.WhenAll(await scheduler.StartDueAsync(TestContext.Current.CancellationToken));
        for (var attempt = 0; attempt < 10 && former.Exists(one => one.IsAlive); attempt++)
        {
            await Task.Yield();
            GC.Collect();
            GC.WaitForPendingFinalizers();
        }

        Assert.Equal(2 * Reloads * 3, former.Count);
        Assert.Equal(0, former.Count(one => one.IsAlive));
    }

    // Apart, so that no local of the test keeps one.
    [MethodImpl(MethodImplOptions.NoInlining)]
    private static void Use(InstanceHost host, List<WeakReference> former)
    {
        foreach (var instance in host.Named)
        {
            using var use = instance.EnterRequest()!;
            former.Add(new WeakReference(instance));
            former.Add(new WeakReference(use.Composition));
            former.Add(new WeakReference(use.Composition.Services));
        }
    }

    // One with ever new settings, and another in each round.
    private static InstanceCatalogue Catalogue(int number) =>
        new(
            [
                .. ((string[])["changing", $"passing-{number}"]).Select(name => new InstanceDefinition
                {
                    Name = name,
                    Source = "the test",
                    Options = new BridgeOptions { DolibarrConf = "/nowhere/conf.php", StateDirectory = "/nowhere/state" },
                    Configuration = static () => new ConfigurationBuilder().Build(),
                    Conf = new DolibarrConf
                    {
                        Path = "/nowhere/conf.php",
                        DbHost = "localhost",
                        DbName = "none",
                        DbUser = "none",
                        Keys = new InstanceKeys(null, "a key", null),
                    },
                    Mark = $"{number}",
                }),
            ],
            []
        );
}
