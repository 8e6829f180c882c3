// SPDX-License-Identifier: GPL-3.0-or-later

using System.Diagnostics;
using System.Net;
using System.Net.Http.Headers;
using System.Text;
using System.Text.Json;

namespace DolibarrOAuthBridge.IntegrationTests.Support;

/// <summary>The real executable as a process.</summary>
internal sealed class Sidecar : IAsyncDisposable
{
    private readonly Process _process;
    private readonly StringBuilder _output = new();
    private readonly TaskCompletionSource<Uri> _listening = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private HttpClient? _client;

    private Sidecar(Process process, string apiKey)
    {
        _process = process;
        ApiKey = apiKey;
    }

    public string ApiKey { get; }

    public Uri Address => _listening.Task.Result;

    public int ProcessId => _process.Id;

    public bool HasExited => _process.HasExited;

    public string Output
    {
        get
        {
            lock (_output)
            {
                return _output.ToString();
            }
        }
    }

    public HttpClient Client =>
        _client ??= new HttpClient(new SocketsHttpHandler { UseProxy = false })
        {
            BaseAddress = Address,
            Timeout = TimeSpan.FromSeconds(100),
            DefaultRequestHeaders = { Authorization = new AuthenticationHeaderValue("Bearer", ApiKey) },
        };

    /// <summary>
    /// The executable under test: the one that was built with the tests, or the published file that BRIDGE_EXECUTABLE names.
    /// </summary>
    public static string Program { get; } =
        Environment.GetEnvironmentVariable("BRIDGE_EXECUTABLE") is { Length: > 0 } published
            ? Path.GetFullPath(published)
            : Path.Combine(AppContext.BaseDirectory, "dolibarr-oauth-bridge");

    public static Sidecar Start(
        IEnumerable<string> arguments,
        IReadOnlyDictionary<string, string>? environment,
        string apiKey,
        string? program = null
    )
    {
        var sidecar = new Sidecar(
            new Process { StartInfo = StartInfo(arguments, environment, program), EnableRaisingEvents = true },
            apiKey
        );
        sidecar._process.OutputDataReceived += (_, line) => sidecar.Note(line.Data);
        sidecar._process.ErrorDataReceived += (_, line) => sidecar.Note(line.Data);
        sidecar._process.Start();
        sidecar._process.BeginOutputReadLine();
        sidecar._process.BeginErrorReadLine();
        return sidecar;
    }

    public static async Task<CommandResult> RunAsync(
        IEnumerable<string> arguments,
        IReadOnlyDictionary<string, string>? environment,
        string? program = null
    )
    {
        using var process = Process.Start(StartInfo(arguments, environment, program))!;
        var output = process.StandardOutput.ReadToEndAsync();
        var error = process.StandardError.ReadToEndAsync();
        using var limit = new CancellationTokenSource(Eventually.Limit);
        try
        {
            await process.WaitForExitAsync(limit.Token);
        }
        catch (OperationCanceledException)
        {
            process.Kill();
            throw;
        }

        return new CommandResult(process.ExitCode, await output, await error);
    }

    public async Task WaitUntilListeningAsync()
    {
        var ended = _process.WaitForExitAsync();
        var first = await Task.WhenAny(_listening.Task, ended).WaitAsync(Eventually.Limit);
        Assert.True(first == _listening.Task, $"The sidecar ended with {(_process.HasExited ? _process.ExitCode : 0)}: {Output}");
    }

    /// <summary>The token as the API gives it.</summary>
    public async Task<string> TokenAsync(string entry = World.Entry, string query = "")
    {
        using var response = await Client.GetAsync(new Uri($"/v1/entries/{entry}/token{query}", UriKind.Relative));
        var body = await response.Content.ReadAsStringAsync();
        var log = response.StatusCode == HttpStatusCode.InternalServerError ? Output : string.Empty;
        Assert.True(response.StatusCode == HttpStatusCode.OK, $"{response.StatusCode}: {body}\n{log}");
        return JsonDocument.Parse(body).RootElement.GetProperty("access_token").GetString()!;
    }

    /// <summary>The status and problem code of a call.</summary>
    public async Task<(int Status, string Code)> ProblemAsync(HttpMethod method, string path)
    {
        using var response = await Client.SendAsync(new HttpRequestMessage(method, path));
        var body = await response.Content.ReadAsStringAsync();
        Assert.Equal("application/problem+json", response.Content.Headers.ContentType?.MediaType);
        return ((int)response.StatusCode, JsonDocument.Parse(body).RootElement.GetProperty("code").GetString()!);
    }

    public async Task<int> StatusAsync(string path)
    {
        using var response = await Client.GetAsync(new Uri(path, UriKind.Relative));
        return (int)response.StatusCode;
    }

    /// <summary>kill -9, and waits until it is gone.</summary>
    public async Task KillAsync()
    {
        _process.Kill();
        await _process.WaitForExitAsync();
    }

    /// <summary>Waits until it has ended by itself.</summary>
    public async Task<int> ExitAsync()
    {
        await _process.WaitForExitAsync().WaitAsync(Eventually.Limit);
        return _process.ExitCode;
    }

    public void Terminate() => Signal("TERM");

    public void Signal(string name)
    {
        using var kill = Process.Start("kill", ["-" + name, _process.Id.ToString(System.Globalization.CultureInfo.InvariantCulture)]);
        kill.WaitForExit();
    }

    public async ValueTask DisposeAsync()
    {
        if (!_process.HasExited)
        {
            _process.Kill();
        }

        await _process.WaitForExitAsync();
        _process.Dispose();
        _client?.Dispose();
    }

    public static ProcessStartInfo StartInfo(
        IEnumerable<string> arguments,
        IReadOnlyDictionary<string, string>? environment,
        string? program
    )
    {
        // A shell starts background jobs with Ctrl-C ignored, and children inherit that; env gives them the default back.
        var start = new ProcessStartInfo("env", ["--default-signal=INT,QUIT", program ?? Program, .. arguments])
        {
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        };
        foreach (var (name, value) in environment ?? new Dictionary<string, string>())
        {
            start.Environment[name] = value;
        }

        return start;
    }

    private void Note(string? line)
    {
        const string Listening = "Listening on ";
        if (line is null)
        {
            return;
        }

        lock (_output)
        {
            _output.AppendLine(line);
        }

        var start = line.IndexOf(Listening, StringComparison.Ordinal); // in JSON it is not at the start
        if (start >= 0 && Uri.TryCreate(line[start..].Split(' ')[2], UriKind.Absolute, out var address))
        {
            _listening.TrySetResult(address);
        }
    }
}
