using System.CommandLine;
using System.Reflection;
using DolibarrOAuthBridge.Http.Contracts;

namespace DolibarrOAuthBridge.Commands;

/// <summary><c>version</c>: prints the version.</summary>
internal sealed class VersionCommand : IBridgeCommand
{
    /// <summary>The program's version, such as 0.1.0.</summary>
    public static string Current =>
        Assembly.GetExecutingAssembly().GetCustomAttribute<AssemblyInformationalVersionAttribute>()?.InformationalVersion ?? "unknown";

    public Command Define() => new("version", "Print the version.");

    public async Task<int> RunAsync(ParseResult result, Func<CommandContext> open, CancellationToken cancellationToken)
    {
        await (result.GetValue<bool>("--json")
            ? Output.WriteJsonAsync(new VersionJson(Current), BridgeJson.Default.VersionJson)
            : Console.Out.WriteLineAsync(Current)).ConfigureAwait(false);
        return 0;
    }
}
