// SPDX-License-Identifier: GPL-3.0-or-later

using System.Net.Sockets;
using System.Text;
using DolibarrOAuthBridge.IntegrationTests.Support;

namespace DolibarrOAuthBridge.IntegrationTests.Http;

/// <content>Slow connections and large bodies.</content>
public sealed partial class LocalAttackTests
{
    [Fact]
    public async Task Case_10_Slow_connections_are_ended_and_block_nobody()
    {
        var slow = await Task.WhenAll(
            Enumerable
                .Range(0, 200)
                .Select(async _ =>
                {
                    var client = new TcpClient();
                    await client.ConnectAsync(served.Sidecar.Address.Host, served.Sidecar.Address.Port);
                    await client.GetStream().WriteAsync(Encoding.ASCII.GetBytes($"GET {TokenPath} HTTP/1.1\r\nX-Slow: "));
                    return client;
                })
        );
        Assert.Equal(200, await served.Sidecar.StatusAsync(TokenPath).WaitAsync(Eventually.Limit));

        using var limit = new CancellationTokenSource(TimeSpan.FromSeconds(20));
        await Task.WhenAll(
            slow.Select(async client =>
            {
                using (client)
                {
                    using var reader = new StreamReader(client.GetStream());
                    Assert.DoesNotContain("200 OK", await reader.ReadToEndAsync(limit.Token), StringComparison.Ordinal);
                }
            })
        );
    }

    [Fact]
    public async Task Case_10_Idle_connections_shut_nobody_out()
    {
        var idle = new List<TcpClient>();
        try
        {
            for (var number = 0; number < 2000; number++)
            {
                var client = new TcpClient();
                idle.Add(client);
                await client.ConnectAsync(served.Sidecar.Address.Host, served.Sidecar.Address.Port);
            }

            var answer = await RawHttp.SendAsync(served.Sidecar.Address, RawHttp.Get(TokenPath, Host, Key));

            Assert.StartsWith("HTTP/1.1 200 OK", answer, StringComparison.Ordinal);
        }
        finally
        {
            idle.ForEach(static client => client.Dispose());
        }
    }

    [Fact]
    public async Task Case_11_Bodies_are_bounded_and_not_taken_for_requests()
    {
        var post = $"POST /oauth/token HTTP/1.1\r\n{Host}\r\nContent-Type: application/x-www-form-urlencoded\r\nConnection: close\r\n";
        var smuggled = $"GET {TokenPath} HTTP/1.1\r\n{Host}\r\n{Key}\r\n\r\n";
        Assert.Contains(
            await RawHttp.StatusAsync(
                served.Sidecar.Address,
                $"{post}Content-Length: 10000000\r\n\r\ngrant_type=refresh_token&x={new string('x', 100_000)}"
            ),
            (int[])[0, 413]
        );
        var endless = string.Concat(Enumerable.Repeat($"2000\r\n{new string('x', 0x2000)}\r\n", 20));
        Assert.Contains(
            await RawHttp.StatusAsync(served.Sidecar.Address, $"{post}Transfer-Encoding: chunked\r\n\r\n{endless}"),
            (int[])[0, 413]
        );
        foreach (
            var length in (string[])
                [
                    "Content-Length: 5\r\nContent-Length: 6",
                    "Content-Length: 5\r\nTransfer-Encoding: chunked",
                    "Content-Length: -1",
                    "Content-Length: 5x",
                    "Transfer-Encoding: gzip",
                ]
        )
        {
            var answer = await RawHttp.SendAsync(served.Sidecar.Address, $"{post}{length}\r\n\r\n0\r\n\r\n{smuggled}");
            Assert.DoesNotContain(served.Token.AccessToken!, answer, StringComparison.Ordinal);
            Assert.StartsWith("HTTP/1.1 4", answer, StringComparison.Ordinal);
        }

        var many = string.Join('&', Enumerable.Range(0, 3000).Select(number => $"p{number}=1"));
        Assert.Equal(400, await RawHttp.StatusAsync(served.Sidecar.Address, $"{post}Content-Length: {many.Length}\r\n\r\n{many}"));
        var multipart = post.Replace("application/x-www-form-urlencoded", "multipart/form-data", StringComparison.Ordinal);
        Assert.Equal(415, await RawHttp.StatusAsync(served.Sidecar.Address, $"{multipart}Content-Length: 3\r\n\r\nabc"));
    }
}
