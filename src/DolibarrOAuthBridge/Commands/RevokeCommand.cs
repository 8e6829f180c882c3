// SPDX-License-Identifier: GPL-3.0-or-later

using System.CommandLine;
using DolibarrOAuthBridge.Http.Contracts;
using DolibarrOAuthBridge.Tokens;

namespace DolibarrOAuthBridge.Commands;

/// <summary><c>revoke ENTRY</c>: ends a grant at the provider, then deletes its row.</summary>
internal sealed class RevokeCommand : IBridgeCommand
{
    private readonly Argument<string> _entry = new("ENTRY") { Description = "The entry, such as GOOGLE-Mail." };
    private readonly Option<bool> _force = new("--force") { Description = "Delete the row even if the provider cannot be asked." };
    private readonly Option<bool> _localOnly = new("--local-only") { Description = "Delete the row without asking the provider." };

    private readonly Option<bool> _dryRun = new("--dry-run")
    {
        Description = "Change nothing and ask no provider; say what would be done.",
    };

    public Command Define() => new("revoke", "Revoke a token at the provider and delete it.") { _entry, _force, _localOnly, _dryRun };

    public async Task<int> RunAsync(ParseResult result, Func<CommandContext> open, CancellationToken cancellationToken)
    {
        var context = open();
        await using (context)
        {
            var entry = result.GetRequiredValue(_entry);
            if (result.GetValue(_dryRun))
            {
                await WritePlanAsync(context, entry, !result.GetValue(_localOnly), cancellationToken);
                return 0;
            }

            var outcome = await context
                .Get<GrantRevoker>()
                .RevokeAsync(entry, context.Entity, atProvider: !result.GetValue(_localOnly), result.GetValue(_force), cancellationToken);
            if (context.Json)
            {
                await Output.WriteJsonAsync(RevocationJson.Of(entry, outcome), CommandJson.Default.RevocationJson);
                return 0;
            }

            await Console.Out.WriteLineAsync(
                outcome switch
                {
                    RevocationOutcome.Revoked => $"{entry} was revoked at the provider and deleted.",
                    RevocationOutcome.NotOffered =>
                        $"{entry} was deleted. Its provider offers no revocation: the user can end it in the account's security settings.",
                    RevocationOutcome.Failed => $"{entry} was deleted, but the provider could not be asked to revoke it: "
                        + "the user can end it in the account's security settings.",
                    _ => $"{entry} was deleted here; at the provider it stays valid.",
                }
            );
            return 0;
        }
    }

    private static async Task WritePlanAsync(CommandContext context, string entry, bool atProvider, CancellationToken cancellationToken)
    {
        var plan = await context.Get<GrantRevoker>().PlanAsync(entry, context.Entity, atProvider, cancellationToken);
        if (context.Json)
        {
            await Output.WriteJsonAsync(plan, CommandJson.Default.RevocationPlan);
            return;
        }

        await Console.Out.WriteLineAsync(
            (plan.Endpoint is { } endpoint ? $"{endpoint} would be asked to end the grant. " : "The provider would not be asked. ")
                + $"Row {plan.Row} of the token table would be deleted. Nothing was changed."
        );
    }
}
