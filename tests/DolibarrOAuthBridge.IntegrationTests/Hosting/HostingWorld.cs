// SPDX-License-Identifier: GPL-3.0-or-later

using System.Net.Http.Headers;
using System.Text.Json;
using DolibarrOAuthBridge.Demo.Database;
using DolibarrOAuthBridge.Demo.Hosting;
using DolibarrOAuthBridge.IntegrationTests.Support;

namespace DolibarrOAuthBridge.IntegrationTests.Hosting;

/// <summary>A machine with several Dolibarrs and one sidecar for all, the real executable.</summary>
internal sealed class HostingWorld : IAsyncDisposable
{
    private Sidecar? _sidecar;

    private HostingWorld(DolibarrHost host) => Host = host;

    public DolibarrHost Host { get; }

    public Sidecar Sidecar => _sidecar ?? throw new InvalidOperationException("It was not started.");

    public static async Task<HostingWorld> CreateAsync(ScratchMariaDb server) => new(await DolibarrHost.CreateAsync(server));

    public async Task<HostedDolibarr> AddAsync(string name, IReadOnlyDictionary<string, string>? settings = null)
    {
        var dolibarr = await Host.AddAsync(name);
        await Host.PublishAsync(dolibarr, settings);
        return dolibarr;
    }

    public async Task ServeAsync()
    {
        _sidecar = Sidecar.Start(["serve", "--urls", "http://127.0.0.1:0", "--config", Host.ConfigPath], null, string.Empty);
        await _sidecar.WaitUntilListeningAsync();
    }

    public Task<CommandResult> RunAsync(params string[] arguments) => Sidecar.RunAsync([.. arguments, "--config", Host.ConfigPath], null);

    public async Task<(int Status, string Body)> GetAsync(string path, string? key = null, HttpClient? client = null)
    {
        using var request = new HttpRequestMessage(HttpMethod.Get, path);
        request.Headers.Authorization = key is null ? null : new AuthenticationHeaderValue("Bearer", key);
        using var response = await (client ?? Sidecar.Client).SendAsync(request);
        return ((int)response.StatusCode, await response.Content.ReadAsStringAsync());
    }

    public Task<(int Status, string Body)> TokenAsync(HostedDolibarr of, string? key = null, string? name = null) =>
        GetAsync($"/i/{name ?? of.Name}/v1/entries/{HostedDolibarr.Entry(0)}/token", key ?? of.ApiKey);

    public async Task RequireTokenAsync(HostedDolibarr of)
    {
        var (status, body) = await TokenAsync(of);
        Assert.True(status == 200, $"{of.Name}: {status} {body} {Sidecar.Output}");
        Assert.Equal(of.Token(0), JsonDocument.Parse(body).RootElement.GetProperty("access_token").GetString());
    }

    /// <summary>Waits until the sidecar answers so, as it does some time after a SIGHUP.</summary>
    public static Task UntilAsync(Func<Task<bool>> condition, string what) => Eventually.HoldsAsync(condition, what);

    public async ValueTask DisposeAsync()
    {
        if (_sidecar is not null)
        {
            await _sidecar.DisposeAsync();
        }

        await Host.DisposeAsync();
    }
}
