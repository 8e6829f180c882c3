// SPDX-License-Identifier: GPL-3.0-or-later

using System.CommandLine;
using System.Runtime.InteropServices;
using DolibarrOAuthBridge.Dolibarr.Configuration;
using DolibarrOAuthBridge.Dolibarr.Database;
using DolibarrOAuthBridge.Dolibarr.Tokens;

namespace DolibarrOAuthBridge.Commands;

/// <summary>The command line: exit status 0 done, 1 failed, 2 wrong usage.</summary>
internal static class CommandLine
{
    private const int Failed = 1;
    private const int WrongUsage = 2;
    private const int MostPatientSignals = 2; // the third ends the process as it is

    public static async Task<int> RunAsync(string[] args)
    {
        var split = ConfigurationArguments.Split(args);
        var common = new CommonOptions();
        var root = new RootCommand("Gets, keeps, refreshes and hands out Dolibarr's OAuth tokens.");
        common.AddTo(root);
        IBridgeCommand[] commands =
        [
            new ServeCommand(),
            new InitCommand(),
            new EntriesCommand(),
            new TokenCommand(),
            new RefreshCommand(),
            new ConnectCommand(),
            new ConsentCommand(),
            new RevokeCommand(),
            new PauseCommand(),
            new ResumeCommand(),
            new ExportCommand(),
            new ImportCommand(),
            new CheckCommand(),
            new InspectCommand(),
            new HistoryCommand(),
            new DoctorCommand(),
            new HealthCheckCommand(),
            new RekeyCommand(),
            new NotifyCommand(),
            new CleanupCommand(),
            new PruneCommand(),
            new InstancesCommand(),
            new VersionCommand(),
        ];
        foreach (var definition in commands)
        {
            var command = definition.Define();
            command.SetAction((result, cancellationToken) => ExecuteAsync(definition, result, common, split.Settings, cancellationToken));
            root.Subcommands.Add(command);
        }

        var parsed = root.Parse(split.Arguments.ToArray());
        if (parsed.Errors.Count > 0)
        {
            foreach (var error in parsed.Errors)
            {
                await Console.Error.WriteLineAsync(InWords(error.Message));
            }

            await Console.Error.WriteLineAsync("Run dolibarr-oauth-bridge --help.");
            return WrongUsage;
        }

        // Heard before the command begins, so that no question can be on the screen that Ctrl-C does not end in order. The library's own
        // handler comes after the command has begun. No time limit: a refresh under way must not be cut off but by who insists.
        var signals = 0;
        using var ending = new CancellationTokenSource();
        using var interrupt = PosixSignalRegistration.Create(PosixSignal.SIGINT, End);
        using var terminate = PosixSignalRegistration.Create(PosixSignal.SIGTERM, End);
        return await parsed.InvokeAsync(new InvocationConfiguration { ProcessTerminationTimeout = null }, ending.Token);

        void End(PosixSignalContext signal)
        {
            signal.Cancel = Interlocked.Increment(ref signals) <= MostPatientSignals;
            ending.Cancel();
        }
    }

    // The library names types of .NET.
    private static string InWords(string message) =>
        message.Replace("as expected type 'System.Int32'", "as a whole number of ordinary size", StringComparison.Ordinal);

    private static async Task<int> ExecuteAsync(
        IBridgeCommand command,
        ParseResult result,
        CommonOptions common,
        IReadOnlyList<string> settings,
        CancellationToken cancellationToken
    )
    {
        try
        {
            return await command.RunAsync(result, () => CommandContext.Create(result, common, settings, command), cancellationToken);
        }
        catch (UsageException exception)
        {
            await Console.Error.WriteLineAsync(exception.Message);
            return WrongUsage;
        }
        catch (Exception exception) when (exception is BridgeException or StoreException)
        {
            var told = BridgeException.Of(exception);
            return await FailAsync(told.Code, told.Message);
        }
        catch (Exception exception) when (exception is DolibarrConfException or SecretUnreadableException or NotStorableException)
        {
            return await FailAsync(CommandProblemCode.Configuration, exception.Message);
        }
        catch (OperationCanceledException) when (cancellationToken.IsCancellationRequested)
        {
            return Failed;
        }
    }

    private static async Task<int> FailAsync(string code, string message)
    {
        await Console.Error.WriteLineAsync(Output.Clean($"{code}: {message.ReplaceLineEndings(" ")}"));
        return Failed;
    }
}
