// SPDX-License-Identifier: GPL-3.0-or-later

using System.Net;
using System.Net.Sockets;
using Microsoft.AspNetCore.Server.Kestrel.Transport.Sockets;

namespace DolibarrOAuthBridge.Demo.Provider;

/// <summary>Web servers inside this process on 127.0.0.1: plain HTTP, no configuration from outside, nothing logged.</summary>
internal static class LoopbackServer
{
    /// <summary>Takes a port and prepares a server on it. The port is known, and ours, before the server starts.</summary>
    /// <param name="port">The port; 0 for a free one.</param>
    public static (WebApplicationBuilder Builder, Uri Address) Prepare(int port)
    {
        var socket = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
        try
        {
            // Without it, a port that served a moment ago could not be taken again.
            socket.SetSocketOption(SocketOptionLevel.Socket, SocketOptionName.ReuseAddress, true);
            socket.Bind(new IPEndPoint(IPAddress.Loopback, port));
        }
        catch
        {
            socket.Dispose();
            throw;
        }

        var endPoint = (IPEndPoint)socket.LocalEndPoint!;
        var builder = WebApplication.CreateEmptyBuilder(
            new WebApplicationOptions { ApplicationName = typeof(LoopbackServer).Assembly.GetName().Name }
        );
        builder.WebHost.UseKestrelCore();
        builder.WebHost.ConfigureKestrel(kestrel =>
        {
            kestrel.AddServerHeader = false;
            kestrel.Listen(endPoint);
        });
        builder.Services.Configure<SocketTransportOptions>(transport => transport.CreateBoundListenSocket = _ => socket);
        builder.Services.Configure<HostOptions>(host => host.ShutdownTimeout = TimeSpan.FromMilliseconds(200));
        builder.Services.AddSingleton<IHostLifetime, SilentLifetime>();
        builder.Services.AddRoutingCore();
        return (builder, new Uri($"http://127.0.0.1:{endPoint.Port}/"));
    }
}
