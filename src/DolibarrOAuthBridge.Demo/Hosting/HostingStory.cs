// SPDX-License-Identifier: GPL-3.0-or-later

using System.Net;
using System.Net.Http.Headers;
using System.Text.Json;
using DolibarrOAuthBridge.Demo.Database;
using DolibarrOAuthBridge.Demo.Processes;
using DolibarrOAuthBridge.Demo.Sidecar;
using DolibarrOAuthBridge.Demo.Story;

namespace DolibarrOAuthBridge.Demo.Hosting;

/// <summary>
/// <c>make demo-hosting</c>: twenty Dolibarrs of one MariaDB behind one sidecar; a database dies, one instance comes and one goes, while
/// requests run. What it starts is gone when it ends.
/// </summary>
public sealed class HostingStory : IAsyncDisposable
{
    private const int Number = 20;

    private readonly Narrator _narrator;
    private readonly ScratchMariaDb _server;
    private readonly DolibarrHost _host;
    private readonly List<HostedDolibarr> _dolibarrs = [];
    private SidecarServer? _sidecar;
    private HttpClient? _client;

    private HostingStory(Narrator narrator, ScratchMariaDb server, DolibarrHost host) =>
        (_narrator, _server, _host) = (narrator, server, host);

    private HttpClient Client => _client ?? throw new InvalidOperationException("The sidecar was not started.");

    private SidecarServer Server => _sidecar ?? throw new InvalidOperationException("The sidecar was not started.");

    /// <summary>Plays it.</summary>
    /// <returns>The exit status.</returns>
    public static Task<int> PlayAsync(Narrator narrator, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(narrator);
        return narrator.PlayAsync(async () =>
        {
            narrator.Chapter("A hosting machine");
            ScratchMariaDb server = null!;
            await narrator.StepAsync("A throw-away MariaDB", async () =>
            {
                server = await ScratchMariaDb.StartAsync(new ScratchMariaDbOptions { UseTemplate = false }, cancellationToken);
                return $"port {server.Port}";
            });
            await using (server)
            {
                var story = new HostingStory(narrator, server, await DolibarrHost.CreateAsync(server));
                await using (story)
                {
                    await story.PlayAsync(cancellationToken);
                }
            }
        });
    }

    /// <inheritdoc />
    public async ValueTask DisposeAsync()
    {
        _client?.Dispose();
        if (_sidecar is not null)
        {
            await _sidecar.DisposeAsync();
        }

        await _host.DisposeAsync();
    }

    private async Task PlayAsync(CancellationToken cancellationToken)
    {
        await _narrator.StepAsync($"{Number} Dolibarrs, each with a database, an account, a key and an API key", async () =>
        {
            for (var number = 1; number <= Number; number++)
            {
                _dolibarrs.Add(await AddAsync($"customer-{number:00}", cancellationToken));
            }

            return $"{_dolibarrs.Count} databases";
        });
        await _narrator.StepAsync("One sidecar for all of them", async () =>
        {
            _sidecar = await SidecarProgram.ServeAsync(_host.ConfigPath, cancellationToken);
#pragma warning disable RS0030 // the rule is about providers; this client calls the sidecar
            _client = new HttpClient { BaseAddress = Server.BaseAddress };
#pragma warning restore RS0030
            return $"{Server.BaseAddress}, {Server.ResidentBytes / 1_000_000} MB";
        });
        await _narrator.StepAsync("A token of each, with its own key", async () =>
        {
            foreach (var dolibarr in _dolibarrs)
            {
                await RequireTokenAsync(dolibarr, cancellationToken);
            }

            return $"{_dolibarrs.Count} tokens, all different; such as /i/{_dolibarrs[0].Name}/v1/entries/{HostedDolibarr.Entry(0)}/token";
        });
        await _narrator.StepAsync("The key of one at the address of another", async () =>
            await StatusAsync(_dolibarrs[0], _dolibarrs[1].ApiKey, cancellationToken) is var status && status == HttpStatusCode.Unauthorized
                ? "401"
                : throw new InvalidOperationException($"{(int)status}")
        );

        _narrator.Chapter("While requests run");
        using var stop = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        var load = LoadAsync(_dolibarrs[2..^2], stop.Token);
        await KillOneAsync(cancellationToken);
        await ComeAndGoAsync(cancellationToken);
        await _narrator.StepAsync("Everybody else, all the time", async () =>
        {
            await stop.CancelAsync();
            return $"{await load} tokens served, no failure";
        });
        await ShowAsync(cancellationToken);
    }

    private async Task KillOneAsync(CancellationToken cancellationToken)
    {
        var dead = _dolibarrs[0];
        await _narrator.StepAsync($"The database of {dead.Name} is dropped", async () =>
        {
            await _server.ExecuteAsync($"DROP DATABASE `{dead.Database}`", cancellationToken: cancellationToken);
            return await UntilAsync(dead, HttpStatusCode.ServiceUnavailable, cancellationToken);
        });
    }

    private async Task ComeAndGoAsync(CancellationToken cancellationToken)
    {
        HostedDolibarr coming = null!;
        await _narrator.StepAsync("customer-21 is added (SIGHUP)", async () =>
        {
            coming = await AddAsync("customer-21", cancellationToken);
            await HangUpAsync(cancellationToken);
            await UntilAsync(coming, HttpStatusCode.OK, cancellationToken);
            await RequireTokenAsync(coming, cancellationToken);
            return "its token is served";
        });
        var leaving = _dolibarrs[1];
        await _narrator.StepAsync($"{leaving.Name} is removed (SIGHUP)", async () =>
        {
            _host.Withdraw(leaving.Name);
            await HangUpAsync(cancellationToken);
            return await UntilAsync(leaving, HttpStatusCode.NotFound, cancellationToken);
        });
    }

    private async Task ShowAsync(CancellationToken cancellationToken)
    {
        _narrator.Chapter("dolibarr-oauth-bridge instances");
        var listed = await SidecarProgram.RunAsync(_host.ConfigPath, ["instances"], cancellationToken);
        _narrator.Show(listed.Output);
        _narrator.Chapter("The operator's view");
        await _narrator.StepAsync("/readyz?verbose=1 and /metrics with the operator's key", async () =>
        {
            using var state = await GetAsync("/readyz?verbose=1", _host.OperatorKey, cancellationToken);
            using var metrics = await GetAsync("/metrics", _host.OperatorKey, cancellationToken);
            var body = JsonDocument.Parse(await state.Content.ReadAsStringAsync(cancellationToken)).RootElement;
            var text = await metrics.Content.ReadAsStringAsync(cancellationToken);
            return $"{body.GetProperty("instances").GetArrayLength()} instances, {text.Split('\n').Length} lines of metrics";
        });
    }

    private async Task<HostedDolibarr> AddAsync(string name, CancellationToken cancellationToken)
    {
        var dolibarr = await _host.AddAsync(name, cancellationToken: cancellationToken);
        await _host.PublishAsync(dolibarr);
        return dolibarr;
    }

    private async Task HangUpAsync(CancellationToken cancellationToken) =>
        await Command.RunAsync("kill", ["-HUP", $"{Server.ProcessId}"], cancellationToken);

    private async Task<int> LoadAsync(IReadOnlyList<HostedDolibarr> dolibarrs, CancellationToken stop)
    {
        var served = 0;
        while (!stop.IsCancellationRequested)
        {
            await RequireTokenAsync(dolibarrs[served % dolibarrs.Count], CancellationToken.None);
            served++;
        }

        return served;
    }

    private async Task RequireTokenAsync(HostedDolibarr dolibarr, CancellationToken cancellationToken)
    {
        using var answer = await GetAsync(PathOf(dolibarr), dolibarr.ApiKey, cancellationToken);
        var body = await answer.Content.ReadAsStringAsync(cancellationToken);
        Narrator.Require(answer.IsSuccessStatusCode, $"{dolibarr.Name} answered {(int)answer.StatusCode}: {body}");
        var token = JsonDocument.Parse(body).RootElement.GetProperty("access_token").GetString();
        Narrator.Require(token == dolibarr.Token(0), $"{dolibarr.Name} got another's token.");
    }

    private async Task<HttpStatusCode> StatusAsync(HostedDolibarr dolibarr, string key, CancellationToken cancellationToken)
    {
        using var answer = await GetAsync(PathOf(dolibarr), key, cancellationToken);
        return answer.StatusCode;
    }

    private async Task<string> UntilAsync(HostedDolibarr dolibarr, HttpStatusCode status, CancellationToken cancellationToken)
    {
        using var limit = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        limit.CancelAfter(TimeSpan.FromSeconds(30));
        while (await StatusAsync(dolibarr, dolibarr.ApiKey, limit.Token) != status)
        {
            await Task.Delay(TimeSpan.FromMilliseconds(50), TimeProvider.System, limit.Token);
        }

        return $"it answers {(int)status}";
    }

    private async Task<HttpResponseMessage> GetAsync(string path, string key, CancellationToken cancellationToken)
    {
        using var request = new HttpRequestMessage(HttpMethod.Get, path);
        request.Headers.Authorization = new AuthenticationHeaderValue("Bearer", key);
        return await Client.SendAsync(request, cancellationToken);
    }

    private static string PathOf(HostedDolibarr dolibarr) => $"/i/{dolibarr.Name}/v1/entries/{HostedDolibarr.Entry(0)}/token";
}
