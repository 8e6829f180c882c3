// SPDX-License-Identifier: GPL-3.0-or-later

using System.Net.Http.Headers;
using System.Net.Http.Json;
using System.Net.Sockets;
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

    /// <summary>Makes the machine, with nothing on it.</summary>
    /// <param name="server">The database server.</param>
    /// <param name="settings">More settings below <c>Bridge</c>.</param>
    public static async Task<HostingWorld> CreateAsync(ScratchMariaDb server, IReadOnlyDictionary<string, string>? settings = null) =>
        new(await DolibarrHost.CreateAsync(server, settings));

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

    /// <summary>A call with an instance's own key.</summary>
    public async Task<(int Status, string Body)> PostAsync(HostedDolibarr of, string path, object? body = null)
    {
        using var request = new HttpRequestMessage(HttpMethod.Post, $"/i/{of.Name}/{path}");
        request.Content = body is null ? null : JsonContent.Create(body);
        request.Headers.Authorization = new AuthenticationHeaderValue("Bearer", of.ApiKey);
        using var response = await Sidecar.Client.SendAsync(request);
        return ((int)response.StatusCode, await response.Content.ReadAsStringAsync());
    }

    public async Task RequireTokenAsync(HostedDolibarr of, HttpClient? client = null)
    {
        var (status, body) = client is null
            ? await TokenAsync(of)
            : await GetAsync($"/v1/entries/{HostedDolibarr.Entry(0)}/token", of.ApiKey, client);
        Assert.True(status == 200, $"{of.Name}: {status} {body} {Sidecar.Output}");
        Assert.Equal(of.Token(0), JsonDocument.Parse(body).RootElement.GetProperty("access_token").GetString());
    }

    /// <summary>A client of a socket.</summary>
    /// <param name="path">The socket's path.</param>
    /// <param name="isKept">Whether a connection is kept for the next request.</param>
    public static HttpClient ClientOf(string path, bool isKept = true) =>
        new(
            new SocketsHttpHandler
            {
                PooledConnectionLifetime = isKept ? Timeout.InfiniteTimeSpan : TimeSpan.Zero,
                ConnectCallback = async (_, cancellation) =>
                {
                    var socket = new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
                    await socket.ConnectAsync(new UnixDomainSocketEndPoint(path), cancellation);
                    return new NetworkStream(socket, ownsSocket: true);
                },
            }
        )
        {
            BaseAddress = new Uri("http://localhost"),
        };

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
