// SPDX-License-Identifier: GPL-3.0-or-later

using System.Net;
using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Hosting.Server.Features;

namespace DolibarrOAuthBridge.Http;

/// <summary>
/// Looks, once the server listens, at where it really does: whatever led there, nobody but this machine may reach it. Otherwise the
/// start fails.
/// </summary>
internal sealed class BoundAddresses(IServer server) : IHostedLifecycleService
{
    /// <exception cref="FormatException">An address can be reached from other machines.</exception>
    public Task StartedAsync(CancellationToken cancellationToken)
    {
        foreach (var address in server.Features.Get<IServerAddressesFeature>()?.Addresses ?? [])
        {
            if (!IsLocal(address))
            {
                throw new FormatException($"The sidecar would listen on {address}, which can be reached from other machines. It stops.");
            }
        }

        return Task.CompletedTask;
    }

    public Task StartingAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public Task StartAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public Task StoppingAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public Task StopAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public Task StoppedAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    /// <summary>Whether an address, as Kestrel names it, is loopback, a unix socket, or a socket of systemd, which was checked.</summary>
    public static bool IsLocal(string address) =>
        address.StartsWith("http://unix:/", StringComparison.Ordinal)
        || address == "http://<file handle>" // see ActivatedSockets
        || (
            Uri.TryCreate(address, UriKind.Absolute, out var uri)
            && uri.Scheme == Uri.UriSchemeHttp
            && IPAddress.TryParse(uri.Host.Trim('[', ']'), out var ip)
            && IPAddress.IsLoopback(ip)
        );
}
