// SPDX-License-Identifier: GPL-3.0-or-later

using System.CommandLine;
using DolibarrOAuthBridge.Dolibarr.Database;
using Spectre.Console;
using Spectre.Console.Rendering;

namespace DolibarrOAuthBridge.Commands;

/// <summary><c>--watch</c>: looks again and again until Ctrl-C, and draws in place on a terminal.</summary>
internal sealed class Watch
{
    private readonly Option<bool> _watch = new("--watch")
    {
        Description = "Look again every few seconds until Ctrl-C, and draw in place. With --json one document a line.",
    };

    private readonly Option<int> _interval = new("--interval")
    {
        Description = "Seconds between two looks, from 1 to 3600. Default 2.",
        HelpName = "S",
        DefaultValueFactory = static _ => 2,
    };

    public void AddTo(Command command)
    {
        command.Options.Add(_watch);
        command.Options.Add(_interval);
    }

    /// <summary>The time between two looks; null where one look is wanted.</summary>
    /// <exception cref="UsageException">It is out of range.</exception>
    public TimeSpan? Interval(ParseResult result) =>
        (result.GetValue(_watch), result.GetValue(_interval)) switch
        {
            (false, _) => null,
            (_, >= 1 and <= 3600 and var seconds) => TimeSpan.FromSeconds(seconds),
            _ => throw new UsageException("--interval must be a whole number of seconds from 1 to 3600."),
        };

    /// <summary>Writes a line of JSON at each look.</summary>
    public static async Task LinesAsync(
        Func<Task<string>> look,
        TextWriter writer,
        TimeSpan interval,
        TimeProvider time,
        CancellationToken cancellationToken
    )
    {
        await RepeatAsync(async () => await writer.WriteLineAsync(await look()), interval, time, cancellationToken);
    }

    /// <summary>Draws at each look: in place on a terminal, one after the other elsewhere.</summary>
    public static async Task DrawAsync(
        IAnsiConsole console,
        Func<Task<IRenderable>> look,
        TimeSpan interval,
        TimeProvider time,
        CancellationToken cancellationToken
    )
    {
        if (!console.Profile.Capabilities.Ansi)
        {
            await RepeatAsync(async () => console.Write(await FrameAsync(look, interval, time)), interval, time, cancellationToken);
            return;
        }

        await console
            .Live(new Text(string.Empty))
            .StartAsync(live =>
                RepeatAsync(
                    async () =>
                    {
                        live.UpdateTarget(await FrameAsync(look, interval, time));
                        live.Refresh();
                    },
                    interval,
                    time,
                    cancellationToken
                )
            );
    }

    // A database that is away for a moment must not end the watch.
    private static async Task<IRenderable> FrameAsync(Func<Task<IRenderable>> look, TimeSpan interval, TimeProvider time)
    {
        IRenderable seen;
        try
        {
            seen = await look();
        }
        catch (Exception exception) when (exception is BridgeException or StoreException)
        {
            seen = Output.Cell(exception.Message, Color.Red);
        }

        return new Rows(
            Output.Cell($"{time.GetUtcNow():yyyy-MM-dd HH:mm:ss} UTC, every {interval.TotalSeconds:0} s, end with Ctrl-C"),
            seen
        );
    }

    private static async Task RepeatAsync(Func<Task> work, TimeSpan interval, TimeProvider time, CancellationToken cancellationToken)
    {
        try
        {
            while (true)
            {
                await work();
                await Task.Delay(interval, time, cancellationToken);
            }
        }
        catch (OperationCanceledException) when (cancellationToken.IsCancellationRequested)
        {
            // Ctrl-C is how a watch ends.
        }
    }
}
