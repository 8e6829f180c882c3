// SPDX-License-Identifier: GPL-3.0-or-later

using System.CommandLine;
using DolibarrOAuthBridge.Http;
using DolibarrOAuthBridge.Tokens;

namespace DolibarrOAuthBridge.Commands;

/// <summary><c>refresh ENTRY</c>: refreshes a token now.</summary>
internal sealed class RefreshCommand : IBridgeCommand
{
    private readonly Argument<string> _entry = new("ENTRY") { Description = "The entry, such as GOOGLE-Mail." };

    private readonly Option<bool> _evenIfSpent = new("--even-if-spent")
    {
        Description = "Send the refresh token although a sidecar that fell silent may have used it already.",
    };

    // Refreshed, but the database has not taken it yet.
    private const int NotStored = 3;

    public Command Define() => new("refresh", "Refresh a token now, even if the present one is still valid.") { _entry, _evenIfSpent };

    public async Task<int> RunAsync(ParseResult result, Func<CommandContext> open, CancellationToken cancellationToken)
    {
        var context = open();
        await using (context)
        {
            var token = await context
                .Get<TokenBroker>()
                .RefreshAsync(result.GetRequiredValue(_entry), context.Entity, result.GetValue(_evenIfSpent), cancellationToken);
            var now = context.Get<TimeProvider>().GetUtcNow();
            await (
                context.Json
                    ? Output.WriteJsonAsync(
                        TokenAnswers.Of(token, now) with
                        {
                            AccessToken = context.Reveal ? token.Value : "[redacted]",
                        },
                        CommandJson.Default.TokenAnswerJson
                    )
                    : Console.Out.WriteLineAsync(
                        token.ExpiresAt is null
                            ? $"{token.Service} was refreshed; its token never expires."
                            : $"{token.Service} was refreshed; its token expires {Output.RelativeAndExact(token.ExpiresAt, now)}."
                    )
            );
            if (token.IsStored)
            {
                return 0;
            }

            await Console.Error.WriteLineAsync(
                $"The database has not taken the new token of {token.Service} yet. It is safe in the journal in the state "
                    + "directory, and the sidecar, or the next command with the same --state-directory, stores it as soon as the "
                    + "database can be written."
            );
            return NotStored;
        }
    }
}
