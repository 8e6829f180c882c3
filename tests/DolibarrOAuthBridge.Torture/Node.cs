// SPDX-License-Identifier: GPL-3.0-or-later

using System.Diagnostics;
using System.Net.Http.Headers;
using System.Text.Json;
using DolibarrOAuthBridge.Demo.Sidecar;

namespace DolibarrOAuthBridge.Torture;

/// <summary>A sidecar: the real program, with places where it can be made to die.</summary>
internal sealed class Node : IAsyncDisposable
{
    private readonly Process _process;
    private readonly SidecarServer _server;
    private readonly string _apiKey;
    private readonly HttpClient _client;

    private Node(Process process, SidecarServer server, string apiKey)
    {
        (_process, _server, _apiKey) = (process, server, apiKey);
        _client = NewClient();
    }

    public string Log => _server.Log;

    public Uri Address => _server.BaseAddress;

    public Process Process => _process;

    public bool HasExited => _process.HasExited;

    private static string Program { get; } = Path.Combine(AppContext.BaseDirectory, "dolibarr-oauth-bridge");

    /// <summary>Runs a command to its end and gives its output.</summary>
    public static async Task<string> RunAsync(IEnumerable<string> arguments)
    {
        using var process = Process.Start(StartInfo(Program, arguments))!;
        var (output, error) = (process.StandardOutput.ReadToEndAsync(), process.StandardError.ReadToEndAsync());
        await process.WaitForExitAsync();
        return process.ExitCode == 0 ? await output : throw new InvalidOperationException($"{await output}{await error}");
    }

    /// <summary>Starts a sidecar and waits until it listens.</summary>
    /// <param name="arguments">Its arguments.</param>
    /// <param name="apiKey">The API key.</param>
    /// <param name="crashAt">Where it dies as by kill -9; null for nowhere.</param>
    /// <param name="isElsewhere">Whether it counts as on another machine: with a process id space and a host name of its own.</param>
    public static async Task<Node> StartAsync(
        IEnumerable<string> arguments,
        string apiKey,
        string? crashAt = null,
        bool isElsewhere = false
    )
    {
        var start = isElsewhere
            ? StartInfo(
                "unshare",
                ["--pid", "--uts", "--fork", "--kill-child", "sh", "-c", "hostname elsewhere; exec \"$@\"", "sh", Program, .. arguments]
            )
            : StartInfo(Program, arguments);
        start.Environment["BRIDGE_TEST_CRASH_AT"] = crashAt;
        var process = Process.Start(start)!;
        using var limit = new CancellationTokenSource(TimeSpan.FromSeconds(60));
        return new Node(process, await SidecarServer.WaitForAsync(process, limit.Token), apiKey);
    }

    /// <summary>A client with connections of its own.</summary>
    public HttpClient NewClient() =>
        new(new SocketsHttpHandler { UseProxy = false })
        {
            BaseAddress = Address,
            Timeout = TimeSpan.FromSeconds(60),
            DefaultRequestHeaders = { Authorization = new AuthenticationHeaderValue("Bearer", _apiKey) },
        };

    /// <summary>Asks for the token, or for a forced refresh. Status 0 means that the sidecar did not answer.</summary>
    public async Task<(int Status, string Text)> TokenAsync(string entry, bool isForced = false)
    {
        try
        {
            using var request = isForced
                ? new HttpRequestMessage(HttpMethod.Post, new Uri($"/v1/entries/{entry}/token/refresh", UriKind.Relative))
                : new HttpRequestMessage(HttpMethod.Get, new Uri($"/v1/entries/{entry}/token", UriKind.Relative));
            using var response = await _client.SendAsync(request);
            return ((int)response.StatusCode, await response.Content.ReadAsStringAsync());
        }
        catch (Exception exception) when (exception is HttpRequestException or TaskCanceledException or IOException)
        {
            return (0, exception.Message);
        }
    }

    /// <summary>The status of <c>/readyz</c>.</summary>
    public async Task<int> ReadyAsync()
    {
        using var response = await _client!.GetAsync(new Uri("/readyz", UriKind.Relative));
        return (int)response.StatusCode;
    }

    /// <summary>The body of a GET that must go well, and how long it took.</summary>
    public async Task<(string Body, TimeSpan Took)> GetAsync(string path)
    {
        var start = Stopwatch.GetTimestamp();
        var body = await _client.GetStringAsync(new Uri(path, UriKind.Relative));
        return (body, Stopwatch.GetElapsedTime(start));
    }

    /// <summary>A number in an answer.</summary>
    public static long NumberIn(string json, string name) => JsonDocument.Parse(json).RootElement.GetProperty(name).GetInt64();

    /// <summary>kill -9.</summary>
    public async Task KillAsync()
    {
        _process.Kill();
        await _process.WaitForExitAsync();
    }

    public async ValueTask DisposeAsync()
    {
        if (!_process.HasExited)
        {
            _process.Kill(entireProcessTree: true);
        }

        await _process.WaitForExitAsync();
        _process.Dispose();
        _client.Dispose();
    }

    private static ProcessStartInfo StartInfo(string program, IEnumerable<string> arguments) =>
        new(program, arguments) { RedirectStandardOutput = true, RedirectStandardError = true };
}
