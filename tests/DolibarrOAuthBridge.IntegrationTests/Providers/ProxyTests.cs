// SPDX-License-Identifier: GPL-3.0-or-later

using System.Net;
using System.Net.Sockets;
using System.Text;
using DolibarrOAuthBridge.IntegrationTests.Support;

namespace DolibarrOAuthBridge.IntegrationTests.Providers;

/// <summary>Dolibarr's own proxy, out of its constants.</summary>
public sealed class ProxyTests(SharedServer shared)
{
    private const string Answer = """{"access_token":"at-canary-by-proxy","token_type":"Bearer","expires_in":3600}""";

    [Fact]
    public async Task A_refresh_goes_through_the_proxy_that_Dolibarr_is_set_to_with_its_password()
    {
        using var proxy = new TcpListener(IPAddress.Loopback, 0);
        proxy.Start();
        await using var world = await CreateAsync(proxy);
        await world.GrantExpiredAsync();
        var served = ServeAsync(proxy);

        var token = await world.Open(new BridgeOptions { UseProxy = ProxyUse.Dolibarr }).TokenAsync();

        Assert.Equal("at-canary-by-proxy", token.Value);
        var request = await served;
        Assert.StartsWith($"POST {world.Authority.TokenEndpoint} HTTP/1.1", request, StringComparison.Ordinal);
        Assert.Contains(
            "Proxy-Authorization: Basic " + Convert.ToBase64String(Encoding.ASCII.GetBytes("proxy-user:canary-proxy-password")),
            request,
            StringComparison.Ordinal
        );
        Assert.Equal(0, world.Authority.Asked);
    }

    [Fact]
    public async Task A_host_in_the_list_is_reached_without_it()
    {
        using var proxy = new TcpListener(IPAddress.Loopback, 0);
        await using var world = await CreateAsync(proxy);
        await world.GrantExpiredAsync();
        var options = new BridgeOptions { UseProxy = ProxyUse.Dolibarr, NoProxy = ["127.0.0.0/8", "localhost"] };

        await world.Open(options).TokenAsync();

        Assert.Equal(1, world.Authority.Asked);
    }

    [Theory]
    [InlineData("SELECT value FROM llx_const WHERE name = 'OAUTH_GOOGLE-Mail_SECRET'")]
    [InlineData("SELECT token FROM llx_oauth_token WHERE service = 'Google-Mail'")]
    public async Task A_copy_of_another_secret_is_sent_to_no_proxy(string secret)
    {
        using var proxy = new TcpListener(IPAddress.Loopback, 0);
        proxy.Start();
        await using var world = await CreateAsync(proxy);
        await world.GrantExpiredAsync();
        var copy = await world.QueryAsync(secret);
        await world.ExecuteAsync($"UPDATE llx_const SET value = '{copy}' WHERE name = 'MAIN_PROXY_PASS'");

        var refused = await world.Open(new BridgeOptions { UseProxy = ProxyUse.Dolibarr }).TokenFailsAsync(ProblemCode.EntryIncomplete);

        Assert.Contains("MAIN_PROXY_PASS is a copy of another secret", refused.Message, StringComparison.Ordinal);
        Assert.False(proxy.Pending());
    }

    private async Task<World> CreateAsync(TcpListener proxy)
    {
        var world = await World.CreateAsync(shared.Server);
        await world.Install.SetConstAsync("MAIN_PROXY_USE", "1");
        await world.Install.SetConstAsync("MAIN_PROXY_HOST", "127.0.0.1");
        await world.Install.SetConstAsync("MAIN_PROXY_USER", "proxy-user");
        await world.Install.SetConstAsync("MAIN_PROXY_PASS", "canary-proxy-password");
        await world.Install.SetConstAsync("MAIN_PROXY_PORT", proxy.Server.IsBound ? $"{((IPEndPoint)proxy.LocalEndpoint).Port}" : "9");
        return world;
    }

    // The first request may come without the password, which a proxy then asks for.
    private static async Task<string> ServeAsync(TcpListener proxy)
    {
        while (true)
        {
            using var client = await proxy.AcceptTcpClientAsync().WaitAsync(Eventually.Limit);
            await using var stream = client.GetStream();
            var buffer = new byte[16384];
            var text = string.Empty;
            while (!text.Contains("\r\n\r\n", StringComparison.Ordinal) || !text.Contains("refresh_token=", StringComparison.Ordinal))
            {
                var count = await stream.ReadAsync(buffer).AsTask().WaitAsync(Eventually.Limit);
                if (count == 0)
                {
                    break;
                }

                text += Encoding.ASCII.GetString(buffer, 0, count);
            }

            var isKnown = text.Contains("Proxy-Authorization:", StringComparison.Ordinal);
            var answer = isKnown
                ? $"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: {Answer.Length}\r\n"
                    + $"Connection: close\r\n\r\n{Answer}"
                : "HTTP/1.1 407 Proxy Authentication Required\r\nProxy-Authenticate: Basic realm=\"x\"\r\nContent-Length: 0\r\n"
                    + "Connection: close\r\n\r\n";
            await stream.WriteAsync(Encoding.ASCII.GetBytes(answer));
            if (isKnown)
            {
                return text;
            }
        }
    }
}
