// SPDX-License-Identifier: GPL-3.0-or-later

using System.Collections.Concurrent;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using DolibarrOAuthBridge.Demo.Processes;
using DolibarrOAuthBridge.Demo.Provider;
using DolibarrOAuthBridge.IntegrationTests.Support;
using Microsoft.AspNetCore.Http;

namespace DolibarrOAuthBridge.IntegrationTests.Notifications;

/// <summary>The webhook and the command, from a sidecar that is a process.</summary>
public sealed class NoticeDeliveryTests(SharedServer shared) : IAsyncLifetime
{
    private World _world = null!;
    private ScriptedProvider _receiver = null!;
    private ScratchDirectory _files = null!;
    private readonly ConcurrentQueue<string> _bodies = [];

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
        _receiver.Map("/hook", static context =>
        {
            context.Response.StatusCode = 503;
            return Task.CompletedTask;
        });
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
