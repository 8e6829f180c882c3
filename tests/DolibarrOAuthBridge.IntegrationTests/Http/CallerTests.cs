// SPDX-License-Identifier: GPL-3.0-or-later

using System.Net.Sockets;
using DolibarrOAuthBridge.Grants;
using DolibarrOAuthBridge.IntegrationTests.Support;

namespace DolibarrOAuthBridge.IntegrationTests.Http;

/// <summary>Who was given a token, and when.</summary>
public sealed class CallerTests(SharedServer shared)
{
    [Fact]
    public async Task A_caller_is_named_by_the_account_at_the_socket_and_by_what_the_module_says()
    {
        await using var world = await World.CreateAsync(shared.Server);
        await world.GrantAsync(TimeSpan.FromHours(1));
        var socket = Path.Combine(world.StateDirectory, "bridge.sock");
        var sidecar = await world.ServeAsync(null, "--socket", socket);
        using var bySocket = new HttpClient(
            new SocketsHttpHandler
            {
                UseProxy = false,
                ConnectCallback = async (_, cancellationToken) =>
                {
                    var connection = new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
                    await connection.ConnectAsync(new UnixDomainSocketEndPoint(socket), cancellationToken);
                    return new NetworkStream(connection, ownsSocket: true);
                },
            }
        );
        using var request = new HttpRequestMessage(HttpMethod.Get, "http://localhost/v1/entries/GOOGLE-Mail/token");
        request.Headers.Authorization = sidecar.Client.DefaultRequestHeaders.Authorization;
        request.Headers.Add("Bridge-Caller", "page /compta/<b>card.php");

        Assert.True((await bySocket.SendAsync(request)).IsSuccessStatusCode);
        await sidecar.Client.GetStringAsync("/v1/entries/GOOGLE-Mail/token");

        await Eventually.HoldsAsync(
            async () => await world.QueryAsync("SELECT COUNT(*) FROM llx_oauthbridge_use") == "2",
            "both callers were recorded"
        );
        var uid = Environment.UserName == "root" ? "0" : "%";
        Assert.Equal(
            "1",
            await world.QueryAsync(
                $"SELECT COUNT(*) FROM llx_oauthbridge_use WHERE caller LIKE 'uid {uid}: page /compta/?b?card.php' "
                    + "AND EXTRACT(SECOND FROM last_at) = 0"
            )
        );
        Assert.Equal("1", await world.QueryAsync("SELECT COUNT(*) FROM llx_oauthbridge_use WHERE caller = 'tcp'"));
        var told = await world.RunAsync("history", "GOOGLE-Mail", "--callers");
        Assert.Contains("page /compta/?b?card.php", told.Output, StringComparison.Ordinal);
    }

    [Fact]
    public async Task The_newest_callers_of_a_grant_are_kept_and_old_ones_go()
    {
        await using var world = await World.CreateAsync(shared.Server);
        var table = world.Open().Get<UseTable>();
        var (key, now) = (new GrantKey(World.Service, 1), world.Clock.GetUtcNow().UtcDateTime);
        for (var caller = 0; caller < UseTable.MaxPerGrant + 5; caller++)
        {
            await table.RecordAsync(key, $"uid {caller}", now.AddMinutes(-caller));
        }

        await table.RecordAsync(key, "long ago", now.AddDays(-91));
        await table.PruneAsync();

        var left = await table.ListAsync(key);
        Assert.Equal(UseTable.MaxPerGrant, left.Count);
        Assert.Equal("uid 0", left[0].Caller);
        Assert.DoesNotContain(left, use => use.Caller is "long ago" or "uid 54");
    }
}
