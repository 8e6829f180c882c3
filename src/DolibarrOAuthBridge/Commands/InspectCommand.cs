// SPDX-License-Identifier: GPL-3.0-or-later

using System.CommandLine;
using System.Text.Json;
using DolibarrOAuthBridge.Reports;
using Spectre.Console;
using Spectre.Console.Rendering;

namespace DolibarrOAuthBridge.Commands;

/// <summary><c>inspect [ROWID|SERVICE]</c>: what is in the rows of the token table, decoded.</summary>
internal sealed class InspectCommand : IBridgeCommand
{
    private readonly Argument<string?> _filter = new("ROWID|SERVICE")
    {
        Description = "One row, or the rows of one service. All if left out.",
        Arity = ArgumentArity.ZeroOrOne,
    };
    private readonly Option<bool> _strict = new("--strict") { Description = "Exit with status 1 where a person should look at a row." };
    private readonly Watch _watch = new();

    public Command Define()
    {
        var command = new Command("inspect", "Show what is in the rows of the token table, decoded and redacted.") { _filter, _strict };
        _watch.AddTo(command);
        return command;
    }

    public async Task<int> RunAsync(ParseResult result, Func<CommandContext> open, CancellationToken cancellationToken)
    {
        var interval = _watch.Interval(result);
        var context = open();
        await using (context)
        {
            var (inspector, time, filter) = (context.Get<RowInspector>(), context.Get<TimeProvider>(), result.GetValue(_filter));
            var isBad = false;
            switch (context.Json, interval)
            {
                case (true, { } pause):
                    await Watch.LinesAsync(
                        async () => JsonSerializer.Serialize(await LookAsync(), CommandJson.Default.IReadOnlyListInspectedRow),
                        Console.Out,
                        pause,
                        time,
                        cancellationToken
                    );
                    break;
                case (true, null):
                    await Output.WriteJsonAsync(await LookAsync(), CommandJson.Default.IReadOnlyListInspectedRow);
                    break;
                case (false, { } pause):
                    await Watch.DrawAsync(Output.Console(), async () => View(await LookAsync()), pause, time, cancellationToken);
                    break;
                default:
                    Write(Output.Console(), await LookAsync());
                    break;
            }

            if (interval is null && await context.UnseenAsync(cancellationToken) is { } unseen)
            {
                await Console.Error.WriteLineAsync(unseen);
            }

            return isBad && result.GetValue(_strict) ? 1 : 0;

            async Task<IReadOnlyList<InspectedRow>> LookAsync()
            {
                var rows = await inspector.InspectAsync(filter, context.Reveal, cancellationToken);
                if (context.GivenEntity is { } entity)
                {
                    rows = [.. rows.Where(row => row.Entity == entity)];
                }

                isBad = rows.Any(static row => row.NeedsPerson);
                return rows.Count > 0 || filter is null
                    ? rows
                    : throw new BridgeException(ProblemCode.TokenNotFound, $"No row of the token table is {filter}.");
            }

            bool IsCard(IReadOnlyList<InspectedRow> rows) => filter is not null && rows.Count == 1;

            IRenderable View(IReadOnlyList<InspectedRow> rows) =>
                IsCard(rows)
                    ? RowsView.Card(rows[0], time.GetUtcNow())
                    : new Rows([
                        RowsView.Table(rows, time.GetUtcNow()),
                        .. RowsView.Notes(rows).Select(IRenderable (note) => Output.Cell(note)),
                    ]);

            void Write(IAnsiConsole console, IReadOnlyList<InspectedRow> rows)
            {
                console.Write(IsCard(rows) ? RowsView.Card(rows[0], time.GetUtcNow()) : RowsView.Table(rows, time.GetUtcNow()));
                foreach (var note in IsCard(rows) ? [] : RowsView.Notes(rows))
                {
                    Output.WriteLine(console, note);
                }
            }
        }
    }
}
