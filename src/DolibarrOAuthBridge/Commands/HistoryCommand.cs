// SPDX-License-Identifier: GPL-3.0-or-later

using System.CommandLine;
using System.Globalization;
using DolibarrOAuthBridge.Dolibarr.Entries;
using DolibarrOAuthBridge.Entries;
using DolibarrOAuthBridge.Grants;
using Spectre.Console;

namespace DolibarrOAuthBridge.Commands;

/// <summary><c>history ENTRY</c>: what happened to a grant, or who was given its token.</summary>
internal sealed class HistoryCommand : IBridgeCommand
{
    private readonly Argument<string> _entry = new("ENTRY") { Description = "The entry, such as GOOGLE-Mail." };
    private readonly Option<int> _limit = new("--limit")
    {
        Description = "How many events at most.",
        HelpName = "N",
        DefaultValueFactory = static _ => 50,
    };

    private readonly Option<bool> _callers = new("--callers")
    {
        Description = "Show who was given the entry's token instead, and when, to the minute.",
    };

    public Command Define() => new("history", "Show what happened to an entry's grant, newest first.") { _entry, _limit, _callers };

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
            if (result.GetValue(_callers))
            {
                await WriteCallersAsync(context, entry, cancellationToken);
                return 0;
            }

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

    private static async Task WriteCallersAsync(CommandContext context, OAuthEntry entry, CancellationToken cancellationToken)
    {
        var uses = await context.Get<UseTable>().ListAsync(GrantKey.Of(entry), cancellationToken);
        if (context.Json)
        {
            await Output.WriteJsonAsync(uses, CommandJson.Default.IReadOnlyListGrantUse);
            return;
        }

        var console = Output.Console();
        if (uses.Count == 0)
        {
            Output.WriteLine(console, $"Nobody is recorded to have been given the token of {entry.Name}.");
            return;
        }

        var table = Output.Table("Last (UTC)", "First (UTC)", "Caller");
        foreach (var use in uses)
        {
            table.AddRow(Output.Cell(Minute(use.LastAt)), Output.Cell(Minute(use.FirstAt)), Output.Cell(use.Caller));
        }

        console.Write(table);
    }

    private static string Minute(DateTimeOffset at) => at.UtcDateTime.ToString("yyyy-MM-dd HH:mm", CultureInfo.InvariantCulture);
}
