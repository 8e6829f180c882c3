// SPDX-License-Identifier: GPL-3.0-or-later

using System.CommandLine;
using DolibarrOAuthBridge.Reports;
using DolibarrOAuthBridge.Tokens;

namespace DolibarrOAuthBridge.Commands;

/// <summary><c>pause ENTRY</c>: nothing renews the grant until <c>resume</c> or a new consent. A token that lives is handed out.</summary>
internal sealed class PauseCommand : IBridgeCommand
{
    private readonly Argument<string> _entry = new("ENTRY") { Description = "The entry, such as GOOGLE-Mail." };
    private readonly Option<string?> _reason = new("--reason") { Description = "Why, for whoever looks at it.", HelpName = "TEXT" };

    public Command Define() =>
        new("pause", "Keep an entry's token from being renewed. A token that is valid is still handed out.") { _entry, _reason };

    public async Task<int> RunAsync(ParseResult result, Func<CommandContext> open, CancellationToken cancellationToken)
    {
        var context = open();
        await using (context)
        {
            var entry = await context
                .Get<GrantPause>()
                .PauseAsync(result.GetRequiredValue(_entry), context.Entity, result.GetValue(_reason), cancellationToken);
            var report = await context.Get<EntryReporter>().GetAsync(entry.Name.ToString(), context.Entity, cancellationToken);
            if (context.Json)
            {
                await Output.WriteJsonAsync(report, CommandJson.Default.EntryReport);
                return 0;
            }

            var end = Output.RelativeAndExact(report.Token.ExpiresAt, context.Get<TimeProvider>().GetUtcNow());
            await Console.Out.WriteLineAsync(
                $"{entry.Name} is paused: nothing renews its token"
                    + (report.Token.ExpiresAt is null ? "." : $", which expires {end}.")
                    + $" To go on, run: dolibarr-oauth-bridge resume {entry.Name}"
            );
            return 0;
        }
    }
}
