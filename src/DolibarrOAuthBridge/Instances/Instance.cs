// SPDX-License-Identifier: GPL-3.0-or-later

using DolibarrOAuthBridge.Dolibarr.Configuration;
using DolibarrOAuthBridge.Journal;

namespace DolibarrOAuthBridge.Instances;

/// <summary>
/// One Dolibarr that the process serves. Its services are put together when they are first needed, and go again when nobody has needed
/// them for a while: an instance at rest is a name, a few settings and what its conf.php says.
/// </summary>
/// <param name="definition">What the configuration says of it.</param>
/// <param name="composer">Puts its services together.</param>
/// <param name="time">The clock.</param>
internal sealed class Instance(InstanceDefinition definition, InstanceComposer composer, TimeProvider time) : IAsyncDisposable
{
    /// <summary>Requests at a time. More are told to come again, so that a crowd at one instance costs the others nothing.</summary>
    public const int MostRequests = 256;

    /// <summary>Of these, requests without its API key: any user of the machine can send them, and let their bodies come slowly.</summary>
    public const int MostWithoutKey = 64;

    // Who comes again within this time finds the connections of before.
    private static readonly TimeSpan Hot = TimeSpan.FromSeconds(1);

    private readonly Lock _gate = new();
    private DolibarrConf? _conf = definition.Conf;
    private InstanceComposition? _composition;
    private int _uses;
    private int _requests;
    private int _withKey;
    private int _withoutKey;
    private long _usedAt = time.GetTimestamp();
    private bool _isRetired;
    private bool _isHot;
    private bool _isChanged;
    private TaskCompletionSource? _unused;

    /// <summary>What the configuration says of it.</summary>
    public InstanceDefinition Definition => definition;

    /// <summary>Its name; empty for the one of <c>Bridge:DolibarrConf</c>.</summary>
    public string Name => definition.Name;

    /// <summary>What the last look at it found.</summary>
    public InstanceState State { get; set; } = InstanceState.Unknown;

    /// <summary>Why its own socket is not as it is configured; null if it is, or it has none.</summary>
    public string? SocketProblem { get; set; }

    /// <summary>
    /// What is wrong with it: what the last look at it found, a state directory that cannot be written, its socket; null if nothing.
    /// </summary>
    public string? FindProblem()
    {
        var directory = definition.Options.StateDirectory; // made when it is needed
        return State.Problem ?? (Directory.Exists(directory) ? StateDirectory.FindProblem(directory) : null) ?? SocketProblem;
    }

    /// <summary>Its services, where they are put together.</summary>
    public InstanceComposition? Composition => Volatile.Read(ref _composition);

    /// <summary>How long ago the last request ended; zero while there is one.</summary>
    public TimeSpan IdleFor
    {
        get
        {
            lock (_gate)
            {
                return _requests > 0 ? TimeSpan.Zero : time.GetElapsedTime(_usedAt);
            }
        }
    }

    /// <summary>Whether its services were put together for a request.</summary>
    public bool WasRequested { get; private set; }

    /// <summary>Whether a request may have changed something that background work should see to soon, such as a consent.</summary>
    public bool IsChanged => Volatile.Read(ref _isChanged);

    /// <summary>Whether a request may have changed something since this was asked last.</summary>
    public bool TakeChanged() => Interlocked.Exchange(ref _isChanged, false);

    /// <summary>A request that may change something ended.</summary>
    public void NoteChange() => Volatile.Write(ref _isChanged, true);

    /// <summary>What its conf.php says: read once, and by <see cref="RereadConf"/>.</summary>
    /// <exception cref="DolibarrConfException">It cannot be used.</exception>
    /// <exception cref="SidecarAccountException">The file with the database account's password cannot be read.</exception>
    public DolibarrConf Conf()
    {
        lock (_gate)
        {
            return _conf ??= definition.ReadConf();
        }
    }

    /// <summary>Reads conf.php again, without following it.</summary>
    /// <returns>Whether it says something else than what is in use; false where nothing is in use yet.</returns>
    /// <exception cref="DolibarrConfException">It cannot be used.</exception>
    /// <exception cref="SidecarAccountException">The file with the database account's password cannot be read.</exception>
    public bool RereadConf()
    {
        lock (_gate)
        {
            return _conf is not null && !_conf.SaysTheSameAs(definition.ReadConf());
        }
    }

    /// <summary>Its services for a request, to be left in the end.</summary>
    /// <returns>Null if the instance was removed or replaced a moment ago.</returns>
    /// <exception cref="BridgeException">It has too many requests already.</exception>
    /// <exception cref="DolibarrConfException">Its conf.php cannot be used.</exception>
    /// <exception cref="SidecarAccountException">The file with the database account's password cannot be read.</exception>
    public InstanceUse? EnterRequest()
    {
        lock (_gate)
        {
            if (_isRetired)
            {
                return null;
            }

            // Those whose key is being checked. They wait for nothing of their own.
            if (Name.Length > 0 && _requests - _withKey - _withoutKey >= MostRequests)
            {
                throw TooMany(MostRequests, "requests");
            }

            var use = Enter(isRequest: true);
            _isHot = WasRequested && time.GetElapsedTime(_usedAt) < Hot;
            WasRequested = true;
            _requests++;
            return use;
        }
    }

    /// <summary>Its services for work in the background, to be left in the end; null if it was removed or replaced.</summary>
    /// <exception cref="DolibarrConfException">Its conf.php cannot be used.</exception>
    /// <exception cref="SidecarAccountException">The file with the database account's password cannot be read.</exception>
    public InstanceUse? EnterWork()
    {
        lock (_gate)
        {
            return _isRetired ? null : Enter(isRequest: false);
        }
    }

    /// <summary>Lets the services go if nobody uses them and their background work does not run on its own.</summary>
    /// <returns>Whether they are gone.</returns>
    public async Task<bool> RestAsync()
    {
        InstanceComposition? former;
        lock (_gate)
        {
            if (_uses > 0 || _composition is { IsWorking: true })
            {
                return false;
            }

            former = _composition;
            _composition = null;
            WasRequested = false;
        }

        if (former is not null)
        {
            await former.DisposeAsync();
        }

        return true;
    }

    /// <summary>Takes no further request; ends when those under way have ended, and all of its work with them.</summary>
    public async Task RetireAsync()
    {
        Task unused;
        lock (_gate)
        {
            _isRetired = true;
            _unused ??= new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
            unused = _uses == 0 ? Task.CompletedTask : _unused.Task;
        }

        await unused;
        await DisposeAsync();
    }

    /// <summary>Whether a refresh of it was cut off, or its answer waits to be stored.</summary>
    public bool HasJournal
    {
        get
        {
            try
            {
                return Directory.EnumerateFiles(Definition.Options.StateDirectory, "*.refresh").Any();
            }
            catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
            {
                return false; // not made yet, or said elsewhere
            }
        }
    }

    /// <inheritdoc />
    public ValueTask DisposeAsync() => Interlocked.Exchange(ref _composition, null)?.DisposeAsync() ?? ValueTask.CompletedTask;

    internal void TakePlace(bool hasKey)
    {
        lock (_gate)
        {
            if (Name.Length > 0 && !hasKey && _withoutKey >= MostWithoutKey)
            {
                throw TooMany(MostWithoutKey, "requests without its API key");
            }

            if (Name.Length > 0 && _withKey + _withoutKey >= MostRequests)
            {
                throw TooMany(MostRequests, "requests");
            }

            (_withKey, _withoutKey) = hasKey ? (_withKey + 1, _withoutKey) : (_withKey, _withoutKey + 1);
        }
    }

    internal void Leave(bool isRequest, bool? hadKey)
    {
        InstanceComposition? idle;
        lock (_gate)
        {
            _uses--;
            _withKey -= hadKey == true ? 1 : 0;
            _withoutKey -= hadKey == false ? 1 : 0;
            if (isRequest)
            {
                _requests--;
                _usedAt = time.GetTimestamp();
            }

            if (_uses > 0)
            {
                return;
            }

            _unused?.TrySetResult();
            idle = Name.Length > 0 && !_isHot && _composition is { IsWorking: false } ? _composition : null;
        }

        // The server's connections are for those who work: a thousand instances at rest hold none.
        _ = idle?.CloseIdleConnectionsAsync();
    }

    private BridgeException TooMany(int number, string what) =>
        new(ProblemCode.TooManyRequests, $"{Name} has {number} {what} under way already. Try again in a moment.", TimeSpan.FromSeconds(1));

    private InstanceUse Enter(bool isRequest)
    {
        _composition ??= composer.Compose(_conf ??= definition.ReadConf(), definition);
        _uses++;
        return new InstanceUse(this, _composition, isRequest);
    }
}

/// <summary>An instance's services while a request or background work needs them.</summary>
internal sealed class InstanceUse(Instance instance, InstanceComposition composition, bool isRequest) : IDisposable
{
    private int _hasLeft;
    private bool? _hasKey;

    /// <summary>The instance.</summary>
    public Instance Instance => instance;

    /// <summary>Its services.</summary>
    public InstanceComposition Composition => composition;

    /// <summary>Takes one of the instance's places for the request, once it is known whether it has the API key.</summary>
    /// <exception cref="BridgeException">There is none left.</exception>
    public void TakePlace(bool hasKey)
    {
        instance.TakePlace(hasKey);
        _hasKey = hasKey;
    }

    /// <summary>The services are not needed any more.</summary>
    public void Dispose()
    {
        if (Interlocked.Exchange(ref _hasLeft, 1) == 0)
        {
            instance.Leave(isRequest, _hasKey);
        }
    }
}
