// SPDX-License-Identifier: GPL-3.0-or-later

using System.CommandLine;
using DolibarrOAuthBridge.Grants;
using DolibarrOAuthBridge.Http;
using DolibarrOAuthBridge.Mail;
using DolibarrOAuthBridge.Tokens;

namespace DolibarrOAuthBridge.Commands;

/// <summary><c>token ENTRY</c>: prints an access token, or the SASL string made of it, and nothing else.</summary>
internal sealed class TokenCommand : IBridgeCommand
{
    private readonly Argument<string> _entry = new("ENTRY") { Description = "The entry, such as GOOGLE-Mail." };
    private readonly Option<int?> _minTtl = new("--min-ttl")
    {
        Description = "Seconds that the token must live on. Default 60.",
        HelpName = "SECONDS",
    };
    private readonly Option<string?> _xoauth2 = new("--xoauth2")
    {
        Description = "Print the SASL XOAUTH2 string for this user instead.",
        HelpName = "USER",
    };

    public Command Define() => new("token", "Print an access token, refreshed if need be.") { _entry, _minTtl, _xoauth2 };

    public async Task<int> RunAsync(ParseResult result, Func<CommandContext> open, CancellationToken cancellationToken)
    {
        var minTtl = result.GetValue(_minTtl);
        if (minTtl is < 0 or > 86400)
        {
            throw new UsageException("--min-ttl must be a number of seconds from 0 to 86400.");
        }

        var context = open();
        await using (context)
        {
            var token = await context
                .Get<TokenBroker>()
                .GetAsync(
                    result.GetRequiredValue(_entry),
                    context.Entity,
                    minTtl is { } seconds ? TimeSpan.FromSeconds(seconds) : null,
                    "command token",
                    cancellationToken
                );
            await WriteAsync(context, token, result.GetValue(_xoauth2));
            return 0;
        }
    }

    private static Task WriteAsync(CommandContext context, AccessToken token, string? user) =>
        user is not null ? Console.Out.WriteLineAsync(XOAuth2.InitialResponse(user, token.Value))
        : context.Json
            ? Output.WriteJsonAsync(TokenAnswers.Of(token, context.Get<TimeProvider>().GetUtcNow()), CommandJson.Default.TokenAnswerJson)
        : Console.Out.WriteLineAsync(token.Value);
}
