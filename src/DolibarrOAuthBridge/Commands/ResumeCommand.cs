// SPDX-License-Identifier: GPL-3.0-or-later

using System.CommandLine;
using DolibarrOAuthBridge.Reports;
using DolibarrOAuthBridge.Tokens;

namespace DolibarrOAuthBridge.Commands;

/// <summary><c>resume ENTRY</c>: ends what <c>pause</c> began.</summary>
internal sealed class ResumeCommand : IBridgeCommand
{
    private readonly Argument<string> _entry = new("ENTRY") { Description = "The entry, such as GOOGLE-Mail." };
    private readonly Option<bool> _evenIfMoved = new("--even-if-moved")
    {
        Description = "Resume although the grant was exported to another server. Only if it was never imported there.",
    };

    public Command Define() => new("resume", "Let a paused entry's token be renewed again.") { _entry, _evenIfMoved };

    public async Task<int> RunAsync(ParseResult result, Func<CommandContext> open, CancellationToken cancellationToken)
    {
        var context = open();
        await using (context)
        {
            var name = result.GetRequiredValue(_entry);
            var wasPaused = await context
                .Get<GrantPause>()
                .ResumeAsync(name, context.Entity, result.GetValue(_evenIfMoved), cancellationToken);
            if (context.Json)
            {
                var report = await context.Get<EntryReporter>().GetAsync(name, context.Entity, cancellationToken);
                await Output.WriteJsonAsync(report, CommandJson.Default.EntryReport);
                return 0;
            }

            await Console.Out.WriteLineAsync(wasPaused ? $"{name} is renewed again." : $"{name} was not paused.");
            return 0;
        }
    }
}
