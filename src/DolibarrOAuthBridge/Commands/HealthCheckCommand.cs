// SPDX-License-Identifier: GPL-3.0-or-later

using System.CommandLine;
using System.Net;
using DolibarrOAuthBridge.Diagnosis;
using DolibarrOAuthBridge.Instances;

namespace DolibarrOAuthBridge.Commands;

/// <summary>
/// <c>healthcheck</c>: whether the sidecar beside it answers, for containers that have no shell and no curl. It needs neither conf.php nor
/// the API key.
/// </summary>
internal sealed class HealthCheckCommand : IBridgeCommand
{
    private readonly Option<bool> _live = new("--live") { Description = "Ask only whether the process lives, not whether it is ready." };
    private readonly Option<string?> _sidecar = new("--sidecar")
    {
        Description =
            $"Where the sidecar is: a URL or the path of its socket. Default {SidecarClient.StandardSocket} where it is, "
            + $"else {SidecarClient.StandardAddress}.",
        HelpName = "ADDRESS",
    };

    public Command Define() => new("healthcheck", "Ask the running sidecar whether it is ready; exit 0 if so.") { _live, _sidecar };

    public async Task<int> RunAsync(ParseResult result, Func<CommandContext> open, CancellationToken cancellationToken)
    {
        var address = result.GetValue(_sidecar) ?? SidecarClient.Automatic;
        var instance = result.GetValue<string?>("--instance") ?? string.Empty;
        if (instance.Length > 0 && !InstanceName.IsValid(instance))
        {
            throw new UsageException($"{instance} is no name of an instance.");
        }

        try
        {
            var path = result.GetValue(_live) ? "/healthz" : "/readyz";
            var prefix = SidecarClient.PrefixOf(new BridgeOptions { Instance = instance }, address);
            var (status, body) = await SidecarClient.GetAsync(address, prefix + path, null, cancellationToken);
            await Console.Out.WriteLineAsync(Output.Clean(body)); // whoever listens there wrote it
            return status == HttpStatusCode.OK ? 0 : 1;
        }
        catch (HttpRequestException exception)
        {
            throw new BridgeException(CommandProblemCode.NotRunning, $"The sidecar at {address} does not answer: {exception.Message}");
        }
    }
}
