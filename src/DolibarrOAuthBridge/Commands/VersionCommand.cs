// SPDX-License-Identifier: GPL-3.0-or-later

using System.CommandLine;
using DolibarrOAuthBridge.Http.Contracts;

namespace DolibarrOAuthBridge.Commands;

/// <summary><c>version</c>: prints the version.</summary>
internal sealed class VersionCommand : IBridgeCommand
{
    public Command Define() => new("version", "Print the version.");

    public async Task<int> RunAsync(ParseResult result, Func<CommandContext> open, CancellationToken cancellationToken)
    {
        await (
            result.GetValue<bool>("--json")
                ? Output.WriteJsonAsync(new VersionJson(BridgeVersion.Current), CommandJson.Default.VersionJson)
                : Console.Out.WriteLineAsync(BridgeVersion.Current)
        );
        return 0;
    }
}
