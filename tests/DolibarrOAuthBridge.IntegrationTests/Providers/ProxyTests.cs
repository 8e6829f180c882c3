// SPDX-License-Identifier: GPL-3.0-or-later

using System.Net;
using System.Net.Sockets;
using System.Text;
using DolibarrOAuthBridge.IntegrationTests.Support;
using DolibarrOAuthBridge.Tokens.Renewal;

namespace DolibarrOAuthBridge.IntegrationTests.Providers;

/// <summary>Dolibarr's own proxy, out of its constants.</summary>
public sealed class ProxyTests(SharedServer shared)
{
    [Fact]
    public async Task A_refresh_goes_through_the_proxy_that_Dolibarr_is_set_to_with_its_password()
    {
        using var proxy = new TcpListener(IPAddress.Loopback, 0);
        proxy.Start();
        await using var world = await CreateAsync(proxy);
        world.Settings = new Dictionary<string, string?> { ["Providers:Google:TokenEndpoint"] = "https://login.example.com/token" };
        await world.GrantExpiredAsync();
        var served = RefuseAsync(proxy);

        await world.Open(new BridgeOptions { UseProxy = ProxyUse.Dolibarr }).TokenFailsAsync(ProblemCode.ProviderUnavailable);

        var request = await served;
        Assert.StartsWith("CONNECT login.example.com:443 HTTP/1.1", request, StringComparison.Ordinal);
        Assert.Contains(
            "Proxy-Authorization: Basic " + Convert.ToBase64String(Encoding.ASCII.GetBytes("proxy-user:canary-proxy-password")),
            request,
            StringComparison.Ordinal
        );
    }

    [Fact]
    public async Task A_server_of_this_machine_is_reached_without_it()
    {
        using var proxy = new TcpListener(IPAddress.Loopback, 0);
        proxy.Start();
        await using var world = await CreateAsync(proxy);
        await world.GrantExpiredAsync();

        await world.Open(new BridgeOptions { UseProxy = ProxyUse.Dolibarr }).TokenAsync();

        Assert.Equal(1, world.Authority.Asked);
        Assert.False(proxy.Pending());
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

    [Fact]
    public async Task A_setting_that_was_moved_to_the_proxys_password_is_sent_to_no_proxy()
    {
        using var proxy = new TcpListener(IPAddress.Loopback, 0);
        proxy.Start();
        await using var world = await CreateAsync(proxy);
        await world.GrantExpiredAsync();
        await world.Install.SetConstAsync("MAIN_MAIL_SMTPS_PW", "canary-mail-password");
        await world.Open(new BridgeOptions { UseProxy = ProxyUse.None }).Get<RenewalService>().RunOnceAsync();
        await world.GrantExpiredAsync();
        await world.ExecuteAsync(
            """
            DELETE FROM llx_const WHERE name = 'MAIN_PROXY_PASS';
            UPDATE llx_const SET name = 'MAIN_PROXY_PASS' WHERE name = 'MAIN_MAIL_SMTPS_PW'
            """
        );

        await world.Open(new BridgeOptions { UseProxy = ProxyUse.Dolibarr }).TokenFailsAsync(ProblemCode.EntryIncomplete);

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
    private static async Task<string> RefuseAsync(TcpListener proxy)
    {
        while (true)
        {
            using var client = await proxy.AcceptTcpClientAsync().WaitAsync(Eventually.Limit);
            await using var stream = client.GetStream();
            var buffer = new byte[16384];
            var text = string.Empty;
            while (!text.Contains("\r\n\r\n", StringComparison.Ordinal))
            {
                var count = await stream.ReadAsync(buffer).AsTask().WaitAsync(Eventually.Limit);
                if (count == 0)
                {
                    break;
                }

                text += Encoding.ASCII.GetString(buffer, 0, count);
            }

            var isKnown = text.Contains("Proxy-Authorization:", StringComparison.Ordinal);
            var answer = isKnown ? "502 Bad Gateway\r\n" : "407 Proxy Authentication Required\r\nProxy-Authenticate: Basic realm=\"x\"\r\n";
            await stream.WriteAsync(Encoding.ASCII.GetBytes($"HTTP/1.1 {answer}Content-Length: 0\r\nConnection: close\r\n\r\n"));
            if (isKnown)
            {
                return text;
            }
        }
    }
}
