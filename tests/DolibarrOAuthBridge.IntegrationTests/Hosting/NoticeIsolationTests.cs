// SPDX-License-Identifier: GPL-3.0-or-later

using System.Collections.Concurrent;
using System.Text.Json;
using DolibarrOAuthBridge.Demo.Hosting;
using DolibarrOAuthBridge.Demo.Processes;
using DolibarrOAuthBridge.Demo.Provider;
using DolibarrOAuthBridge.IntegrationTests.Support;
using Microsoft.AspNetCore.Http;

namespace DolibarrOAuthBridge.IntegrationTests.Hosting;

/// <summary>Whom an instance tells of its notices, and who may read them.</summary>
[Trait("Database", "MariaDB")]
public sealed class NoticeIsolationTests(SharedServer shared) : IAsyncLifetime
{
    private readonly ConcurrentDictionary<string, ConcurrentQueue<JsonElement>> _received = new(StringComparer.Ordinal);
    private HostingWorld _world = null!;
    private ScriptedProvider _receiver = null!;
    private Authority _authority = null!;
    private ScratchDirectory _files = null!;

    public async ValueTask InitializeAsync()
    {
        _receiver = await ScriptedProvider.StartAsync();
        _authority = await Authority.StartAsync();
        _authority.Always = Authority.Error("invalid_grant");
        _files = ScratchDirectory.Create("notify");
        foreach (var hook in (string[])["all", "acme", "beta"])
        {
            _received[hook] = new ConcurrentQueue<JsonElement>();
            _receiver.Map($"/{hook}", context => ReceiveAsync(hook, context));
        }

        // What every instance has that sets nothing of its own.
        _world = await HostingWorld.CreateAsync(
            shared.MariaDb,
            new Dictionary<string, string> { ["Notify:Webhook"] = Hook("all"), ["Notify:WebhookSecretFile"] = await SecretAsync("all") }
        );
    }

    public async ValueTask DisposeAsync()
    {
        await _world.DisposeAsync();
        await _receiver.DisposeAsync();
        await _authority.DisposeAsync();
        await _files.DisposeAsync();
    }

    [Fact]
    public async Task A_notice_goes_the_ways_of_its_own_instance_and_is_read_with_its_own_key_only()
    {
        var acme = await AddAsync("acme", ("Notify:Webhook", Hook("acme")), ("Notify:WebhookSecretFile", await SecretAsync("acme")));
        var beta = await AddAsync("beta", ("Notify:Webhook", Hook("beta")), ("Notify:Command", await ScriptAsync("beta")));
        var gamma = await AddAsync("gamma");
        await _world.ServeAsync();
        await _world.RequireTokenAsync(beta);

        await EndAsync(acme);
        await HearsAsync("acme", "acme");
        Assert.Equal((0, 0), (_received["beta"].Count, _received["all"].Count));
        Assert.Contains("grant_ended", await EventsAsync(acme), StringComparison.Ordinal);
        Assert.DoesNotContain("grant_ended", await EventsAsync(beta), StringComparison.Ordinal);

        await EndAsync(beta);
        await HearsAsync("beta", "beta");
        await HostingWorld.UntilAsync(() => Task.FromResult(File.Exists(OutputOf("beta"))), "the command of beta ran");
        Assert.Equal("beta\n", await File.ReadAllTextAsync(OutputOf("beta"), TestContext.Current.CancellationToken));

        await EndAsync(gamma);
        await HearsAsync("all", "gamma");

        // Each was told once, with the secret that belongs to its address or with none.
        Assert.Equal(
            ["acme", "beta", "gamma"],
            _received.Values.SelectMany(bodies => bodies).Select(InstanceOf).Order(StringComparer.Ordinal)
        );
        Assert.Equal((true, false, true), (IsSigned("acme"), IsSigned("beta"), IsSigned("all")));
        foreach (var (owner, other) in ((HostedDolibarr, HostedDolibarr)[])[(acme, beta), (beta, gamma), (gamma, acme)])
        {
            foreach (var path in (string[])["v1/events", "v1/events?after=0&wait=1", "v1/entries/GOOGLE-Mail0/history"])
            {
                Assert.Equal(200, (await _world.GetAsync($"/i/{owner.Name}/{path}", owner.ApiKey)).Status);
                Assert.Equal(401, (await _world.GetAsync($"/i/{owner.Name}/{path}", other.ApiKey)).Status);
                Assert.Equal(401, (await _world.GetAsync($"/i/{owner.Name}/{path}", _world.Host.OperatorKey)).Status);
            }
        }
    }

    [Fact]
    public async Task Who_waits_for_notices_of_one_instance_is_not_woken_by_those_of_another()
    {
        var (acme, beta) = (await AddAsync("acme"), await AddAsync("beta"));
        await _world.ServeAsync();
        var wait = _world.GetAsync("/i/beta/v1/events?after=0&wait=30", beta.ApiKey);

        await EndAsync(acme);
        await HearsAsync("all", "acme");

        Assert.False(wait.IsCompleted);
        await EndAsync(beta);
        var (status, body) = await wait;
        Assert.Equal(200, status);
        var notice = Assert.Single(JsonDocument.Parse(body).RootElement.GetProperty("events").EnumerateArray());
        Assert.Equal("grant_ended", notice.GetProperty("kind").GetString());
    }

    [Fact]
    public async Task The_command_notify_test_takes_the_ways_of_the_instance_that_it_names()
    {
        await AddAsync("acme", ("Notify:Webhook", Hook("acme")));
        await AddAsync("beta");

        Assert.Equal(0, (await _world.RunAsync("notify", "test", "--instance", "acme")).ExitCode);
        Assert.Equal((1, 0, 0), (_received["acme"].Count, _received["beta"].Count, _received["all"].Count));
        Assert.Equal(0, (await _world.RunAsync("notify", "test", "--instance", "beta")).ExitCode);
        Assert.Equal((1, 0, 1), (_received["acme"].Count, _received["beta"].Count, _received["all"].Count));
    }

    private Task<HostedDolibarr> AddAsync(string name, params (string Key, string Value)[] settings) =>
        _world.AddAsync(
            name,
            settings.Append(("Providers:Google:TokenEndpoint", _authority.TokenEndpoint)).ToDictionary(one => one.Item1, one => one.Item2)
        );

    // The provider has ended the grant, as a call finds out.
    private async Task EndAsync(HostedDolibarr dolibarr)
    {
        var (status, body) = await _world.PostAsync(dolibarr, "v1/entries/GOOGLE-Mail0/token/refresh");
        Assert.True(status == 409, $"{status} {body}");
    }

    private async Task HearsAsync(string hook, string instance)
    {
        await HostingWorld.UntilAsync(() => Task.FromResult(!_received[hook].IsEmpty), $"the webhook {hook} hears of it");
        var body = Assert.Single(_received[hook]);
        Assert.Equal((instance, "grant_ended"), (InstanceOf(body), body.GetProperty("kind").GetString()));
    }

    private async Task<string> EventsAsync(HostedDolibarr of)
    {
        var (status, body) = await _world.GetAsync($"/i/{of.Name}/v1/events?after=0", of.ApiKey);
        Assert.Equal(200, status);
        return body;
    }

    private bool IsSigned(string hook) => Assert.Single(_receiver.RequestsTo($"/{hook}")).Headers.ContainsKey("X-Signature-256");

    private static string? InstanceOf(JsonElement notice) => notice.GetProperty("instance").GetString();

    private string Hook(string name) => $"{_receiver.BaseAddress}{name}";

    private async Task ReceiveAsync(string hook, HttpContext context)
    {
        using var body = await JsonDocument.ParseAsync(context.Request.Body);
        _received[hook].Enqueue(body.RootElement.Clone());
    }

    private async Task<string> SecretAsync(string name)
    {
        var path = Path.Combine(_files.Path, name + "-secret");
        await File.WriteAllTextAsync(path, $"the secret of {name}\n");
        return path;
    }

    private string OutputOf(string name) => Path.Combine(_files.Path, name + "-output");

    // Its output appears whole or not at all.
    private async Task<string> ScriptAsync(string name)
    {
        var (script, output) = (Path.Combine(_files.Path, name + ".sh"), OutputOf(name));
        await File.WriteAllTextAsync(script, $"#!/bin/sh\necho $OAUTHBRIDGE_INSTANCE > '{output}.new' && mv '{output}.new' '{output}'\n");
        File.SetUnixFileMode(script, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute);
        return script;
    }
}
