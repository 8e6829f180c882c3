// SPDX-License-Identifier: GPL-3.0-or-later

using System.Diagnostics;
using System.Globalization;
using System.Net.Sockets;
using DolibarrOAuthBridge.Demo.Processes;

namespace DolibarrOAuthBridge.Benchmarks.Driver;

/// <summary>A server process that is measured from outside: its start, its memory and its share of a core.</summary>
internal sealed class SidecarProcess : IAsyncDisposable
{
    private const double TicksPerSecond = 100; // of /proc/PID/stat

    private readonly Process _process;

    private SidecarProcess(Process process, int port, TimeSpan start)
    {
        _process = process;
        Port = port;
        Start = start;
    }

    /// <summary>The sidecar as it was built beside this program.</summary>
    public static string BuiltHere { get; } = Path.Combine(AppContext.BaseDirectory, "dolibarr-oauth-bridge");

    public int Port { get; }

    /// <summary>From the start of the process to the first answer.</summary>
    public TimeSpan Start { get; }

    /// <summary>Resident memory in MB.</summary>
    public double Megabytes =>
        File.ReadLines($"/proc/{_process.Id}/status")
            .Where(static line => line.StartsWith("VmRSS:", StringComparison.Ordinal))
            .Select(static line => double.Parse(line.Split(' ', StringSplitOptions.RemoveEmptyEntries)[1], CultureInfo.InvariantCulture))
            .Single() / 1024;

    /// <summary>Processor time so far.</summary>
    public TimeSpan Cpu
    {
        get
        {
            var text = File.ReadAllText($"/proc/{_process.Id}/stat");
            var fields = text[(text.LastIndexOf(')') + 2)..].Split(' ');
            return TimeSpan.FromSeconds(
                (long.Parse(fields[11], CultureInfo.InvariantCulture) + long.Parse(fields[12], CultureInfo.InvariantCulture))
                    / TicksPerSecond
            );
        }
    }

    /// <summary>Starts a program that listens on the given port, and waits for its first answer.</summary>
    public static async Task<SidecarProcess> StartAsync(string program, IEnumerable<string> arguments, int port)
    {
        var start = new ProcessStartInfo(program, arguments) { RedirectStandardOutput = true, RedirectStandardError = true };
        start.Environment["ASPNETCORE_URLS"] = null;
        var watch = Stopwatch.StartNew();
        var process = Process.Start(start)!;
        process.OutputDataReceived += static (_, _) => { };
        process.ErrorDataReceived += static (_, _) => { };
        process.BeginOutputReadLine();
        process.BeginErrorReadLine();
        var request = LoadGenerator.Get("/healthz", "none");
        while (true)
        {
            try
            {
                await LoadGenerator.OnceAsync(port, request);
                return new SidecarProcess(process, port, watch.Elapsed);
            }
            catch (SocketException) when (!process.HasExited && watch.Elapsed < TimeSpan.FromSeconds(60))
            {
                await Task.Delay(1);
            }
        }
    }

    public static Task<SidecarProcess> ServeAsync(string program, Stage stage, params string[] more)
    {
        var port = FreePort.Find();
        return StartAsync(program, ["serve", "--urls", $"http://127.0.0.1:{port}", .. stage.Arguments, .. more], port);
    }

    public async ValueTask DisposeAsync()
    {
        if (!_process.HasExited)
        {
            _process.Kill();
        }

        await _process.WaitForExitAsync();
        _process.Dispose();
    }
}
