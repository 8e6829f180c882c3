// SPDX-License-Identifier: GPL-3.0-or-later

using System.Collections.Concurrent;

namespace DolibarrOAuthBridge.Instances;

/// <summary>
/// Spreads the background work over all instances with names: one timer, and a few of them at a time. Who is slow gives its place to the
/// next one after a second and is not visited again before it has ended.
/// </summary>
internal sealed partial class InstanceScheduler(
    InstanceHost instances,
    InstanceVisitor visitor,
    TimeProvider time,
    ILogger<InstanceScheduler> logger
) : BackgroundService
{
    /// <summary>Visits at a time, those that take long not counted.</summary>
    public const int AtOnce = 8;

    private static readonly TimeSpan Tick = TimeSpan.FromMilliseconds(500);
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(1);

    private readonly SemaphoreSlim _places = new(AtOnce);
    private readonly ConcurrentDictionary<Instance, InstanceVisits> _visits = new();

    /// <summary>Starts the visits that are due, as many as have a place now.</summary>
    /// <returns>Those that were started.</returns>
    public async Task<IReadOnlyList<Task>> StartDueAsync(CancellationToken cancellationToken = default)
    {
        var named = instances.Named;
        Forget(named);
        var started = new List<Task>();
        var number = 0;
        foreach (var instance in named)
        {
            // New ones are spread over the first round.
            var start = visitor.Round * number++ / named.Count;
            var visits = _visits.GetOrAdd(instance, one => new InstanceVisits(one, visitor.FirstVisit(one, start)));
            if (!visits.IsUnderWay && visitor.IsDue(visits))
            {
                await _places.WaitAsync(cancellationToken);
                visits.IsUnderWay = true;
                started.Add(RunAsync(visits, cancellationToken));
            }
        }

        return started;
    }

    /// <inheritdoc />
    public override void Dispose()
    {
        _places.Dispose();
        base.Dispose();
    }

    /// <inheritdoc />
    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        using var timer = new PeriodicTimer(Tick, time);
        try
        {
            do
            {
                await StartDueAsync(stoppingToken);
            } while (await timer.WaitForNextTickAsync(stoppingToken));
        }
        catch (OperationCanceledException)
        {
            // The sidecar stops.
        }
    }

    private async Task RunAsync(InstanceVisits visits, CancellationToken cancellationToken)
    {
        var visit = VisitAsync(visits, cancellationToken);
        try
        {
            using var stop = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
            await Task.WhenAny(visit, Task.Delay(Patience, time, stop.Token));
            await stop.CancelAsync();
        }
        finally
        {
            _places.Release();
        }

        await visit;
    }

    private async Task VisitAsync(InstanceVisits visits, CancellationToken cancellationToken)
    {
        await Task.Yield();
        try
        {
            CurrentInstance.Name = visits.Instance.Name;
            await visitor.VisitAsync(visits, cancellationToken);
        }
        catch (OperationCanceledException) when (cancellationToken.IsCancellationRequested)
        {
            // The sidecar stops.
        }
#pragma warning disable CA1031 // a fault in one instance must not keep the others from their work
        catch (Exception exception)
#pragma warning restore CA1031
        {
            Log.Failed(logger, exception, visits.Instance.Name);
            visits.NextAt = time.GetUtcNow() + visitor.Round;
        }
        finally
        {
            visits.IsUnderWay = false;
        }
    }

    private void Forget(IReadOnlyCollection<Instance> named)
    {
        if (_visits.Count > named.Count)
        {
            var present = named.ToHashSet();
            foreach (var gone in _visits.Where(pair => !present.Contains(pair.Key)))
            {
                gone.Value.Dispose();
                _visits.TryRemove(gone);
            }
        }
    }

    private static partial class Log
    {
        [LoggerMessage(1, LogLevel.Error, "The background work of the instance {Instance} failed unexpectedly.")]
        public static partial void Failed(ILogger logger, Exception exception, string instance);
    }
}
