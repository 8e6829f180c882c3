// SPDX-License-Identifier: GPL-3.0-or-later

using System.Collections.Concurrent;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using DolibarrOAuthBridge.Demo.Processes;
using DolibarrOAuthBridge.Demo.Provider;
using DolibarrOAuthBridge.IntegrationTests.Support;
using DolibarrOAuthBridge.Notifications;
using Microsoft.AspNetCore.Http;

namespace DolibarrOAuthBridge.IntegrationTests.Notifications;

/// <summary>The webhook and the command, from a sidecar that is a process.</summary>
public sealed class NoticeDeliveryTests(SharedServer shared) : IAsyncLifetime
{
    private World _world = null!;
    private ScriptedProvider _receiver = null!;
    private ScratchDirectory _files = null!;
    private readonly ConcurrentQueue<string> _bodies = [];

    private static readonly string[] Kinds =
    [
        NoticeKind.GrantEnded,
        NoticeKind.GrantEnding,
        NoticeKind.GrantRestored,
        NoticeKind.JournalWaiting,
        NoticeKind.JournalFlushed,
        NoticeKind.StoreNotWritable,
        NoticeKind.StoreWritable,
        NoticeKind.DuplicateRows,
        NoticeKind.TokenSuperseded,
        NoticeKind.Impostor,
    ];

    public async ValueTask InitializeAsync()
    {
        _world = await World.CreateAsync(shared.Server);
        _receiver = await ScriptedProvider.StartAsync();
        _receiver.Map("/hook", ReceiveAsync);
        _files = ScratchDirectory.Create("notify");
    }

    public async ValueTask DisposeAsync()
    {
        await _world.DisposeAsync();
        await _receiver.DisposeAsync();
        await _files.DisposeAsync();
    }

    [Fact]
    public async Task A_grant_that_ends_reaches_the_webhook_once_and_signed_and_the_command_by_its_environment()
    {
        var secret = Path.Combine(_files.Path, "secret");
        await File.WriteAllTextAsync(secret, "the secret of the hook\n", TestContext.Current.CancellationToken);
        var (script, output) = await ScriptAsync("env | grep ^OAUTHBRIDGE_ | sort");
        Configure(("WebhookSecretFile", secret), ("Command", script));
        await _world.GrantExpiredAsync();
        _world.Authority.Always = Authority.Error("invalid_grant");
        var sidecar = await _world.ServeAsync();
        await _world.ServeAsync();

        Assert.Equal((409, "consent_required"), await sidecar.ProblemAsync(HttpMethod.Get, "/v1/entries/GOOGLE-Mail/token"));

        await Eventually.HoldsAsync(() => _receiver.RequestsTo("/hook").Count > 0 && File.Exists(output), "a notice on both ways");
        var request = Assert.Single(_receiver.RequestsTo("/hook"));
        var body = JsonDocument.Parse(_bodies.Single()).RootElement;
        Assert.Equal(
            ["id", "at", "kind", "severity", "instance", "entity", "entry", "message", "advice"],
            body.EnumerateObject().Select(member => member.Name)
        );
        Assert.Equal(
            ("grant_ended", "error", 1, "GOOGLE-Mail"),
            (
                body.GetProperty("kind").GetString(),
                body.GetProperty("severity").GetString(),
                body.GetProperty("entity").GetInt32(),
                body.GetProperty("entry").GetString()
            )
        );
        var signature = HMACSHA256.HashData("the secret of the hook"u8, Encoding.UTF8.GetBytes(_bodies.Single()));
        Assert.Equal($"sha256={Convert.ToHexStringLower(signature)}", request.Headers["X-Signature-256"]);
        var environment = await File.ReadAllTextAsync(output, TestContext.Current.CancellationToken);
        Assert.Contains("OAUTHBRIDGE_KIND=grant_ended\n", environment, StringComparison.Ordinal);
        Assert.Contains("OAUTHBRIDGE_ENTRY=GOOGLE-Mail\n", environment, StringComparison.Ordinal);
        Assert.Matches("OAUTHBRIDGE_ADVICE=.*consent", environment);
    }

    [Fact]
    public async Task A_webhook_that_was_down_gets_the_notice_later_even_from_another_sidecar()
    {
        Configure();
        _receiver.Map(
            "/hook",
            static context =>
            {
                context.Response.StatusCode = 503;
                return Task.CompletedTask;
            }
        );
        await _world.GrantExpiredAsync();
        _world.Authority.Always = Authority.Error("invalid_grant");
        var first = await _world.ServeAsync();
        await first.ProblemAsync(HttpMethod.Get, "/v1/entries/GOOGLE-Mail/token");
        await Eventually.HoldsAsync(() => _receiver.RequestsTo("/hook").Count > 0, "a first try");
        await first.KillAsync();
        _receiver.Map("/hook", ReceiveAsync);
        await _world.ExecuteAsync("UPDATE llx_oauthbridge_notice SET webhook_next = UTC_TIMESTAMP() - INTERVAL 1 SECOND");

        await _world.ServeAsync();

        await Eventually.HoldsAsync(
            async () => await _world.QueryAsync("SELECT webhook_tries, webhook_done IS NULL FROM llx_oauthbridge_notice") == "2|0",
            "the notice is delivered"
        );
    }

    [Fact]
    public async Task Every_kind_reaches_the_webhook_the_command_and_whoever_asks_once_each()
    {
        var log = Path.Combine(_files.Path, "kinds");
        var (script, _) = await ScriptAsync($"echo $OAUTHBRIDGE_ID $OAUTHBRIDGE_KIND $OAUTHBRIDGE_ENTITY $OAUTHBRIDGE_SEVERITY >> '{log}'");
        Configure(("Command", script));
        var table = _world.Open().Get<NoticeTable>();
        foreach (var kind in Kinds)
        {
            await table.AddAsync(
                new NoticeDraft(kind, NoticeSeverity.Warning, 1, World.Entry, $"About {kind}.", "Do something."),
                cancellationToken: TestContext.Current.CancellationToken
            );
        }

        var sidecars = new[] { await _world.ServeAsync(), await _world.ServeAsync() };

        await Eventually.HoldsAsync(
            () => _bodies.Count >= Kinds.Length && File.Exists(log) && File.ReadAllLines(log).Length >= Kinds.Length,
            "all kinds on both ways"
        );
        var asked = JsonDocument
            .Parse(await sidecars[1].Client.GetStringAsync(new Uri("/v1/events?wait=30", UriKind.Relative)))
            .RootElement;
        var bodies = _bodies
            .Select(body => JsonDocument.Parse(body).RootElement)
            .OrderBy(body => body.GetProperty("id").GetInt64())
            .ToList();
        Assert.Equal(Kinds, bodies.Select(body => body.GetProperty("kind").GetString()));
        Assert.Equal(
            bodies.Select(body => (body.GetProperty("id").GetInt64(), body.GetProperty("message").GetString())),
            asked
                .GetProperty("events")
                .EnumerateArray()
                .Select(one => (one.GetProperty("id").GetInt64(), one.GetProperty("message").GetString()))
        );
        Assert.Equal(
            Kinds.Select((kind, index) => $"{index + 1} {kind} 1 warning"),
            (await File.ReadAllLinesAsync(log, TestContext.Current.CancellationToken)).Order(StringComparer.Ordinal).OrderBy(Number)
        );

        static int Number(string line) => int.Parse(line.Split(' ')[0], System.Globalization.CultureInfo.InvariantCulture);
    }

    [Fact]
    public async Task A_webhook_that_stays_down_is_tried_at_growing_intervals_for_a_day()
    {
        _receiver.Map(
            "/hook",
            static context =>
            {
                context.Response.StatusCode = 503;
                return Task.CompletedTask;
            }
        );
        _world.Clock.Freeze();
        var host = _world.Open(new BridgeOptions { Notify = new NotifyOptions { Webhook = new Uri($"{_receiver.BaseAddress}hook") } });
        foreach (var entry in new[] { "GOOGLE-First", "GOOGLE-Second" })
        {
            await host.Get<NoticeTable>()
                .AddAsync(
                    new NoticeDraft(NoticeKind.GrantEnded, NoticeSeverity.Error, 1, entry, "It ended.", string.Empty),
                    cancellationToken: TestContext.Current.CancellationToken
                );
        }

        var next = await host.Get<NoticeDelivery>().RunAsync(TestContext.Current.CancellationToken);
        Assert.Single(_receiver.RequestsTo("/hook")); // what waits behind the first is not tried in vain
        Assert.InRange((next!.Value - _world.Clock.GetUtcNow()).TotalSeconds, 8.9, 10); // looked at then, though nothing changes
        await _world.ExecuteAsync("DELETE FROM llx_oauthbridge_notice WHERE entry = 'GOOGLE-Second'");
        Assert.Equal(next, await host.Get<NoticeWatch>().RunOnceAsync(TestContext.Current.CancellationToken));
        int[] numbers = [0, 1, 2, 9, 30];
        Assert.Equal([10, 20, 40, 3600, 3600], numbers.Select(number => NoticeDelivery.Wait(number).TotalSeconds));

        var (tries, passed) = (1, TimeSpan.Zero);
        while (passed < TimeSpan.FromDays(1))
        {
            var wait = NoticeDelivery.Wait(tries - 1);
            Assert.Equal(tries, await TriesAfterAsync(wait - TimeSpan.FromSeconds(2)));
            passed += wait + TimeSpan.FromSeconds(1);
            tries += passed < TimeSpan.FromDays(1) ? 1 : 0;
            Assert.Equal(tries, await TriesAfterAsync(TimeSpan.FromSeconds(3)));
        }

        Assert.Equal(tries, await TriesAfterAsync(TimeSpan.FromHours(2)));
        Assert.Equal("0", await _world.QueryAsync("SELECT COUNT(*) FROM llx_oauthbridge_notice WHERE webhook_done IS NULL"));

        async Task<int> TriesAfterAsync(TimeSpan time)
        {
            _world.Clock.Advance(time);
            await host.Get<NoticeDelivery>().RunAsync(TestContext.Current.CancellationToken);
            return _receiver.RequestsTo("/hook").Count;
        }
    }

    [Fact]
    public async Task Notify_test_says_what_became_of_each_way()
    {
        var (script, output) = await ScriptAsync("echo $OAUTHBRIDGE_KIND");
        Configure(("Command", script), ("WebhookTemplate", """{"text":"{{severity}}: {{message}}"}"""));

        var good = await _world.RunAsync("notify", "test");
        Configure(("Command", "/nowhere/at-all"));
        var bad = await _world.RunAsync("notify", "test", "--json");
        _world.Settings = new Dictionary<string, string?>();
        var none = await _world.RunAsync("notify", "test");
        var wrong = await _world.RunAsync("notify", "test", "--Bridge:Notify:Webhook=http://hooks.example.org/");

        Assert.Equal((0, 1, 1, 2), (good.ExitCode, bad.ExitCode, none.ExitCode, wrong.ExitCode));
        Assert.Contains("webhook: delivered: 127.0.0.1 answered 200.", good.Output, StringComparison.Ordinal);
        Assert.Equal("test\n", await File.ReadAllTextAsync(output, TestContext.Current.CancellationToken));
        var body = JsonDocument.Parse(_bodies.First()).RootElement;
        Assert.StartsWith("info: This is a test", body.GetProperty("text").GetString(), StringComparison.Ordinal);
        var results = JsonDocument.Parse(bad.Output).RootElement;
        Assert.True(results.GetProperty("webhook").GetProperty("ok").GetBoolean());
        Assert.False(results.GetProperty("command").GetProperty("ok").GetBoolean());
        Assert.Contains("https", wrong.Error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task The_history_of_a_grant_is_a_command_too()
    {
        await _world.GrantExpiredAsync();
        await _world.Open().TokenAsync();

        var table = await _world.RunAsync("history", World.Entry);
        var json = await _world.RunAsync("history", World.Service, "--json", "--limit", "1");

        Assert.Contains("refreshed", table.Output, StringComparison.Ordinal);
        Assert.Equal("ok", JsonDocument.Parse(json.Output).RootElement.GetProperty("events")[0].GetProperty("outcome").GetString());
    }

    private async Task ReceiveAsync(HttpContext context)
    {
        using var reader = new StreamReader(context.Request.Body);
        _bodies.Enqueue(await reader.ReadToEndAsync());
    }

    private void Configure(params (string Name, string Value)[] more) =>
        _world.Settings = more.ToDictionary(one => $"Bridge:Notify:{one.Name}", one => (string?)one.Value)
            .Concat([new("Bridge:Notify:Webhook", $"{_receiver.BaseAddress}hook"), new("Bridge:RenewalInterval", "1")])
            .ToDictionary();

    // Its output appears whole or not at all.
    private async Task<(string Script, string Output)> ScriptAsync(string line)
    {
        var (script, output) = (Path.Combine(_files.Path, "notify.sh"), Path.Combine(_files.Path, "output"));
        await File.WriteAllTextAsync(
            script,
            $"#!/bin/sh\n({line}) > '{output}.new' && mv '{output}.new' '{output}'\n",
            TestContext.Current.CancellationToken
        );
        File.SetUnixFileMode(script, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute);
        return (script, output);
    }
}
