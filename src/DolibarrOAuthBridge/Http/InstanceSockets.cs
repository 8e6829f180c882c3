// SPDX-License-Identifier: GPL-3.0-or-later

using System.Collections.Concurrent;
using System.Net;
using System.Net.Sockets;
using DolibarrOAuthBridge.Instances;
using Microsoft.AspNetCore.Server.Kestrel.Transport.Sockets;

namespace DolibarrOAuthBridge.Http;

/// <summary>
/// The sockets of instances. Each is bound here, so that one that cannot be does not stop the others, and is then handed to the server,
/// which follows <see cref="Endpoints"/> while it runs. What cannot be bound is tried again every second.
/// </summary>
internal sealed partial class InstanceSockets(UnixSocket? process, TimeProvider time, ILogger<InstanceSockets> logger) : IDisposable
{
    private static readonly TimeSpan Pause = TimeSpan.FromSeconds(1);

    private readonly ConcurrentDictionary<string, string> _owners = new(StringComparer.Ordinal); // by path, former ones too
    private readonly Dictionary<string, InstanceSocket> _open = new(StringComparer.Ordinal); // by path
    private readonly Dictionary<string, string> _refused = new(StringComparer.Ordinal); // why, by path
    private readonly ConcurrentDictionary<string, Socket> _bound = new(StringComparer.Ordinal); // not yet handed over
    private readonly ConcurrentDictionary<string, SafeSocketHandle> _handedOver = new(StringComparer.Ordinal);
    private readonly Lock _gate = new();
    private readonly EndpointList _list = new();
    private ITimer? _again;
    private bool _isDisposed;

    /// <summary>What Kestrel reads as its endpoints.</summary>
    public IConfiguration Endpoints => field ??= new ConfigurationBuilder().Add(_list).Build();

    /// <summary>Whether no instance ever had one.</summary>
    public bool IsEmpty => _owners.IsEmpty;

    /// <summary>
    /// The instance whose socket a request came by; null if it is none's. A connection may outlive its socket, and then is still that
    /// instance's alone.
    /// </summary>
    public string? OwnerOf(string? path) => path is null ? null : _owners.GetValueOrDefault(path);

    /// <summary>Opens the sockets of new instances and closes those of former ones.</summary>
    public void Follow(InstanceHost instances)
    {
        lock (_gate)
        {
            if (_isDisposed)
            {
                return;
            }

            var wanted = instances
                .Named.Where(one => one.Definition.Socket is not null)
                .ToDictionary(one => one.Definition.Socket!.Path, one => one, StringComparer.Ordinal);
            foreach (var path in _open.Keys.Except(wanted.Keys, StringComparer.Ordinal).ToList())
            {
                Close(path);
            }

            foreach (var path in _refused.Keys.Except(wanted.Keys, StringComparer.Ordinal).ToList())
            {
                _refused.Remove(path);
            }

            var isComplete = true;
            foreach (var (path, instance) in wanted)
            {
                isComplete &= TryOpen(instance, path);
            }

            _list.Replace(_open.Keys.ToDictionary(KeyOf, string? (path) => "http://unix:" + path));
            _again?.Dispose();
            _again = isComplete ? null : time.CreateTimer(_ => Follow(instances), null, Pause, Timeout.InfiniteTimeSpan);
        }
    }

    /// <summary>The socket that the server is to listen on.</summary>
    public Socket Listen(EndPoint endPoint)
    {
        if (endPoint is not UnixDomainSocketEndPoint)
        {
            return SocketTransportOptions.CreateDefaultBoundListenSocket(endPoint);
        }

        var path = endPoint.ToString()!;
        if (_bound.TryRemove(path, out var bound))
        {
            _handedOver[path] = bound.SafeHandle;
            return bound;
        }

        return process is not null ? process.Bind() : SocketTransportOptions.CreateDefaultBoundListenSocket(endPoint);
    }

    public void Dispose()
    {
        lock (_gate)
        {
            _isDisposed = true;
            _again?.Dispose();
            foreach (var socket in _bound.Values)
            {
                socket.Dispose();
            }
        }
    }

    // A name for Kestrel; a path may hold what separates keys.
    private static string KeyOf(string path) => $"Endpoints:{SecretHash.Of(path)}:Url";

    private bool TryOpen(Instance instance, string path)
    {
        var described = instance.Definition.Socket!;
        var present = _open.GetValueOrDefault(path);
        if (present is not null && (!File.Exists(path) || (described.Group is null && present.Group is not null)))
        {
            Close(path); // somebody removed its file, or it was given away: a new one it must be
            return false;
        }

        if (present == described)
        {
            _owners[path] = instance.Name;
            return true;
        }

        if (present is null && IsStillClosing(path))
        {
            return false;
        }

        try
        {
            var socket = new UnixSocket(path, described.Mode, described.Group);
            if (present is null)
            {
                socket.RemoveStale();
                _bound[path] = socket.Bind();
            }
            else
            {
                socket.Protect();
            }

            (_open[path], _owners[path]) = (described, instance.Name);
            _refused.Remove(path);
            instance.SocketProblem = null;
            return true;
        }
        catch (Exception exception)
            when (exception is FormatException or SocketException or IOException or UnauthorizedAccessException or ArgumentException)
        {
            if (present is null)
            {
                Close(path); // one that is open stays as it is
            }

            instance.SocketProblem = exception.Message;
            if (_refused.GetValueOrDefault(path) != exception.Message)
            {
                _refused[path] = exception.Message;
                Log.NotBound(logger, instance.Name, path, exception.Message);
            }

            return false;
        }
    }

    private void Close(string path)
    {
        _open.Remove(path);
        if (_bound.TryRemove(path, out var bound))
        {
            bound.Dispose(); // the server never took it
        }
    }

    // The server closes a former socket in its own time, and its file goes after that: a new one must not be there yet.
    private bool IsStillClosing(string path)
    {
        if (!_handedOver.TryGetValue(path, out var former))
        {
            return false;
        }

        if (former.IsClosed)
        {
            _handedOver.TryRemove(path, out _);
            return File.Exists(path); // the next time it counts as left behind
        }

        return true;
    }

    private sealed class EndpointList : ConfigurationProvider, IConfigurationSource
    {
        public IConfigurationProvider Build(IConfigurationBuilder builder) => this;

        public void Replace(IDictionary<string, string?> endpoints)
        {
            Data = endpoints;
            OnReload();
        }
    }

    private static partial class Log
    {
        [LoggerMessage(
            1,
            LogLevel.Error,
            "The socket {Path} of the instance {Instance} cannot be opened as it is configured, which is tried again every second: {Reason}"
        )]
        public static partial void NotBound(ILogger logger, string instance, string path, string reason);
    }
}
