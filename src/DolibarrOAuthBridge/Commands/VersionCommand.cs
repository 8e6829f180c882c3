// SPDX-License-Identifier: GPL-3.0-or-later

using System.CommandLine;

namespace DolibarrOAuthBridge.Commands;

/// <summary><c>version</c>: prints the version, and how the program was built.</summary>
internal sealed class VersionCommand : IBridgeCommand
{
    public Command Define() => new("version", "Print the version, and whether the build is native or portable.");

    public async Task<int> RunAsync(ParseResult result, Func<CommandContext> open, CancellationToken cancellationToken)
    {
        await (
            result.GetValue<bool>("--json")
                ? Output.WriteJsonAsync(new BuildJson(BridgeVersion.Current, BridgeVersion.Build), CommandJson.Default.BuildJson)
                : Console.Out.WriteLineAsync($"{BridgeVersion.Current} ({BridgeVersion.Build})")
        );
        return 0;
    }
}

/// <summary>What <c>version --json</c> prints.</summary>
/// <param name="Version">Such as <c>0.1.0</c>.</param>
/// <param name="Build"><c>native</c> or <c>portable</c>.</param>
internal sealed record BuildJson(string Version, string Build);
