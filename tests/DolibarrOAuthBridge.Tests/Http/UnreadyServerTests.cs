// SPDX-License-Identifier: GPL-3.0-or-later

using System.Net;
using System.Net.Sockets;
using System.Text.Json;
using DolibarrOAuthBridge.Http;

namespace DolibarrOAuthBridge.Tests.Http;

/// <summary>What callers are told while the bridge cannot start.</summary>
public sealed class UnreadyServerTests
{
    private const string Reason = "/srv/tenant/conf.php, line 3: $dolibarr_main_db_pass is not UTF-8.";

    [Theory]
    [InlineData("/v1/entries")]
    [InlineData("/readyz")]
    [InlineData("/v1/identity?nonce=x")]
    public async Task Callers_are_told_the_reason(string path)
    {
        using var listener = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
        listener.Bind(new IPEndPoint(IPAddress.Loopback, 0));
        listener.Listen();
        using var end = CancellationTokenSource.CreateLinkedTokenSource(TestContext.Current.CancellationToken);
        var serving = UnreadyServer.RunAsync([(int)listener.Handle], Reason, static () => Reason, end.Token);
        using var client = new HttpClient { BaseAddress = new Uri($"http://{listener.LocalEndPoint}") };

        using var answer = await client.GetAsync(new Uri(path, UriKind.Relative), TestContext.Current.CancellationToken);
        using var problem = JsonDocument.Parse(await answer.Content.ReadAsStringAsync(TestContext.Current.CancellationToken));
        await end.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => serving);

        Assert.Equal(HttpStatusCode.ServiceUnavailable, answer.StatusCode);
        Assert.Equal("store_unavailable", problem.RootElement.GetProperty("code").GetString());
        var told = problem.RootElement.GetProperty("detail").GetString();
        Assert.Contains(Reason, told, StringComparison.Ordinal);
    }
}
