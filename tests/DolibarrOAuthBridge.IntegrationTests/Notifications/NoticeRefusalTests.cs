// SPDX-License-Identifier: GPL-3.0-or-later

using System.Collections.Concurrent;
using DolibarrOAuthBridge.Demo.Database;
using DolibarrOAuthBridge.Demo.Provider;
using DolibarrOAuthBridge.Dolibarr.Tokens;
using DolibarrOAuthBridge.IntegrationTests.Support;
using DolibarrOAuthBridge.Notifications;

namespace DolibarrOAuthBridge.IntegrationTests.Notifications;

/// <summary>A database that can be written, save for one table.</summary>
public sealed class NoticeRefusalTests(SharedServer shared) : IAsyncLifetime
{
    private World _world = null!;

    public async ValueTask InitializeAsync() => _world = await World.CreateAsync(shared.Server);

    public ValueTask DisposeAsync() => _world.DisposeAsync();

    [Theory]
    [InlineData("UPDATE", "llx_oauth_token")]
    [InlineData("INSERT", "llx_oauthbridge_event")]
    [InlineData("UPDATE", "llx_oauthbridge_grant")]
    public async Task A_table_that_takes_no_refresh_is_said_once_over_restarts_too_and_so_is_its_end(string what, string table)
    {
        await _world.GrantExpiredAsync();
        await _world.Open().TokenAsync();
        var ended = (await _world.StoredAsync()) with { EndOfLife = EndOfLife.At(_world.Clock.GetUtcNow()) };
        await _world.Install.SetTokenAsync(World.Entry, ended);
        var before = _world.Authority.Granted;
        await RefuseAsync(what, table);
        await _world.Open().TokenFailsAsync(ProblemCode.StoreNotWritable);

        await LookAsync([_world.Open(), _world.Open()]);
        var told = await SaidAsync();
        var message = await _world.QueryAsync("SELECT message FROM llx_oauthbridge_notice");
        await AllowAsync(table);
        await LookAsync([_world.Open(), _world.Open()]);

        Assert.Equal("store_not_writable|error|0|", told);
        Assert.Contains("not today", message, StringComparison.Ordinal);
        Assert.Equal("store_not_writable|error|0|\nstore_writable|info|0|", await SaidAsync());
        Assert.Equal(before, _world.Authority.Granted);
        await _world.Open().TokenAsync();
    }

    [Fact]
    public async Task What_is_tried_leaves_the_row_and_the_audit_trail_as_they_were()
    {
        const string Rows = "SELECT token, tms FROM llx_oauth_token UNION ALL SELECT CONCAT(COUNT(*), ''), NULL FROM llx_oauthbridge_event";
        await _world.GrantExpiredAsync();
        var before = await _world.QueryAsync(Rows);

        await LookAsync([_world.Open()]);

        Assert.Equal(before, await _world.QueryAsync(Rows));
        Assert.Empty(await SaidAsync());
    }

    [Theory]
    [InlineData("llx_oauthbridge_notice")]
    [InlineData("llx_oauthbridge_condition")]
    public async Task A_database_that_takes_no_notice_is_said_by_the_webhook_and_what_waited_is_said_when_it_does(string table)
    {
        await using var receiver = await ScriptedProvider.StartAsync(TestContext.Current.CancellationToken);
        var kinds = new ConcurrentQueue<string>();
        var sidecar = OpenWithWebhook(receiver, kinds);
        await _world.GrantExpiredAsync();
        _world.Authority.Next(Authority.Error("invalid_grant"));
        await sidecar.TokenFailsAsync(ProblemCode.ConsentRequired);
        await RefuseAsync("INSERT", table);

        await LookAsync([sidecar, sidecar]);
        var direct = kinds.ToArray();
        await AllowAsync(table);
        _world.Clock.Advance(TimeSpan.FromMinutes(1));
        await LookAsync([sidecar, sidecar]);

        Assert.Equal(["store_not_writable"], direct);
        Assert.Equal(["store_not_writable", "grant_ended", "store_writable"], kinds);
        Assert.Equal("grant_ended|error|1|GOOGLE-Mail\nstore_writable|info|0|", await SaidAsync());
    }

    [Fact]
    public async Task Notices_that_cannot_be_deleted_raise_no_alarm_over_and_over()
    {
        await using var receiver = await ScriptedProvider.StartAsync(TestContext.Current.CancellationToken);
        var kinds = new ConcurrentQueue<string>();
        var sidecar = OpenWithWebhook(receiver, kinds);
        await _world.GrantExpiredAsync();
        _world.Authority.Next(Authority.Error("invalid_grant"));
        await sidecar.TokenFailsAsync(ProblemCode.ConsentRequired);
        await LookAsync([sidecar]);
        await RefuseAsync("DELETE", "llx_oauthbridge_notice");
        _world.Clock.Advance(TimeSpan.FromDays(1000));

        await LookAsync([sidecar, sidecar, sidecar, sidecar]);

        Assert.Single(kinds, "store_not_writable");
        Assert.DoesNotContain("store_writable", kinds);
    }

    private BridgeHost OpenWithWebhook(ScriptedProvider receiver, ConcurrentQueue<string> kinds)
    {
        receiver.NoteKinds(kinds);
        return _world.Open(new BridgeOptions { Notify = new NotifyOptions { Webhook = new Uri($"{receiver.BaseAddress}hook") } });
    }

    private Task RefuseAsync(string what, string table) =>
        _world.ExecuteAsync(
            $"CREATE TRIGGER refuse BEFORE {what} ON {table} FOR EACH ROW SIGNAL SQLSTATE '45000' SET MESSAGE_TEXT = 'not today'"
        );

    private Task AllowAsync(string table) =>
        _world.ExecuteAsync(ScratchDatabase.IsPostgreSql ? $"DROP TRIGGER refuse ON {table}" : "DROP TRIGGER refuse");

    private static async Task LookAsync(IEnumerable<BridgeHost> sidecars)
    {
        foreach (var sidecar in sidecars)
        {
            await sidecar.Get<NoticeWatch>().RunOnceAsync(TestContext.Current.CancellationToken);
        }
    }

    private Task<string> SaidAsync() =>
        _world.QueryAsync("SELECT kind, severity, entity, entry FROM llx_oauthbridge_notice ORDER BY rowid");
}
