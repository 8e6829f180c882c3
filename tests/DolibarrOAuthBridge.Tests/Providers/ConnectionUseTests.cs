// SPDX-License-Identifier: GPL-3.0-or-later

using System.Collections.Concurrent;
using System.Net;
using System.Net.Sockets;
using System.Text;
using DolibarrOAuthBridge.Providers;

namespace DolibarrOAuthBridge.Tests.Providers;

/// <summary>A connection serves one request, and a request is sent once: a rotating refresh token survives nothing else.</summary>
public sealed class ConnectionUseTests
{
    private const int Many = 40;

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    /// <summary>How a server ends its answer, none of which says that the connection is over.</summary>
    public enum Ending
    {
        /// <summary>Closes at once, as the request asked.</summary>
        Closes,

        /// <summary>The same, and its end is the only sign that the answer is whole.</summary>
        ClosesWithoutLength,

        /// <summary>Resets the connection, as a server does that closes with bytes unread.</summary>
        Resets,

        /// <summary>Keeps it open, although the request asked for the contrary.</summary>
        StaysOpen,
    }

    [Theory]
    [InlineData(Ending.Closes)]
    [InlineData(Ending.ClosesWithoutLength)]
    [InlineData(Ending.Resets)]
    [InlineData(Ending.StaysOpen)]
    public async Task Forty_parallel_refreshes_succeed_on_forty_connections_however_the_server_ends_them(Ending ending)
    {
        await using var server = new RawServer(stream => AnswerAsync(stream, ending));
        using var http = ProviderHttpClient.Create();
        var client = new TokenEndpointClient(http, TimeProvider.System, new BridgeOptions());

        for (var round = 1; round <= 3; round++)
        {
            var answers = await Task.WhenAll(
                Enumerable.Range(0, Many).Select(index => RefreshAsync(client, server.Url, $"{round}-{index}"))
            );

            Assert.All(answers, static answer => Assert.IsType<TokenAnswer.Issued>(answer));
        }

        Assert.Equal(3 * Many, server.Requests.Count);
        Assert.Equal(3 * Many, server.Requests.Distinct().Count());
        Assert.Equal(3 * Many, server.Connections);
    }

    [Theory]
    [InlineData("")]
    [InlineData("HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\n{\"access_token\":")]
    public async Task A_request_that_was_sent_is_never_sent_again_whatever_became_of_its_answer(string answer)
    {
        await using var server = new RawServer(stream => stream.WriteAsync(Encoding.ASCII.GetBytes(answer), Cancellation).AsTask());
        using var http = ProviderHttpClient.Create();
        var client = new TokenEndpointClient(http, TimeProvider.System, new BridgeOptions());

        var answers = await Task.WhenAll(Enumerable.Range(0, Many).Select(index => RefreshAsync(client, server.Url, $"{index}")));

        Assert.All(answers, static given => Assert.Equal("network", Assert.IsType<TokenAnswer.Unavailable>(given).Reason));
        Assert.Equal(Many, server.Requests.Count);
        Assert.Equal(Many, server.Requests.Distinct().Count());
    }

    private static Task<TokenAnswer> RefreshAsync(TokenEndpointClient client, Uri url, string refreshToken) =>
        client.RefreshAsync(
            url,
            new Dictionary<string, string> { ["refresh_token"] = refreshToken },
            static _ => { },
            cancellationToken: Cancellation
        );

    private static async Task AnswerAsync(NetworkStream stream, Ending ending)
    {
        const string Body = """{"access_token":"a","token_type":"Bearer","expires_in":3600}""";
        var length = ending == Ending.ClosesWithoutLength ? string.Empty : $"Content-Length: {Body.Length}\r\n";
        var text = $"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\n{length}\r\n{Body}";
        await stream.WriteAsync(Encoding.ASCII.GetBytes(text), Cancellation);
        if (ending == Ending.StaysOpen)
        {
            _ = await stream.ReadAsync(new byte[1], Cancellation); // until the client closes; a second request would be seen
        }
        else if (ending == Ending.Resets)
        {
            // Only once the client has the answer, for a reset takes unread bytes away.
            _ = await stream.ReadAsync(new byte[1], Cancellation);
            stream.Socket.LingerState = new LingerOption(true, 0);
        }
    }

    /// <summary>Reads one request on each connection, answers and closes.</summary>
    private sealed class RawServer : IAsyncDisposable
    {
        private readonly TcpListener _listener = new(IPAddress.Loopback, 0);
        private readonly Func<NetworkStream, Task> _answer;
        private readonly Task _accepting;
        private int _connections;

        public RawServer(Func<NetworkStream, Task> answer)
        {
            _answer = answer;
            _listener.Start(512);
            _accepting = AcceptAsync();
        }

        public ConcurrentBag<string> Requests { get; } = [];

        public int Connections => _connections;

        public Uri Url => new($"http://127.0.0.1:{((IPEndPoint)_listener.LocalEndpoint).Port}/token");

        public async ValueTask DisposeAsync()
        {
            _listener.Stop();
            await _accepting;
        }

        private async Task AcceptAsync()
        {
            var serving = new List<Task>();
            try
            {
                while (true)
                {
                    var client = await _listener.AcceptTcpClientAsync(Cancellation);
                    Interlocked.Increment(ref _connections);
                    serving.Add(ServeAsync(client));
                }
            }
            catch (Exception exception) when (exception is SocketException or InvalidOperationException)
            {
                await Task.WhenAll(serving);
            }
        }

        private async Task ServeAsync(TcpClient client)
        {
            using (client)
            {
                var stream = client.GetStream();
                var text = new StringBuilder();
                var buffer = new byte[4096];
                var body = -1;
                while (body < 0 || text.Length < body)
                {
                    var length = await stream.ReadAsync(buffer, Cancellation);
                    if (length == 0)
                    {
                        return; // a connection that was opened ahead and not used
                    }

                    text.Append(Encoding.ASCII.GetString(buffer, 0, length));
                    var request = text.ToString();
                    var end = request.IndexOf("\r\n\r\n", StringComparison.Ordinal);
                    body = end < 0 ? -1 : end + 4 + ContentLength(request);
                }

                Requests.Add(text.ToString()[(text.ToString().IndexOf("\r\n\r\n", StringComparison.Ordinal) + 4)..]);
                await _answer(stream);
            }
        }

        private static int ContentLength(string request) =>
            int.Parse(
                request
                    .Split("\r\n")
                    .Single(static line => line.StartsWith("Content-Length:", StringComparison.OrdinalIgnoreCase))
                    .Split(':')[1],
                System.Globalization.CultureInfo.InvariantCulture
            );
    }
}
