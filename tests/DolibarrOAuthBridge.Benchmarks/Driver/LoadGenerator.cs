// SPDX-License-Identifier: GPL-3.0-or-later

using System.Diagnostics;
using System.Net;
using System.Net.Sockets;
using System.Text;

namespace DolibarrOAuthBridge.Benchmarks.Driver;

/// <summary>Sends one request again and again over a number of connections, each waiting for its answer.</summary>
internal static class LoadGenerator
{
    private const int BufferSize = 16 * 1024;

    /// <summary>Runs for the given time.</summary>
    public static async Task<LoadFigures> RunAsync(int port, byte[] request, int connections, TimeSpan duration)
    {
        using var stop = new CancellationTokenSource(duration);
        var watch = Stopwatch.StartNew();
        var times = await Task.WhenAll(
            Enumerable.Range(0, connections).Select(_ => Task.Run(() => RepeatAsync(port, request, stop.Token), CancellationToken.None))
        );
        var elapsed = watch.Elapsed;
        var all = times.SelectMany(static list => list).Order().ToArray();
        return new LoadFigures(all.Length / elapsed.TotalSeconds, Quantile(all, 0.5), Quantile(all, 0.99));
    }

    /// <summary>One request on a connection of its own; the time until its answer was read.</summary>
    public static async Task<TimeSpan> OnceAsync(int port, byte[] request)
    {
        var start = Stopwatch.GetTimestamp();
        using var socket = await ConnectAsync(port);
        await SendAsync(socket, request, new byte[BufferSize]);
        return Stopwatch.GetElapsedTime(start);
    }

    public static byte[] Get(string path, string apiKey) =>
        Encoding.ASCII.GetBytes($"GET {path} HTTP/1.1\r\nHost: 127.0.0.1\r\nAuthorization: Bearer {apiKey}\r\n\r\n");

    public static TimeSpan Quantile(IReadOnlyList<TimeSpan> sorted, double share) =>
        sorted.Count == 0 ? TimeSpan.Zero : sorted[(int)((sorted.Count - 1) * share)];

    private static async Task<List<TimeSpan>> RepeatAsync(int port, byte[] request, CancellationToken stop)
    {
        var times = new List<TimeSpan>();
        var buffer = new byte[BufferSize];
        using var socket = await ConnectAsync(port);
        while (!stop.IsCancellationRequested)
        {
            var start = Stopwatch.GetTimestamp();
            await SendAsync(socket, request, buffer);
            times.Add(Stopwatch.GetElapsedTime(start));
        }

        return times;
    }

    private static async Task<Socket> ConnectAsync(int port)
    {
        var socket = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp) { NoDelay = true };
        await socket.ConnectAsync(IPAddress.Loopback, port);
        return socket;
    }

    // Answers are short: headers, then as many bytes as they say, or one chunk.
    private static async Task SendAsync(Socket socket, byte[] request, byte[] buffer)
    {
        await socket.SendAsync(request);
        var length = 0;
        while (true)
        {
            var read = await socket.ReceiveAsync(buffer.AsMemory(length));
            if (read == 0)
            {
                throw new IOException("The server closed the connection.");
            }

            length += read;
            if (IsComplete(buffer.AsSpan(0, length)))
            {
                return;
            }
        }
    }

    private static bool IsComplete(ReadOnlySpan<byte> answer)
    {
        var end = answer.IndexOf("\r\n\r\n"u8);
        if (end < 0)
        {
            return false;
        }

        if (!answer.StartsWith("HTTP/1.1 200"u8))
        {
            throw new IOException(Encoding.UTF8.GetString(answer));
        }

        var headers = answer[..end];
        var at = headers.IndexOf("Content-Length: "u8);
        if (at < 0)
        {
            return answer.EndsWith("0\r\n\r\n"u8);
        }

        var digits = headers[(at + 16)..];
        var stop = digits.IndexOf((byte)'\r');
        return answer.Length - end - 4 >= int.Parse(stop < 0 ? digits : digits[..stop], System.Globalization.CultureInfo.InvariantCulture);
    }
}

/// <summary>What a load achieved.</summary>
/// <param name="PerSecond">Answers a second.</param>
/// <param name="Median">Half of the answers took no longer.</param>
/// <param name="P99">99 of 100 answers took no longer.</param>
internal sealed record LoadFigures(double PerSecond, TimeSpan Median, TimeSpan P99);
