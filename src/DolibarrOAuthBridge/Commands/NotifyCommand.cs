// SPDX-License-Identifier: GPL-3.0-or-later

using System.CommandLine;
using DolibarrOAuthBridge.Notifications;

namespace DolibarrOAuthBridge.Commands;

/// <summary><c>notify test</c>: sends a notice on every way that is set, and says what became of it.</summary>
internal sealed class NotifyCommand : IBridgeCommand
{
    private readonly Argument<string> _what = new("test") { Description = "test: send a test notice." };

    public Command Define()
    {
        _what.AcceptOnlyFromAmong("test");
        return new("notify", "Send a test notice by the webhook and the command that are set, and show what became of it.") { _what };
    }

    public async Task<int> RunAsync(ParseResult result, Func<CommandContext> open, CancellationToken cancellationToken)
    {
        var context = open();
        await using (context)
        {
            var draft = new NoticeDraft(
                NoticeKind.Test,
                NoticeSeverity.Info,
                context.Entity,
                string.Empty,
                "This is a test: whoever reads it will hear of grants that end.",
                string.Empty
            );
            var results = await context.Get<NoticeDelivery>().SendAsync(draft, NoticeDelivery.Ways, cancellationToken);
            if (context.Json)
            {
                await Output.WriteJsonAsync(results, CommandJson.Default.IReadOnlyDictionaryStringDeliveryResult);
            }
            else if (results.Count == 0)
            {
                await Console.Error.WriteLineAsync("Neither Bridge:Notify:Webhook nor Bridge:Notify:Command is set, so nobody is told.");
            }
            else
            {
                foreach (var (way, one) in results)
                {
                    await Console.Out.WriteLineAsync($"{way}: {(one.Ok ? "delivered" : "failed")}: {Output.Clean(one.Detail)}.");
                }
            }

            return results.Count > 0 && results.Values.All(one => one.Ok) ? 0 : 1;
        }
    }
}
