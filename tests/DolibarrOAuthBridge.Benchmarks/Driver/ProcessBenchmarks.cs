// SPDX-License-Identifier: GPL-3.0-or-later

using System.Diagnostics;
using System.Globalization;
using System.Text.Json;
using DolibarrOAuthBridge.Demo.Processes;

namespace DolibarrOAuthBridge.Benchmarks.Driver;

/// <summary>
/// The published sidecar against a bare Kestrel and against PHP's own read of the row, side by side in one run on one machine: the ratios
/// tell, the times depend on the machine.
/// </summary>
internal static class ProcessBenchmarks
{
    private const int Starts = 9;
    private const int Waiters = 1000;
    private const int ManyEntries = 10_000;
    private const string TokenPath = $"/v1/entries/{Stage.Entry}/token";
    private static readonly TimeSpan LoadTime = TimeSpan.FromSeconds(5);
    private static readonly TimeSpan Settling = TimeSpan.FromSeconds(130); // two looks of each kind tell what there is
    private static readonly TimeSpan Rest = TimeSpan.FromSeconds(65);

    private static readonly Dictionary<string, Func<string, Stage, Task>> Parts = new()
    {
        ["start"] = MeasureStartAsync,
        ["load"] = MeasureLoadAsync,
        ["php"] = MeasurePhpAsync,
        ["waiters"] = MeasureWaitersAsync,
        ["many"] = MeasureManyAsync,
    };

    /// <summary>Measures and prints the table.</summary>
    /// <param name="program">The sidecar's file.</param>
    /// <param name="parts">Which parts; all if none is named.</param>
    public static async Task RunAsync(string program, IReadOnlyList<string> parts)
    {
        Console.WriteLine("| what | figure | goal |\n|---|---|---|");
        await using var stage = await Stage.CreateAsync(program);
        foreach (var (name, measure) in Parts)
        {
            if (parts.Count == 0 || parts.Contains(name))
            {
                await measure(program, stage);
            }
        }
    }

    private static async Task MeasureStartAsync(string program, Stage stage)
    {
        var (starts, sizes) = (new List<TimeSpan>(), new List<double>());
        for (var run = 0; run < Starts; run++)
        {
            await using var sidecar = await SidecarProcess.ServeAsync(program, stage);
            starts.Add(sidecar.Start);
            await Task.Delay(TimeSpan.FromSeconds(1));
            sizes.Add(sidecar.Megabytes);
        }

        starts.Sort();
        sizes.Sort();
        Say("size of the file", $"{new FileInfo(program).Length / 1024 / 1024} MB", string.Empty);
        Say("start to the first answer", $"{Ms(starts[Starts / 2])} (best {Ms(starts[0])})", "< 100 ms");
        Say("resident memory at rest", $"{sizes[Starts / 2]:0} MB", "< 40 MB");
    }

    private static async Task MeasureLoadAsync(string program, Stage stage)
    {
        await using var sidecar = await SidecarProcess.ServeAsync(program, stage);
        var request = LoadGenerator.Get(TokenPath, stage.ApiKey);
        await using var bare = await StartBareAsync(sidecar, stage);
        var curve = new List<string> { $"{sidecar.Megabytes:0}" };
        foreach (var connections in new[] { 1, 16, 64 })
        {
            await LoadGenerator.RunAsync(bare.Port, request, connections, TimeSpan.FromSeconds(1));
            await LoadGenerator.RunAsync(sidecar.Port, request, connections, TimeSpan.FromSeconds(1));
            var (kestrel, kestrelCost) = await LoadAsync(bare, request, connections);
            var (bridge, bridgeCost) = await LoadAsync(sidecar, request, connections);
            curve.Add($"{sidecar.Megabytes:0}");
            Say(
                $"hot token, {connections} connection(s), against bare Kestrel",
                $"{bridge.PerSecond / kestrel.PerSecond:0.00} ({bridge.PerSecond:0} / {kestrel.PerSecond:0} a second; "
                    + $"p50 {Ms(bridge.Median)} / {Ms(kestrel.Median)}, p99 {Ms(bridge.P99)} / {Ms(kestrel.P99)}; "
                    + $"processor time {bridgeCost.TotalMicroseconds:0} / {kestrelCost.TotalMicroseconds:0} µs an answer)",
                "≥ 0.85"
            );
        }

        await Task.Delay(TimeSpan.FromSeconds(5));
        curve.Add($"{sidecar.Megabytes:0}");
        Say("resident memory before, after each load, 5 s later", $"{string.Join(", ", curve)} MB", "< 80 MB after load");
    }

    // The processor time for each answer too: other work on the machine changes it less than the rate.
    private static async Task<(LoadFigures Figures, TimeSpan Cost)> LoadAsync(SidecarProcess server, byte[] request, int connections)
    {
        var before = server.Cpu;
        var figures = await LoadGenerator.RunAsync(server.Port, request, connections, LoadTime);
        return (figures, (server.Cpu - before) / (figures.PerSecond * LoadTime.TotalSeconds));
    }

    private static async Task MeasurePhpAsync(string program, Stage stage)
    {
        var socket = Path.Combine(stage.StateDirectory, "bridge.sock");
        await using var sidecar = await SidecarProcess.ServeAsync(program, stage, "--socket", socket);
        foreach (
            var (name, address, path) in new[]
            {
                ("TCP", $"http://127.0.0.1:{sidecar.Port}", ""),
                ("unix socket", "http://localhost", socket),
            }
        )
        {
            var script = Path.Combine(AppContext.BaseDirectory, "php", "fetch.php");
            var said = await Command.RunAsync(
                "php",
                [script, stage.Install.ConfPath, "Google-Mail", address, TokenPath, stage.ApiKey, path],
                CancellationToken.None
            );
            var times = JsonDocument.Parse(said).RootElement;
            var (stock, fetch) = (times.GetProperty("stock").GetDouble(), times.GetProperty("fetch").GetDouble());
            Say($"PHP fetch over {name} against a stock read", $"{fetch / stock:0.0} ({fetch:0} / {stock:0} µs)", "≤ 1.0 over the socket");
        }
    }

    private static async Task MeasureWaitersAsync(string program, Stage stage)
    {
        await using var sidecar = await SidecarProcess.ServeAsync(program, stage);
        var request = LoadGenerator.Get(TokenPath, stage.ApiKey);
        var alone = TimeSpan.Zero;
        for (var round = 0; round < 3; round++)
        {
            await ExpireAsync(stage);
            alone = await LoadGenerator.OnceAsync(sidecar.Port, request);
        }

        Say("one caller and an expired token, without the provider's time", Ms(alone - Stage.ProviderDelay), string.Empty);
        await using var bare = await StartBareAsync(sidecar, stage);
        var (median, p99) = await CrowdAsync(bare, LoadGenerator.Get(BareKestrel.LatePath, stage.ApiKey));
        Say(
            $"{Waiters} callers of a bare Kestrel that answers after {Stage.ProviderDelay.TotalMilliseconds:0} ms, without these",
            $"p50 {Ms(median)}, p99 {Ms(p99)}",
            string.Empty
        );

        await ExpireAsync(stage);
        var before = stage.Calls;
        (median, p99) = await CrowdAsync(sidecar, request);
        Say(
            $"{Waiters} waiters on one expired token, without the provider's {Stage.ProviderDelay.TotalMilliseconds:0} ms",
            $"p50 {Ms(median)}, p99 {Ms(p99)}, {stage.Calls - before} call(s)",
            "p99 ≤ 50 ms, one call"
        );
    }

    private static async Task<(TimeSpan Median, TimeSpan P99)> CrowdAsync(SidecarProcess server, byte[] request)
    {
        var times = await Task.WhenAll(
            Enumerable.Range(0, Waiters).Select(_ => Task.Run(() => LoadGenerator.OnceAsync(server.Port, request)))
        );
        Array.Sort(times);
        return (LoadGenerator.Quantile(times, 0.5) - Stage.ProviderDelay, LoadGenerator.Quantile(times, 0.99) - Stage.ProviderDelay);
    }

    // It answers what the sidecar answers.
    private static async Task<SidecarProcess> StartBareAsync(SidecarProcess sidecar, Stage stage)
    {
        var body = Path.Combine(stage.StateDirectory, "body.json");
        await File.WriteAllTextAsync(body, await BodyAsync(sidecar.Port, stage.ApiKey));
        var port = FreePort.Find();
        var bare = await SidecarProcess.StartAsync(Environment.ProcessPath!, ["kestrel", $"{port}", body], port);
        File.Delete(body);
        return bare;
    }

    private static async Task ExpireAsync(Stage stage)
    {
        await stage.SetTokenAsync(TimeSpan.FromMinutes(-5));
        await Task.Delay(TimeSpan.FromSeconds(1.1)); // what the sidecar remembers of the valid one is over
    }

    private static async Task MeasureManyAsync(string program, Stage stage)
    {
        await stage.AddEntriesAsync(ManyEntries);
        await using var sidecar = await SidecarProcess.ServeAsync(program, stage);
        await Task.Delay(Settling);
        var (cpu, watch) = (sidecar.Cpu, Stopwatch.StartNew());
        await Task.Delay(Rest);
        Say(
            $"{ManyEntries} entries at rest",
            $"{(sidecar.Cpu - cpu) / watch.Elapsed * 100:0.0} % of a core, {sidecar.Megabytes:0} MB",
            "< 2 %, < 120 MB"
        );
        using var client = Client(stage.ApiKey);
        foreach (
            var (name, path) in new[]
            {
                ("`/v1/entries`", "/v1/entries"),
                ("`/metrics`", "/metrics"),
                ("one token", "/v1/entries/GENERIC-E77/token"),
            }
        )
        {
            var start = Stopwatch.GetTimestamp();
            (await client.GetAsync(new Uri($"http://127.0.0.1:{sidecar.Port}{path}"))).EnsureSuccessStatusCode();
            Say($"{ManyEntries} entries, {name}", Ms(Stopwatch.GetElapsedTime(start)), path == "/v1/entries" ? "< 2 s" : string.Empty);
        }
    }

    private static async Task<string> BodyAsync(int port, string apiKey)
    {
        using var client = Client(apiKey);
        return await client.GetStringAsync(new Uri($"http://127.0.0.1:{port}{TokenPath}"));
    }

    private static HttpClient Client(string apiKey) =>
        new(new SocketsHttpHandler { UseProxy = false })
        {
            Timeout = TimeSpan.FromMinutes(2),
            DefaultRequestHeaders = { Authorization = new("Bearer", apiKey) },
        };

    private static string Ms(TimeSpan time) => string.Create(CultureInfo.InvariantCulture, $"{time.TotalMilliseconds:0.##} ms");

    private static void Say(string what, string figure, string goal) => Console.WriteLine($"| {what} | {figure} | {goal} |");
}
