// SPDX-License-Identifier: GPL-3.0-or-later

using System.CommandLine;
using DolibarrOAuthBridge.Reports;

namespace DolibarrOAuthBridge.Commands;

/// <summary><c>cleanup --dry-run</c>: names rows that nobody needs, says why, and prints the statements that delete them.</summary>
internal sealed class CleanupCommand : IBridgeCommand
{
    private readonly Option<bool> _dryRun = new("--dry-run") { Description = "Change nothing, which is all that this command does." };

    public bool ActsAsDolibarr => true;

    public Command Define() => new("cleanup", "Name rows that nobody needs, with the SQL that deletes them. Deletes nothing.") { _dryRun };

    public async Task<int> RunAsync(ParseResult result, Func<CommandContext> open, CancellationToken cancellationToken)
    {
        var context = open();
        await using (context)
        {
            var items = await context.Get<CleanupPlan>().MakeAsync(cancellationToken);
            if (context.Json)
            {
                await Output.WriteJsonAsync(items, CommandJson.Default.IReadOnlyListCleanupItem);
                return 0;
            }

            foreach (var item in items)
            {
                await Console.Out.WriteLineAsync($"-- {item.Kind}: {Output.Clean(item.Place)}. {item.Reason}");
                await Console.Out.WriteLineAsync(Output.Clean(item.Sql));
            }

            await Console.Out.WriteLineAsync(
                items.Count == 0
                    ? "-- There is nothing to clean up."
                    : "-- Nothing was deleted. Make a backup, then run the statements that you agree with."
            );
            return 0;
        }
    }
}
