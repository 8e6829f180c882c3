// SPDX-License-Identifier: GPL-3.0-or-later

using System.Collections.Frozen;
using DolibarrOAuthBridge.Dolibarr.Configuration;
using DolibarrOAuthBridge.Lifetime;

namespace DolibarrOAuthBridge.Instances;

/// <summary>
/// The instances of this process. Told to stop, the sidecar first finishes the refreshes under way, while it still answers;
/// <c>/readyz</c> says <c>draining</c> meanwhile. Then the server closes.
/// </summary>
/// <param name="single">The instance of <c>Bridge:DolibarrConf</c>; null for none.</param>
/// <param name="read">Reads which instances with a name there are; a <see cref="FormatException"/> says that nobody can tell.</param>
/// <param name="composer">Puts an instance's services together.</param>
/// <param name="time">The clock.</param>
/// <param name="logger">The log.</param>
internal sealed partial class InstanceHost(
    Instance? single,
    Func<InstanceCatalogue>? read,
    InstanceComposer composer,
    TimeProvider time,
    ILogger<InstanceHost> logger
) : IHostedLifecycleService, IAsyncDisposable
{
    private static readonly TimeSpan LongestRetirement = TimeSpan.FromMinutes(5);

    private readonly SemaphoreSlim _gate = new(1);
    private volatile FrozenDictionary<string, Instance> _named = FrozenDictionary<string, Instance>.Empty;
    private int _waiting;

    /// <summary>The instances with a name.</summary>
    public IReadOnlyCollection<Instance> Named => _named.Values;

    /// <summary>Whether instances have names here, so that a path without one may be about none of them.</summary>
    public bool HasNames => read is not null;

    /// <summary>The instance that answers where a path names none: the one without a name, else the only one.</summary>
    public Instance? Default => single ?? (_named.Count == 1 ? _named.Values[0] : null);

    /// <summary>What is wrong with others.</summary>
    public IReadOnlyList<InstanceProblem> Problems { get; private set; } = [];

    /// <summary>Called after the instances were read.</summary>
    public event Action? Changed;

    /// <summary>The instance with a name; null if there is none.</summary>
    public Instance? Find(string name) => _named.GetValueOrDefault(name);

    /// <summary>Reads again what is configured. Many who ask at once cost two readings.</summary>
    public async Task ReloadAsync(CancellationToken cancellationToken = default)
    {
        if (Interlocked.Increment(ref _waiting) > 2)
        {
            Interlocked.Decrement(ref _waiting); // one reads, and one that will read everything waits
            return;
        }

        try
        {
            await _gate.WaitAsync(cancellationToken);
            try
            {
                await ReloadSingleAsync(cancellationToken);
                ReloadNamed();
            }
            finally
            {
                _gate.Release();
            }
        }
        finally
        {
            Interlocked.Decrement(ref _waiting);
        }
    }

    public async Task StartAsync(CancellationToken cancellationToken)
    {
        if (read is not null)
        {
            Follow(read());
        }

        if (single?.EnterWork() is { } use)
        {
            using (use)
            {
                await use.Composition.StartAsync(cancellationToken);
            }
        }
    }

    public async Task StoppingAsync(CancellationToken cancellationToken)
    {
        Log.Draining(logger);
        await Task.WhenAll(Awake().Select(one => one.DrainAsync(cancellationToken))).WaitAsync(cancellationToken);
    }

    public Task StopAsync(CancellationToken cancellationToken) => Task.WhenAll(Awake().Select(one => one.StopAsync(cancellationToken)));

    public Task StartingAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public Task StartedAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public Task StoppedAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public async ValueTask DisposeAsync()
    {
        foreach (var instance in All())
        {
            await instance.DisposeAsync();
        }

        _gate.Dispose();
    }

    private IEnumerable<Instance> All() => single is null ? _named.Values : _named.Values.Prepend(single);

    private IEnumerable<InstanceComposition> Awake() => [.. All().Select(one => one.Composition).OfType<InstanceComposition>()];

    private async Task ReloadSingleAsync(CancellationToken cancellationToken)
    {
        if (single?.EnterWork() is { } use)
        {
            using (use)
            {
                await use.Composition.Get<ConfReloader>().ReloadAsync(cancellationToken);
            }
        }
    }

    private void ReloadNamed()
    {
        if (read is null)
        {
            return;
        }

        try
        {
            Follow(read());
        }
        catch (FormatException exception)
        {
            Log.NothingRead(logger, exception.Message);
        }
    }

    private void Follow(InstanceCatalogue catalogue)
    {
        var (former, problems) = (_named, catalogue.Problems.ToList());
        var next = new Dictionary<string, Instance>(StringComparer.Ordinal);
        foreach (var definition in catalogue.Definitions)
        {
            next[definition.Name] = Next(definition, former.GetValueOrDefault(definition.Name), problems);
        }

        // A file that somebody has just spoiled ends nothing.
        foreach (var problem in catalogue.Problems.Where(one => former.ContainsKey(one.Name) && !next.ContainsKey(one.Name)))
        {
            next[problem.Name] = former[problem.Name];
        }

        _named = next.ToFrozenDictionary(StringComparer.Ordinal);
        Problems = problems;
        var leaving = former.Values.Where(one => _named.GetValueOrDefault(one.Name) != one).ToList();
        Tell(former, leaving, problems);
        leaving.ForEach(one => _ = RetireAsync(one));
        Changed?.Invoke();
    }

    private Instance Next(InstanceDefinition definition, Instance? present, List<InstanceProblem> problems)
    {
        try
        {
            return present is null ? Make(definition)
                : present.Definition.Mark != definition.Mark ? Make(definition with { Conf = definition.Conf ?? definition.ReadConf() })
                : present.RereadConf() ? Make(definition)
                : present;
        }
        catch (Exception exception) when (exception is DolibarrConfException or SidecarAccountException)
        {
            problems.Add(new InstanceProblem(definition.Name, definition.Source, exception.Message));
            return present!; // goes on with what it read before
        }
    }

    private Instance Make(InstanceDefinition definition) => new(definition, composer, time);

    private async Task RetireAsync(Instance instance)
    {
        try
        {
            await instance.RetireAsync().WaitAsync(LongestRetirement, time);
        }
#pragma warning disable CA1031 // nobody waits for this; the others go on
        catch (Exception exception)
#pragma warning restore CA1031
        {
            Log.NotRetired(logger, exception, instance.Name);
        }
    }

    private void Tell(FrozenDictionary<string, Instance> former, List<Instance> leaving, List<InstanceProblem> problems)
    {
        var added = _named.Keys.Count(name => !former.ContainsKey(name));
        var removed = leaving.Count(one => !_named.ContainsKey(one.Name));
        Log.Read(logger, _named.Count, added, removed, leaving.Count - removed);
        foreach (var problem in problems)
        {
            Log.Broken(logger, problem.Name, problem.Source, problem.Message);
        }
    }

    private static partial class Log
    {
        [LoggerMessage(1, LogLevel.Information, "Stopping: refreshes under way are finished first.")]
        public static partial void Draining(ILogger logger);

        [LoggerMessage(
            2,
            LogLevel.Information,
            "{Count} instances are served: {Added} new, {Removed} removed, {Changed} with new settings."
        )]
        public static partial void Read(ILogger logger, int count, int added, int removed, int changed);

        [LoggerMessage(3, LogLevel.Error, "The instance {Instance} ({Source}) cannot be used as it is configured: {Problem}")]
        public static partial void Broken(ILogger logger, string instance, string source, string problem);

        [LoggerMessage(4, LogLevel.Error, "The configuration cannot be read, so every instance goes on as before: {Reason}")]
        public static partial void NothingRead(ILogger logger, string reason);

        [LoggerMessage(5, LogLevel.Error, "The end of the instance {Instance} failed unexpectedly.")]
        public static partial void NotRetired(ILogger logger, Exception exception, string instance);
    }
}
