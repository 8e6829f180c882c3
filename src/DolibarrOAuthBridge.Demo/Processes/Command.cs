// SPDX-License-Identifier: GPL-3.0-or-later

using System.ComponentModel;
using System.Diagnostics;

namespace DolibarrOAuthBridge.Demo.Processes;

/// <summary>Runs a program to its end.</summary>
internal static class Command
{
    /// <summary>Runs a program and gives back what it wrote to its standard output.</summary>
    /// <exception cref="InvalidOperationException">It is not there or failed; the message holds what it said.</exception>
    public static Task<string> RunAsync(string program, IEnumerable<string> arguments, CancellationToken cancellationToken) =>
        RunAsync(program, arguments, string.Empty, cancellationToken);

    /// <summary>Runs a program with the given standard input, which no other user of this machine can see.</summary>
    /// <exception cref="InvalidOperationException">It is not there or failed; the message holds what it said.</exception>
    public static async Task<string> RunAsync(
        string program,
        IEnumerable<string> arguments,
        string input,
        CancellationToken cancellationToken
    )
    {
        using var process = Start(program, arguments, input);
        var output = process.StandardOutput.ReadToEndAsync(cancellationToken);
        var error = process.StandardError.ReadToEndAsync(cancellationToken);
        try
        {
            await process.WaitForExitAsync(cancellationToken);
        }
        catch (OperationCanceledException)
        {
            process.Kill(entireProcessTree: true);
            throw;
        }

        var said = await output;
        return process.ExitCode == 0
            ? said
            : throw new InvalidOperationException(
                $"{program} failed with status {process.ExitCode}: {(await error).Trim()} {said.Trim()}".Trim()
            );
    }

    /// <summary>Starts a program with the given standard input, empty by default; its output must be read.</summary>
    public static Process Start(string program, IEnumerable<string> arguments, string input = "")
    {
        var start = new ProcessStartInfo(program, arguments)
        {
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        };
        try
        {
            var process = Process.Start(start)!;
            process.StandardInput.Write(input);
            process.StandardInput.Close();
            return process;
        }
        catch (Win32Exception exception)
        {
            throw new InvalidOperationException($"{program} cannot be run: {exception.Message}.", exception);
        }
    }
}
