// SPDX-License-Identifier: GPL-3.0-or-later

using System.Diagnostics;

namespace DolibarrOAuthBridge.IntegrationTests.Support;

/// <summary>Runs the sidecar's program at a terminal of its own, which script(1) gives it.</summary>
internal static class Terminal
{
    /// <summary>Runs a command to its end.</summary>
    /// <param name="world">The instance.</param>
    /// <param name="command">The command and its options.</param>
    /// <param name="typed">What the person types.</param>
    /// <param name="noColor">Whether NO_COLOR is set.</param>
    /// <returns>What the terminal shows.</returns>
    public static async Task<string> RunAsync(World world, string[] command, string typed = "", bool noColor = false)
    {
        var info = StartInfo(world, command, noColor);
        (info.RedirectStandardOutput, info.RedirectStandardInput) = (true, true);
        using var process = Process.Start(info)!;
        await process.StandardInput.WriteAsync(typed);
        process.StandardInput.Close();
        var output = await process.StandardOutput.ReadToEndAsync().WaitAsync(Eventually.Limit);
        await process.WaitForExitAsync().WaitAsync(Eventually.Limit);
        return output;
    }

    /// <summary>Starts a command for a conversation.</summary>
    public static RunningCommand Start(World world, params string[] command) => RunningCommand.Start(StartInfo(world, command, true));

    private static ProcessStartInfo StartInfo(World world, string[] command, bool noColor)
    {
        var info = world.StartInfo(command);
        var quoted = string.Join(' ', info.ArgumentList.Prepend(info.FileName).Select(argument => $"'{argument}'"));
        // exec: a shell that stays the parent (dash, not bash) would end by Ctrl-C too, and its status would be seen instead.
        return new ProcessStartInfo("script", ["-qec", $"exec {quoted}", "/dev/null"])
        {
            Environment = { ["TERM"] = "xterm-256color", ["NO_COLOR"] = noColor ? "1" : null },
        };
    }
}
