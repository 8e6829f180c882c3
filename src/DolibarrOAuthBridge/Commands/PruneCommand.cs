// SPDX-License-Identifier: GPL-3.0-or-later

using System.CommandLine;
using System.Globalization;
using System.Text.RegularExpressions;
using DolibarrOAuthBridge.Grants;

namespace DolibarrOAuthBridge.Commands;

/// <summary><c>prune --older-than 400d</c>: deletes old rows of the audit trail, in small steps.</summary>
internal sealed partial class PruneCommand : IBridgeCommand
{
    private readonly Option<string> _olderThan = new("--older-than")
    {
        Description = "Delete what is older than so many days, such as 400d.",
        HelpName = "DAYS",
        Required = true,
    };
    private readonly Option<bool> _dryRun = new("--dry-run") { Description = "Say how many rows would be deleted." };

    public bool ActsAsDolibarr => true;

    public Command Define() => new("prune", "Delete old rows of the audit trail.") { _olderThan, _dryRun };

    public async Task<int> RunAsync(ParseResult result, Func<CommandContext> open, CancellationToken cancellationToken)
    {
        var match = Age().Match(result.GetRequiredValue(_olderThan));
        if (!match.Success)
        {
            throw new UsageException("--older-than must be a number of days from 1 to 9999, such as 400d.");
        }

        var context = open();
        await using (context)
        {
            var age = TimeSpan.FromDays(int.Parse(match.Groups[1].ValueSpan, CultureInfo.InvariantCulture));
            var before = context.Get<TimeProvider>().GetUtcNow().UtcDateTime - age;
            var prune = context.Get<EventPrune>();
            var isDryRun = result.GetValue(_dryRun);
            var count = isDryRun ? await prune.CountAsync(before, cancellationToken) : await prune.DeleteAsync(before, cancellationToken);
            if (context.Json)
            {
                var report = new PruneReport(count, new DateTimeOffset(before, TimeSpan.Zero), isDryRun);
                await Output.WriteJsonAsync(report, CommandJson.Default.PruneReport);
                return 0;
            }

            await Console.Out.WriteLineAsync(
                $"{count} {(count == 1 ? "row" : "rows")} of the audit trail from before {before:yyyy-MM-dd HH:mm} UTC "
                    + (isDryRun ? "would be deleted." : "deleted.")
            );
            return 0;
        }
    }

    [GeneratedRegex("^([1-9][0-9]{0,3})d?$")]
    private static partial Regex Age();
}

/// <summary>What <c>prune --json</c> prints.</summary>
/// <param name="Rows">How many rows were deleted, or would be.</param>
/// <param name="Before">They are from before this time.</param>
/// <param name="DryRun">Whether none was deleted.</param>
internal sealed record PruneReport(long Rows, DateTimeOffset Before, bool DryRun);
