using System.CommandLine;
using DolibarrOAuthBridge.Http;

namespace DolibarrOAuthBridge.Commands;

/// <summary><c>serve</c>: runs the sidecar until it is told to stop.</summary>
internal sealed class ServeCommand : IBridgeCommand
{
    private const string DefaultUrls = "http://127.0.0.1:8765";

    private readonly Option<string?> _urls = new("--urls") { Description = $"Loopback addresses to listen on, separated by semicolons. Default {DefaultUrls}, or none with --socket.", HelpName = "URLS" };
    private readonly Option<string?> _socket = new("--socket") { Description = "Unix socket to listen on.", HelpName = "PATH" };

    public Command Define() => new("serve", "Run the sidecar.") { _urls, _socket };

    public async Task<int> RunAsync(ParseResult result, Func<CommandContext> open, CancellationToken cancellationToken)
    {
        var socket = result.GetValue(_socket);
        var urls = result.GetValue(_urls) ?? (socket is null ? DefaultUrls : string.Empty);
        try
        {
            var addresses = ListenAddress.Parse(urls);
            var context = open();
            await using (context.ConfigureAwait(false))
            {
                var server = BridgeServer.Build(context.Conf, context.Options, context.Configuration, addresses, socket);
                await using (server.ConfigureAwait(false))
                {
                    await server.StartAsync(cancellationToken).ConfigureAwait(false);
                    foreach (var url in server.Urls)
                    {
                        await Console.Out.WriteLineAsync($"Listening on {url} for the Dolibarr of {context.Options.DolibarrConf}").ConfigureAwait(false);
                    }

                    await server.WaitForShutdownAsync(cancellationToken).ConfigureAwait(false);
                    return 0;
                }
            }
        }
        catch (FormatException exception)
        {
            throw new UsageException(exception.Message);
        }
        catch (IOException exception)
        {
            throw new BridgeException("listen_failed", $"The sidecar cannot listen: {exception.Message}", innerException: exception);
        }
    }
}
