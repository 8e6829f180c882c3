// SPDX-License-Identifier: GPL-3.0-or-later

using System.CommandLine;
using System.Text.Json;
using DolibarrOAuthBridge.Http.Contracts;
using DolibarrOAuthBridge.Reports;
using Spectre.Console;
using Spectre.Console.Rendering;

namespace DolibarrOAuthBridge.Commands;

/// <summary><c>entries</c>: the OAuth entries with the state of their tokens.</summary>
internal sealed class EntriesCommand : IBridgeCommand
{
    private readonly Watch _watch = new();

    public Command Define()
    {
        var command = new Command("entries", "List the OAuth entries with the state of their tokens.");
        _watch.AddTo(command);
        return command;
    }

    public async Task<int> RunAsync(ParseResult result, Func<CommandContext> open, CancellationToken cancellationToken)
    {
        var interval = _watch.Interval(result);
        var context = open();
        await using (context)
        {
            var (reporter, time) = (context.Get<EntryReporter>(), context.Get<TimeProvider>());
            Task<IReadOnlyList<EntryReport>> LookAsync() => reporter.ListAsync(context.Entity, cancellationToken);

            switch (context.Json, interval)
            {
                case (true, { } pause):
                    await Watch.LinesAsync(
                        async () => JsonSerializer.Serialize(new EntryListJson(await LookAsync()), CommandJson.Default.EntryListJson),
                        Console.Out,
                        pause,
                        time,
                        cancellationToken
                    );
                    break;
                case (true, null):
                    await Output.WriteJsonAsync(new EntryListJson(await LookAsync()), CommandJson.Default.EntryListJson);
                    break;
                case (false, { } pause):
                    await Watch.DrawAsync(
                        Output.Console(),
                        async () => Frame(await LookAsync(), time.GetUtcNow()),
                        pause,
                        time,
                        cancellationToken
                    );
                    break;
                default:
                    Write(Output.Console(), await LookAsync(), context.Entity, time.GetUtcNow());
                    break;
            }

            return 0;
        }
    }

    private static void Write(IAnsiConsole console, IReadOnlyList<EntryReport> reports, int entity, DateTimeOffset now)
    {
        if (reports.Count == 0)
        {
            Output.WriteLine(console, $"Dolibarr has no OAuth entry for entity {entity}. Add one under Setup, Modules, OAuth.");
            return;
        }

        console.Write(EntriesView.Table(reports, now));
        foreach (var note in EntriesView.Notes(reports))
        {
            Output.WriteLine(console, note);
        }
    }

    private static Rows Frame(IReadOnlyList<EntryReport> reports, DateTimeOffset now) =>
        new([EntriesView.Table(reports, now), .. EntriesView.Notes(reports).Select(IRenderable (note) => Output.Cell(note))]);
}
