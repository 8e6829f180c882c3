// SPDX-License-Identifier: GPL-3.0-or-later

using System.Collections.Concurrent;
using DolibarrOAuthBridge.Demo.Database;
using DolibarrOAuthBridge.Demo.Provider;
using DolibarrOAuthBridge.IntegrationTests.Support;
using DolibarrOAuthBridge.Notifications;

namespace DolibarrOAuthBridge.IntegrationTests.Notifications;

/// <summary>What cannot be claimed in the database because the database is what fails.</summary>
public sealed class NoticeStoreTests(OwnServer own) : IClassFixture<OwnServer>
{
    [Fact]
    public async Task A_read_only_server_is_said_by_the_webhook_at_once_and_its_end_to_everybody()
    {
        await using var receiver = await ScriptedProvider.StartAsync(TestContext.Current.CancellationToken);
        var kinds = ReceiveAt(receiver);
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

    [Fact]
    public async Task A_journal_that_waits_is_said_at_once_and_its_end_only_when_it_was_written()
    {
        await using var receiver = await ScriptedProvider.StartAsync(TestContext.Current.CancellationToken);
        var kinds = ReceiveAt(receiver);
        await using var world = await World.CreateAsync(own.Server);
        await world.GrantExpiredAsync();
        var watching = world.Open(new BridgeOptions { Notify = new NotifyOptions { Webhook = new Uri($"{receiver.BaseAddress}hook") } });
        var watch = watching.Get<NoticeWatch>();
        var (host, gate, call) = await world.BeginRefreshAsync();
        await own.Server.SetReadOnlyAsync(true);
        try
        {
            gate.Release();
            await call;
            await watch.RunOnceAsync(TestContext.Current.CancellationToken); // sees the journal: it may be over in a moment
            Assert.Equal(["store_not_writable"], kinds);
            world.Clock.Advance(TimeSpan.FromSeconds(21));
            await watch.RunOnceAsync(TestContext.Current.CancellationToken);
            await watch.RunOnceAsync(TestContext.Current.CancellationToken);
            Assert.Equal(["store_not_writable", "journal_waiting"], kinds);
        }
        finally
        {
            await own.Server.SetReadOnlyAsync(false);
        }

        await Eventually.HoldsAsync(
            async () =>
            {
                await watch.RunOnceAsync(TestContext.Current.CancellationToken);
                return kinds.Contains("store_writable");
            },
            "the server is writable again, which PostgreSQL tells its sessions after a moment"
        );
        Assert.Equal(["store_not_writable", "journal_waiting", "store_writable"], kinds);
        await host.RenewAsync();
        await watch.RunOnceAsync(TestContext.Current.CancellationToken);
        Assert.Equal(["store_not_writable", "journal_waiting", "store_writable", "journal_flushed"], kinds);
        Assert.Equal("store_writable\njournal_flushed", await world.QueryAsync("SELECT kind FROM llx_oauthbridge_notice ORDER BY rowid"));
    }

    [Fact]
    public async Task A_webhook_that_is_down_while_the_server_is_read_only_is_tried_again_and_a_command_that_fails_is_not()
    {
        await using var receiver = await ScriptedProvider.StartAsync(TestContext.Current.CancellationToken);
        var (isDown, tries) = (true, 0);
        receiver.Map(
            "/hook",
            context =>
            {
                tries++;
                context.Response.StatusCode = isDown ? 503 : 204;
                return Task.CompletedTask;
            }
        );
        await using var world = await World.CreateAsync(own.Server);
        world.Clock.Freeze();
        var log = Path.Combine(world.StateDirectory, "command.log");
        var script = Path.Combine(world.StateDirectory, "command");
        var lines = $"#!/bin/sh\necho $OAUTHBRIDGE_KIND >> {log}\nexit 1\n";
        await File.WriteAllTextAsync(script, lines, TestContext.Current.CancellationToken);
        File.SetUnixFileMode(script, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute);
        var notify = new NotifyOptions { Webhook = new Uri($"{receiver.BaseAddress}hook"), Command = script };
        var watch = world.Open(new BridgeOptions { Notify = notify }).Get<NoticeWatch>();
        await own.Server.SetReadOnlyAsync(true);
        try
        {
            Assert.Equal(1, await TriesAfterAsync(TimeSpan.Zero));
            Assert.Equal(1, await TriesAfterAsync(TimeSpan.FromSeconds(9)));
            Assert.Equal(2, await TriesAfterAsync(TimeSpan.FromSeconds(2)));
            isDown = false;
            Assert.Equal(3, await TriesAfterAsync(TimeSpan.FromSeconds(21)));
            Assert.Equal(3, await TriesAfterAsync(TimeSpan.FromHours(20)));
            Assert.Single(await File.ReadAllLinesAsync(log, TestContext.Current.CancellationToken));
            Assert.Equal(4, await TriesAfterAsync(TimeSpan.FromHours(4)));
        }
        finally
        {
            await own.Server.SetReadOnlyAsync(false);
        }

        async Task<int> TriesAfterAsync(TimeSpan time)
        {
            world.Clock.Advance(time);
            await watch.RunOnceAsync(TestContext.Current.CancellationToken);
            return tries;
        }
    }

    [Fact]
    public async Task The_end_of_a_read_only_server_is_said_once_by_all_sidecars_and_not_lost_where_it_cannot_be_said_at_once()
    {
        await using var world = await World.CreateAsync(own.Server);
        await world.GrantAsync(TimeSpan.FromHours(1));
        NoticeWatch[] watches = [world.Open().Get<NoticeWatch>(), world.Open().Get<NoticeWatch>()];
        await LookAsync();
        await own.Server.SetReadOnlyAsync(true);
        try
        {
            await LookAsync();
        }
        finally
        {
            await own.Server.SetReadOnlyAsync(false);
        }

        await world.ExecuteAsync(
            "CREATE TRIGGER refuse BEFORE INSERT ON llx_oauthbridge_notice FOR EACH ROW SIGNAL SQLSTATE '45000' SET MESSAGE_TEXT = 'no'"
        );
        await LookAsync();
        await world.ExecuteAsync(ScratchDatabase.IsPostgreSql ? "DROP TRIGGER refuse ON llx_oauthbridge_notice" : "DROP TRIGGER refuse");
        world.Clock.Advance(TimeSpan.FromMinutes(1));

        await Eventually.HoldsAsync(
            async () =>
            {
                await LookAsync();
                return await world.QueryAsync("SELECT COUNT(*) FROM llx_oauthbridge_notice") != "0";
            },
            "the server is writable again, which PostgreSQL tells its sessions after a moment"
        );
        await LookAsync();
        Assert.Equal("store_writable", await world.QueryAsync("SELECT kind FROM llx_oauthbridge_notice"));

        async Task LookAsync()
        {
            foreach (var watch in watches)
            {
                await watch.RunOnceAsync(TestContext.Current.CancellationToken);
            }
        }
    }

    private static ConcurrentQueue<string> ReceiveAt(ScriptedProvider receiver)
    {
        var kinds = new ConcurrentQueue<string>();
        receiver.NoteKinds(kinds);
        return kinds;
    }
}
