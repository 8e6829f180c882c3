// SPDX-License-Identifier: GPL-3.0-or-later

using System.Diagnostics;
using System.Globalization;
using System.Net.Http.Headers;
using DolibarrOAuthBridge.Demo.Database;
using DolibarrOAuthBridge.Demo.Hosting;
using DolibarrOAuthBridge.Demo.Processes;

namespace DolibarrOAuthBridge.Benchmarks.Driver;

/// <summary>One sidecar with many instances of ten entries each, beside the same sidecar with one: <c>make bench-hosting</c>.</summary>
internal static class HostingBenchmark
{
    private const int Entries = 10;
    private const int AtOnce = 4;
    private const int Asked = 200; // instances that tokens are taken of

    private static readonly TimeSpan FirstRound = TimeSpan.FromSeconds(50);
    private static readonly TimeSpan Rest = TimeSpan.FromSeconds(44); // two rounds

    public static async Task RunAsync(string program, int number)
    {
        await using var server = await ScratchMariaDb.StartAsync(
            new ScratchMariaDbOptions { Arguments = ["--innodb-buffer-pool-size=128M", "--table-open-cache=4000"] }
        );
        var single = await MeasureAsync(program, server, 1);
        var many = await MeasureAsync(program, server, number);
        Write("what", "1 instance", $"{number} instances", "goal");
        Write("---", "---", "---", "---");
        Write("start to the first answer of `/healthz`", Ms(single.Alive), Ms(many.Alive), "at once");
        Write("start to ready (`/readyz`)", Ms(single.Ready), Ms(many.Ready), "< 2,000 ms");
        Write("resident memory at rest", Mb(single.Megabytes), Mb(many.Megabytes), string.Empty);
        var each = (many.Megabytes - single.Megabytes) * 1024 / Math.Max(1, number - 1);
        Write("for each further instance at rest", string.Empty, $"{each:0} kB", "< 100 kB");
        Write("processor time at rest", Percent(single.Core), Percent(many.Core), "< 5 % of a core");
        Write("the first token of an instance at rest, p50", Ms(single.Cold), Ms(many.Cold), "as with one");
        Write("a token of an instance in use, p50", Ms(single.Hot), Ms(many.Hot), "as with one");
        Write("resident memory after that", Mb(single.Busy), Mb(many.Busy), string.Empty);
    }

    private static async Task<Figures> MeasureAsync(string program, ScratchMariaDb server, int number)
    {
        await using var host = await DolibarrHost.CreateAsync(server);
        var all = new HostedDolibarr[number];
        var made = 0;
        await Parallel.ForEachAsync(
            Enumerable.Range(0, number),
            new ParallelOptions { MaxDegreeOfParallelism = AtOnce },
            async (index, cancellation) =>
            {
                all[index] = await host.AddAsync($"i{index:0000}", Entries, cancellation);
                await host.PublishAsync(all[index]);
                if (Interlocked.Increment(ref made) % 100 == 0)
                {
                    await Console.Error.WriteLineAsync($"{made} databases made");
                }
            }
        );
        var port = FreePort.Find();
        var watch = Stopwatch.StartNew();
        await using var sidecar = await SidecarProcess.StartAsync(
            program,
            ["serve", "--urls", $"http://127.0.0.1:{port}", "--config", host.ConfigPath],
            port
        );
        using var client = new HttpClient { BaseAddress = new Uri($"http://127.0.0.1:{port}") };
        using (var ready = await client.GetAsync(new Uri("/readyz", UriKind.Relative)))
        {
            ready.EnsureSuccessStatusCode();
        }

        var readyAfter = watch.Elapsed;
        await Task.Delay(FirstRound);
        var before = sidecar.Cpu;
        await Task.Delay(Rest);
        var core = (sidecar.Cpu - before) / Rest;
        var megabytes = sidecar.Megabytes;
        var asked = all.Length <= Asked ? all : [.. Enumerable.Range(0, Asked).Select(index => all[index * all.Length / Asked])];
        var cold = await TimesAsync(client, asked);
        var hot = await TimesAsync(client, [.. Enumerable.Repeat(all[^1], Asked)]);
        return new Figures(sidecar.Start, readyAfter, megabytes, core, Median(cold), Median(hot), sidecar.Megabytes);
    }

    private static async Task<List<TimeSpan>> TimesAsync(HttpClient client, IReadOnlyList<HostedDolibarr> dolibarrs)
    {
        var times = new List<TimeSpan>();
        foreach (var dolibarr in dolibarrs)
        {
            using var request = new HttpRequestMessage(
                HttpMethod.Get,
                $"/i/{dolibarr.Name}/v1/entries/{HostedDolibarr.Entry(times.Count % Entries)}/token"
            );
            request.Headers.Authorization = new AuthenticationHeaderValue("Bearer", dolibarr.ApiKey);
            var watch = Stopwatch.StartNew();
            using var answer = await client.SendAsync(request);
            times.Add(watch.Elapsed);
            answer.EnsureSuccessStatusCode();
        }

        return times;
    }

    private static TimeSpan Median(List<TimeSpan> times) => times.Order().ElementAt(times.Count / 2);

    private static void Write(params string[] cells) => Console.WriteLine($"| {string.Join(" | ", cells)} |");

    private static string Ms(TimeSpan time) => string.Create(CultureInfo.InvariantCulture, $"{time.TotalMilliseconds:N1} ms");

    private static string Mb(double megabytes) => string.Create(CultureInfo.InvariantCulture, $"{megabytes:0} MB");

    private static string Percent(double share) => string.Create(CultureInfo.InvariantCulture, $"{share * 100:0.0} %");

    private sealed record Figures(TimeSpan Alive, TimeSpan Ready, double Megabytes, double Core, TimeSpan Cold, TimeSpan Hot, double Busy);
}
