// SPDX-License-Identifier: GPL-3.0-or-later

using System.Collections.Concurrent;
using System.Net;
using System.Net.Sockets;
using DolibarrOAuthBridge.Instances;
using Microsoft.AspNetCore.Server.Kestrel.Transport.Sockets;

namespace DolibarrOAuthBridge.Http;

/// <summary>
/// The sockets of instances. Each is bound here, so that one that cannot be does not stop the others, and is then handed to the server,
/// which follows <see cref="Endpoints"/> while it runs.
/// </summary>
internal sealed partial class InstanceSockets(UnixSocket? process, ILogger<InstanceSockets> logger) : IDisposable
{
    private readonly ConcurrentDictionary<string, string> _owners = new(StringComparer.Ordinal); // by path
    private readonly ConcurrentDictionary<string, Socket> _bound = new(StringComparer.Ordinal);
    private readonly Lock _gate = new();
    private readonly EndpointList _list = new();

    /// <summary>What Kestrel reads as its endpoints.</summary>
    public IConfiguration Endpoints => field ??= new ConfigurationBuilder().Add(_list).Build();

    /// <summary>Whether no instance has one.</summary>
    public bool IsEmpty => _owners.IsEmpty;

    /// <summary>The instance whose socket a request came by; null if it is none's.</summary>
    public string? OwnerOf(string? path) => path is null ? null : _owners.GetValueOrDefault(path);

    /// <summary>Opens the sockets of new instances and closes those of former ones.</summary>
    public void Follow(InstanceHost instances)
    {
        lock (_gate)
        {
            var wanted = instances
                .Named.Where(one => one.Definition.Socket is not null)
                .ToDictionary(one => one.Definition.Socket!.Path, one => one, StringComparer.Ordinal);
            foreach (var path in _owners.Keys.Except(wanted.Keys, StringComparer.Ordinal).ToList())
            {
                _owners.TryRemove(path, out _);
            }

            foreach (var (path, instance) in wanted)
            {
                if (_owners.ContainsKey(path) || TryBind(instance, path))
                {
                    _owners[path] = instance.Name;
                }
            }

            _list.Replace(_owners.Keys.ToDictionary(KeyOf, string? (path) => "http://unix:" + path));
        }
    }

    /// <summary>The socket that the server is to listen on.</summary>
    public Socket Listen(EndPoint endPoint) =>
        endPoint is not UnixDomainSocketEndPoint ? SocketTransportOptions.CreateDefaultBoundListenSocket(endPoint)
        : _bound.TryRemove(endPoint.ToString()!, out var bound) ? bound
        : process is not null ? process.Bind()
        : SocketTransportOptions.CreateDefaultBoundListenSocket(endPoint);

    public void Dispose()
    {
        foreach (var socket in _bound.Values)
        {
            socket.Dispose();
        }
    }

    // A name for Kestrel; a path may hold what separates keys.
    private static string KeyOf(string path) => $"Endpoints:{SecretHash.Of(path)}:Url";

    private bool TryBind(Instance instance, string path)
    {
        var described = instance.Definition.Socket!;
        try
        {
            var socket = new UnixSocket(
                path,
                described.Mode is null ? UnixSocket.DefaultMode : UnixSocket.ParseMode(described.Mode),
                described.Group
            );
            socket.RemoveStale();
            _bound[path] = socket.Bind();
            return true;
        }
        catch (Exception exception)
            when (exception is FormatException or SocketException or IOException or UnauthorizedAccessException or ArgumentException)
        {
            Log.NotBound(logger, instance.Name, path, exception.Message);
            return false;
        }
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
        [LoggerMessage(1, LogLevel.Error, "The socket {Path} of the instance {Name} cannot be opened: {Reason}")]
        public static partial void NotBound(ILogger logger, string name, string path, string reason);
    }
}
