// SPDX-License-Identifier: GPL-3.0-or-later

using System.Diagnostics;
using DolibarrOAuthBridge.Demo.Processes;

namespace DolibarrOAuthBridge.Demo.Sidecar;

/// <summary>The sidecar's program as a user runs it, for one Dolibarr and with a state directory of its own.</summary>
/// <param name="confPath">Dolibarr's conf.php.</param>
/// <param name="stateDirectory">The directory of the refresh journal.</param>
/// <param name="settings">Settings such as <c>--Providers:Google:TokenEndpoint=URL</c>.</param>
public sealed class SidecarProgram(string confPath, string stateDirectory, IReadOnlyList<string> settings)
{
    /// <summary>The program, built beside this one.</summary>
    public static string Path { get; } = System.IO.Path.Combine(AppContext.BaseDirectory, "dolibarr-oauth-bridge.dll");

    /// <summary>Runs a command to its end.</summary>
    /// <param name="arguments">The command and its arguments, such as <c>token GOOGLE-Mail</c>.</param>
    /// <param name="cancellationToken">Kills the command.</param>
    public Task<CommandResult> RunAsync(IEnumerable<string> arguments, CancellationToken cancellationToken = default) =>
        FinishAsync(Start(arguments), cancellationToken);

    /// <summary>Runs a command for the instances of a configuration to its end.</summary>
    public static Task<CommandResult> RunAsync(
        string configPath,
        IEnumerable<string> arguments,
        CancellationToken cancellationToken = default
    ) => FinishAsync(Command.Start("dotnet", [Path, .. arguments, "--config", configPath]), cancellationToken);

    /// <summary>Starts <c>serve</c> for the instances of a configuration on a free port and waits until it listens.</summary>
    /// <exception cref="InvalidOperationException">It ended instead; the message holds what it said.</exception>
    public static Task<SidecarServer> ServeAsync(string configPath, CancellationToken cancellationToken = default) =>
        SidecarServer.WaitForAsync(
            Command.Start("dotnet", [Path, "serve", "--urls", "http://127.0.0.1:0", "--config", configPath]),
            cancellationToken
        );

    private static async Task<CommandResult> FinishAsync(Process process, CancellationToken cancellationToken)
    {
        using var _ = process;
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

        return new CommandResult(process.ExitCode, await output, await error);
    }

    /// <summary>Starts <c>serve</c> on a free port and waits until it listens.</summary>
    /// <exception cref="InvalidOperationException">It ended instead; the message holds what it said.</exception>
    public Task<SidecarServer> ServeAsync(CancellationToken cancellationToken = default) =>
        SidecarServer.WaitForAsync(Start(["serve", "--urls", "http://127.0.0.1:0"]), cancellationToken);

    private Process Start(IEnumerable<string> arguments) =>
        Command.Start("dotnet", [Path, .. arguments, "--dolibarr-conf", confPath, "--state-directory", stateDirectory, .. settings]);
}
