// SPDX-License-Identifier: GPL-3.0-or-later

using System.CommandLine;
using System.Globalization;
using DolibarrOAuthBridge.Entries;
using DolibarrOAuthBridge.Grants;
using Spectre.Console;

namespace DolibarrOAuthBridge.Commands;

/// <summary><c>history ENTRY</c>: what happened to a grant.</summary>
internal sealed class HistoryCommand : IBridgeCommand
{
    private readonly Argument<string> _entry = new("ENTRY") { Description = "The entry, such as GOOGLE-Mail." };
    private readonly Option<int> _limit = new("--limit")
    {
        Description = "How many events at most.",
        HelpName = "N",
        DefaultValueFactory = static _ => 50,
    };

    public Command Define() => new("history", "Show what happened to an entry's grant, newest first.") { _entry, _limit };

    public async Task<int> RunAsync(ParseResult result, Func<CommandContext> open, CancellationToken cancellationToken)
    {
        var limit = result.GetValue(_limit);
        if (limit < 1)
        {
            throw new UsageException("--limit must be a whole number from 1.");
        }

        var context = open();
        await using (context)
        {
            var entry = await context.Get<EntryDirectory>().GetAsync(result.GetRequiredValue(_entry), context.Entity, cancellationToken);
            var history = new GrantHistory(await context.Get<EventTable>().ListAsync(GrantKey.Of(entry), limit, cancellationToken));
            if (context.Json)
            {
                await Output.WriteJsonAsync(history, CommandJson.Default.GrantHistory);
                return 0;
            }

            var console = Output.Console();
            if (history.Events.Count == 0)
            {
                Output.WriteLine(console, $"Nothing is recorded of {entry.Name}.");
                return 0;
            }

            var table = Output.Table("At (UTC)", "Kind", "Outcome", "Detail");
            foreach (var one in history.Events)
            {
                table.AddRow(
                    Output.Cell(one.At.UtcDateTime.ToString("yyyy-MM-dd HH:mm:ss", CultureInfo.InvariantCulture)),
                    Output.Cell(one.Kind),
                    Output.Cell(one.Outcome),
                    Output.Cell(one.Detail)
                );
            }

            console.Write(table);
            return 0;
        }
    }
}
