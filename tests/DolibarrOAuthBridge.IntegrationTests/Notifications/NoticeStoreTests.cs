// SPDX-License-Identifier: GPL-3.0-or-later

using System.Collections.Concurrent;
using System.Text.Json;
using DolibarrOAuthBridge.Demo.Provider;
using DolibarrOAuthBridge.IntegrationTests.Support;

namespace DolibarrOAuthBridge.IntegrationTests.Notifications;

/// <summary>What cannot be claimed in the database because the database is what fails.</summary>
public sealed class NoticeStoreTests(OwnServer own) : IClassFixture<OwnServer>
{
    [Fact]
    public async Task A_read_only_server_is_said_by_the_webhook_at_once_and_its_end_to_everybody()
    {
        var kinds = new ConcurrentQueue<string>();
        await using var receiver = await ScriptedProvider.StartAsync(TestContext.Current.CancellationToken);
        receiver.Map("/hook", async context =>
        {
            var body = await JsonDocument.ParseAsync(context.Request.Body);
            kinds.Enqueue(body.RootElement.GetProperty("kind").GetString()!);
        });
        await using var world = await World.CreateAsync(own.Server);
        world.Settings = new Dictionary<string, string?>
        {
            ["Bridge:Notify:Webhook"] = $"{receiver.BaseAddress}hook",
            ["Bridge:RenewalInterval"] = "1",
        };
        await world.ServeAsync();
        await own.Server.SetReadOnlyAsync(true);
        try
        {
            await Eventually.HoldsAsync(() => !kinds.IsEmpty, "the read-only server is said");
        }
        finally
        {
            await own.Server.SetReadOnlyAsync(false);
        }

        await Eventually.HoldsAsync(() => kinds.Count > 1, "the end is said");

        Assert.Equal(["store_not_writable", "store_writable"], kinds);
        Assert.Equal("store_writable", await world.QueryAsync("SELECT kind FROM llx_oauthbridge_notice"));
    }
}
