// SPDX-License-Identifier: GPL-3.0-or-later

using System.CommandLine;
using DolibarrOAuthBridge.Http;
using DolibarrOAuthBridge.Tokens;

namespace DolibarrOAuthBridge.Commands;

/// <summary><c>refresh ENTRY</c>: refreshes a token now.</summary>
internal sealed class RefreshCommand : IBridgeCommand
{
    private readonly Argument<string> _entry = new("ENTRY") { Description = "The entry, such as GOOGLE-Mail." };

    public Command Define() => new("refresh", "Refresh a token now, even if the present one is still valid.") { _entry };

    public async Task<int> RunAsync(ParseResult result, Func<CommandContext> open, CancellationToken cancellationToken)
    {
        var context = open();
        await using (context)
        {
            var token = await context.Get<TokenBroker>().RefreshAsync(result.GetRequiredValue(_entry), context.Entity, cancellationToken);
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
            return 0;
        }
    }
}
