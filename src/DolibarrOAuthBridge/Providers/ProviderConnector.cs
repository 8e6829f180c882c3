// SPDX-License-Identifier: GPL-3.0-or-later

using System.Net;
using System.Net.Sockets;

namespace DolibarrOAuthBridge.Providers;

/// <summary>
/// Connects to a host that has several addresses as RFC 8305 says: IPv6 and IPv4 by turns, the next one a quarter of a second after
/// the last, and the first connection wins. One address that leads nowhere costs no more than that.
/// </summary>
internal static class ProviderConnector
{
    private static readonly TimeSpan AttemptDelay = TimeSpan.FromMilliseconds(250);

    /// <summary>Connects.</summary>
    /// <param name="host">A name or a literal address.</param>
    /// <param name="port">The TCP port.</param>
    /// <param name="isAllowed">Whether an address may be connected to; asked after the name was resolved.</param>
    /// <param name="time">The clock that staggers.</param>
    /// <param name="cancellationToken">Ends every attempt.</param>
    /// <exception cref="SocketException">The name is unknown, or no address accepts a connection: the last reason.</exception>
    public static async Task<Socket> ConnectAsync(
        string host,
        int port,
        Func<IPAddress, bool> isAllowed,
        TimeProvider time,
        CancellationToken cancellationToken
    )
    {
        var resolved = IPAddress.TryParse(host, out var literal) ? [literal] : await Dns.GetHostAddressesAsync(host, cancellationToken);
        var addresses = Interleave(resolved.Where(isAllowed));
        if (addresses.Count == 0)
        {
            throw new SocketException((int)(resolved.Length == 0 ? SocketError.HostNotFound : SocketError.AccessDenied));
        }

        return await RaceAsync(addresses, port, time, cancellationToken);
    }

    /// <summary>Connects to the first of several addresses of a host that accepts.</summary>
    /// <exception cref="SocketException">None does: the last reason.</exception>
    public static Task<Socket> ConnectAsync(
        IEnumerable<IPAddress> addresses,
        int port,
        TimeProvider time,
        CancellationToken cancellationToken
    ) =>
        Interleave(addresses) is { Count: > 0 } all
            ? RaceAsync(all, port, time, cancellationToken)
            : Task.FromException<Socket>(new SocketException((int)SocketError.HostNotFound));

    /// <summary>The addresses of both families by turns, in the order that the resolver prefers.</summary>
    internal static List<IPAddress> Interleave(IEnumerable<IPAddress> addresses)
    {
        var all = addresses.ToList();
        var first = all.Where(address => address.AddressFamily == all[0].AddressFamily).ToList();
        var second = all.Except(first).ToList();
        return
        [
            .. Enumerable
                .Range(0, Math.Max(first.Count, second.Count))
                .SelectMany(index => new[] { first.ElementAtOrDefault(index), second.ElementAtOrDefault(index) })
                .OfType<IPAddress>(),
        ];
    }

    private static async Task<Socket> RaceAsync(List<IPAddress> addresses, int port, TimeProvider time, CancellationToken cancellationToken)
    {
        using var decided = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        var attempts = new List<Task<Socket>>();
        var next = 0;
        Exception? failure = null;
        try
        {
            while (true)
            {
                if (next < addresses.Count)
                {
                    attempts.Add(AttemptAsync(addresses[next++], port, decided.Token));
                }

                var pause = next < addresses.Count ? Task.Delay(AttemptDelay, time, decided.Token) : null;
                var ended = await Task.WhenAny(pause is null ? attempts : [.. attempts, pause]);
                if (ended is not Task<Socket> attempt)
                {
                    cancellationToken.ThrowIfCancellationRequested();
                    continue;
                }

                attempts.Remove(attempt);
                if (attempt.IsCompletedSuccessfully)
                {
                    return attempt.Result;
                }

                cancellationToken.ThrowIfCancellationRequested();
                failure = attempt.Exception?.InnerException ?? failure;
                if (attempts.Count == 0 && next == addresses.Count)
                {
                    throw failure ?? new SocketException((int)SocketError.HostUnreachable);
                }
            }
        }
        finally
        {
            await decided.CancelAsync();
            foreach (var loser in attempts)
            {
                _ = loser.ContinueWith(
                    static task => task.Result.Dispose(),
                    CancellationToken.None,
                    TaskContinuationOptions.OnlyOnRanToCompletion,
                    TaskScheduler.Default
                );
            }
        }
    }

    private static async Task<Socket> AttemptAsync(IPAddress address, int port, CancellationToken cancellationToken)
    {
        var socket = new Socket(address.AddressFamily, SocketType.Stream, ProtocolType.Tcp) { NoDelay = true };
        try
        {
            await socket.ConnectAsync(new IPEndPoint(address, port), cancellationToken);
            return socket;
        }
        catch
        {
            socket.Dispose();
            throw;
        }
    }
}
