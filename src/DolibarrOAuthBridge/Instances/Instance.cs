// SPDX-License-Identifier: GPL-3.0-or-later

using DolibarrOAuthBridge.Dolibarr.Configuration;

namespace DolibarrOAuthBridge.Instances;

/// <summary>One Dolibarr that the process serves.</summary>
internal sealed class Instance(Func<InstanceComposition> compose) : IAsyncDisposable
{
    private readonly Lock _gate = new();
    private InstanceComposition? _composition;
    private int _uses;

    /// <summary>Its services, to be left in the end. They are put together where they are not there yet.</summary>
    /// <exception cref="DolibarrConfException">Its conf.php cannot be used.</exception>
    /// <exception cref="SidecarAccountException">The file with the database account's password cannot be read.</exception>
    public InstanceUse Enter()
    {
        lock (_gate)
        {
            _composition ??= compose();
            _uses++;
            return new InstanceUse(this, _composition);
        }
    }

    /// <summary>Starts its background work.</summary>
    public async Task StartAsync(CancellationToken cancellationToken)
    {
        using var use = Enter();
        await use.Composition.StartAsync(cancellationToken);
    }

    /// <summary>Waits until every refresh under way has ended.</summary>
    public Task DrainAsync(CancellationToken cancellationToken) => _composition?.DrainAsync(cancellationToken) ?? Task.CompletedTask;

    /// <summary>Stops its background work.</summary>
    public Task StopAsync(CancellationToken cancellationToken) => _composition?.StopAsync(cancellationToken) ?? Task.CompletedTask;

    /// <inheritdoc />
    public ValueTask DisposeAsync() => Interlocked.Exchange(ref _composition, null)?.DisposeAsync() ?? ValueTask.CompletedTask;

    internal void Leave()
    {
        lock (_gate)
        {
            _uses--;
        }
    }
}

/// <summary>An instance's services while a request or background work needs them.</summary>
internal sealed class InstanceUse(Instance instance, InstanceComposition composition) : IDisposable
{
    private bool _hasLeft;

    /// <summary>The instance.</summary>
    public Instance Instance => instance;

    /// <summary>Its services.</summary>
    public InstanceComposition Composition => composition;

    /// <summary>The services are not needed any more.</summary>
    public void Dispose()
    {
        if (!_hasLeft)
        {
            _hasLeft = true;
            instance.Leave();
        }
    }
}
