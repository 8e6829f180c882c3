// SPDX-License-Identifier: GPL-3.0-or-later

using System.CommandLine;
using System.Net.Sockets;
using DolibarrOAuthBridge.Dolibarr.Configuration;
using DolibarrOAuthBridge.Http;
using DolibarrOAuthBridge.Instances;

namespace DolibarrOAuthBridge.Commands;

/// <summary><c>serve</c>: runs the sidecar until it is told to stop.</summary>
internal sealed partial class ServeCommand : IBridgeCommand
{
    private const string DefaultUrls = "http://127.0.0.1:8765";

    private readonly Option<string?> _urls = new("--urls")
    {
        Description =
            "Loopback addresses to listen on, separated by semicolons. "
            + $"Default {DefaultUrls}, or none with --socket or sockets of systemd.",
        HelpName = "URLS",
    };
    private readonly Option<string?> _socket = new("--socket") { Description = "Unix socket to listen on.", HelpName = "PATH" };
    private readonly Option<string?> _socketMode = new("--socket-mode")
    {
        Description = "File mode of the unix socket, whatever the umask. Default 0660.",
        HelpName = "MODE",
    };
    private readonly Option<string?> _socketGroup = new("--socket-group")
    {
        Description = "Group of the unix socket, such as www-data.",
        HelpName = "NAME",
    };

    public bool IsOfOneInstance(ParseResult result) => false;

    public Command Define() => new("serve", "Run the sidecar.") { _urls, _socket, _socketMode, _socketGroup };

    public async Task<int> RunAsync(ParseResult result, Func<CommandContext> open, CancellationToken cancellationToken)
    {
        try
        {
            var socket = Socket(result);
            var handles = ActivatedSockets.Find(Environment.GetEnvironmentVariable);
            var urls = result.GetValue(_urls) ?? (socket is null && handles.Count == 0 ? DefaultUrls : string.Empty);
            var addresses = ListenAddress.Parse(urls);
            var (context, instances) = await OpenAsync(open, handles, cancellationToken);
            await using (context)
            {
                foreach (var address in addresses)
                {
                    address.RequireFree();
                }

                var server = BridgeServer.Build(
                    context.HasConf ? context.Conf : null,
                    context.Options,
                    context.Configuration,
                    addresses,
                    socket,
                    handles,
                    FirstRead(context, instances)
                );
                await using (server)
                {
                    await server.StartAsync(cancellationToken);
                    await ReportAsync(server, context.Options);

                    await server.WaitForShutdownAsync(cancellationToken);
                    return 0;
                }
            }
        }
        catch (FormatException exception)
        {
            throw new UsageException(exception.Message);
        }
        catch (Exception exception) when (exception is IOException or SocketException)
        {
            throw new BridgeException(
                CommandProblemCode.ListenFailed,
                $"The sidecar cannot listen: {exception.Message}",
                innerException: exception
            );
        }
    }

    // What was read to see whether the sidecar can start is what it starts with.
    private static Func<InstanceCatalogue>? FirstRead(CommandContext context, InstanceCatalogue? first) =>
        context.ReadInstances is { } read ? () => Interlocked.Exchange(ref first, null) ?? read() : null;

    // Whoever connects to sockets that systemd holds is told why there is no bridge; the reason is on the terminal or in the log too.
    private static async Task<(CommandContext Context, InstanceCatalogue? Instances)> OpenAsync(
        Func<CommandContext> open,
        IReadOnlyList<int> handles,
        CancellationToken cancellationToken
    )
    {
        var (opened, problem) = TryOpen(open, isFinal: handles.Count == 0);
        if (problem is not null)
        {
            await Console.Error.WriteLineAsync($"{problem} Callers are told so until it is mended.");
            await UnreadyServer.RunAsync(
                handles,
                problem,
                () =>
                {
                    (opened, var present) = TryOpen(open, isFinal: false);
                    return present;
                },
                cancellationToken
            );
        }

        return opened!.Value;
    }

    // Everything that the settings of the process name is read once.
    private static ((CommandContext, InstanceCatalogue?)? Opened, string? Problem) TryOpen(Func<CommandContext> open, bool isFinal)
    {
        try
        {
            var context = open();
            _ = new OperatorKey(context.Options.OperatorKeyFile);
            return ((context, context.ReadInstances?.Invoke()), null);
        }
        catch (Exception exception) when (!isFinal && exception is (UsageException or DolibarrConfException or FormatException))
        {
            return (null, exception.Message);
        }
    }

    private UnixSocket? Socket(ParseResult result)
    {
        var (path, mode, group) = (result.GetValue(_socket), result.GetValue(_socketMode), result.GetValue(_socketGroup));
        if (path is null)
        {
            return mode is null && group is null
                ? null
                : throw new UsageException("--socket-mode and --socket-group are about the socket that --socket names.");
        }

        return new UnixSocket(path, SocketMode.Parse(mode), group);
    }

    private static async Task ReportAsync(WebApplication server, BridgeOptions options)
    {
        var conf = options.DolibarrConf.Length > 0 ? options.DolibarrConf : "several instances";
        foreach (var address in server.Urls)
        {
            if (options.LogFormat == LogFormat.Json)
            {
                Log.Listening(server.Logger, address, conf);
            }
            else
            {
                await Console.Out.WriteLineAsync($"Listening on {address} for the Dolibarr of {conf}");
            }
        }
    }

    private static partial class Log
    {
        [LoggerMessage(1, LogLevel.Information, "Listening on {Address} for the Dolibarr of {Conf}")]
        public static partial void Listening(ILogger logger, string address, string conf);
    }
}
