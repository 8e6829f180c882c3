// SPDX-License-Identifier: GPL-3.0-or-later

using System.Diagnostics;
using System.Runtime.CompilerServices;
using DolibarrOAuthBridge.Demo.Database;

namespace DolibarrOAuthBridge.Demo.Tests.Support;

/// <summary>This test program once more, as a process that starts a server and then waits to be killed.</summary>
internal static class Orphan
{
    private const string Switch = "SCRATCH_MARIADB_ORPHAN";

    /// <summary>Starts the process and reads where its server lives.</summary>
    public static async Task<(Process Process, int ServerId, string Directory)> StartAsync(CancellationToken cancellationToken)
    {
        var program = Path.Combine(AppContext.BaseDirectory, typeof(Orphan).Assembly.GetName().Name!);
        var process = Process.Start(
            new ProcessStartInfo(program)
            {
                RedirectStandardOutput = true,
                RedirectStandardInput = true,
                Environment = { [Switch] = "1" },
            }
        )!;
        var line = await process.StandardOutput.ReadLineAsync(cancellationToken)
            ?? throw new InvalidOperationException("The process said nothing.");
        var parts = line.Split(' ', 2);
        return (process, int.Parse(parts[0], System.Globalization.CultureInfo.InvariantCulture), parts[1]);
    }

    // Before the test runner's own Main.
#pragma warning disable CA2255 // a program, not a library
    [ModuleInitializer]
    internal static void Run()
    {
        if (Environment.GetEnvironmentVariable(Switch) is null)
        {
            return;
        }

        var server = ScratchMariaDb.StartAsync().GetAwaiter().GetResult();
        Console.WriteLine($"{server.ProcessId} {server.DirectoryPath}");
        Console.In.ReadToEnd();
        Environment.Exit(1);
    }
#pragma warning restore CA2255
}
