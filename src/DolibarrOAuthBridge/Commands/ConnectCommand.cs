// SPDX-License-Identifier: GPL-3.0-or-later

using System.CommandLine;
using DolibarrOAuthBridge.Commands.Connecting;
using DolibarrOAuthBridge.Commands.Consenting;
using DolibarrOAuthBridge.Consents;
using DolibarrOAuthBridge.Dolibarr.Entries;
using DolibarrOAuthBridge.Entries;
using DolibarrOAuthBridge.Providers;

namespace DolibarrOAuthBridge.Commands;

/// <summary>
/// <c>connect</c>: asks what the module's assistant asks, writes the entry as Dolibarr does, gets consent, and tries the mailbox.
/// </summary>
internal sealed class ConnectCommand : IBridgeCommand
{
    private const string Paste = "paste";
    private const string Here = "here";
    private const string Device = "device";

    private readonly Option<bool> _device = new("--device") { Description = "Consent by a short code, where the provider has that." };
    private readonly Option<bool> _paste = new("--paste")
    {
        Description = "Use the redirect URI that is registered for Dolibarr, and paste the address where the browser ended.",
    };

    public bool ActsAsDolibarr => true;

    public Command Define() =>
        new("connect", "Connect an account: asks for what is needed, writes the entry, gets consent and tries the mailbox.")
        {
            _device,
            _paste,
        };

    public async Task<int> RunAsync(ParseResult result, Func<CommandContext> open, CancellationToken cancellationToken)
    {
        var given =
            result.GetValue(_device) && result.GetValue(_paste) ? throw new UsageException("Choose one of --device and --paste.")
            : result.GetValue(_device) ? Device
            : result.GetValue(_paste) ? Paste
            : null;
        var context = open();
        await using (context)
        {
            if (context.Json)
            {
                throw new UsageException("connect asks questions, so it has no --json. Scripts write the entry and use consent --json.");
            }

            var questions = new Questions(TypedLines.OfConsole, Console.Out);
            var dialog = new EntryDialog(context, questions);
            try
            {
                return await ConnectAsync(context, questions, dialog, given, cancellationToken);
            }
            catch (OperationCanceledException) when (cancellationToken.IsCancellationRequested)
            {
                await questions.TellAsync($"{Environment.NewLine}Given up. {WhatIs(dialog)}");
                throw;
            }
            catch (BridgeException exception) when (dialog.Written is { } name)
            {
                var advice =
                    exception.Code == ProblemCode.AccountChanged
                        ? $"On the command line that is: dolibarr-oauth-bridge consent {name} --confirm-account-change"
                        : WhatIs(dialog);
                throw new BridgeException(exception.Code, $"{exception.Message} {advice}", innerException: exception);
            }
        }
    }

    private static async Task<int> ConnectAsync(
        CommandContext context,
        Questions questions,
        EntryDialog dialog,
        string? given,
        CancellationToken cancellationToken
    )
    {
        var (entry, usage) = await dialog.RunAsync(cancellationToken);
        if (usage.IsSignIn)
        {
            await questions.TellAsync(
                "It needs no token. People can sign in as soon as conf.php has $dolibarr_main_authentication='dolibarr,oauthbridge';"
            );
            return 0;
        }

        EntrySettings.RequireComplete(entry);
        var terminal = new ConsentTerminal(json: false, context.Get<TimeProvider>());
        var granted = await ConsentAsync(context, questions, entry, given, terminal, cancellationToken);
        await terminal.TellAsync(granted);
        var isGood =
            usage.Purposes.Count == 0
            || await new MailDialog(context, questions).RunAsync(entry, usage, granted.Account, cancellationToken);
        return isGood ? 0 : 1;
    }

    private static async Task<ConsentResult> ConsentAsync(
        CommandContext context,
        Questions questions,
        OAuthEntry entry,
        string? given,
        ConsentTerminal terminal,
        CancellationToken cancellationToken
    )
    {
        if (ProviderCatalogue.Of(entry).IsAppOnly)
        {
            return await ConsentCommand.AppOnlyAsync(context, entry, new ConsentOptions(), cancellationToken);
        }

        List<(string Word, string Meaning)> ways = [(Here, "in a browser on this machine; for applications of the type desktop")];
        if (RedirectUri.Of(entry, context.Conf) is not null)
        {
            ways.Insert(0, (Paste, "in a browser anywhere; the address where it ends is pasted here"));
        }

        if (context.Get<EntryFlows>().Of(entry).Contains(ConsentFlows.Device))
        {
            ways.Add((Device, "by a short code that is typed on another device"));
        }

        var way = given ?? await questions.ChooseAsync("Consent", ways, cancellationToken);
        return way == Device
            ? await DeviceDialog.Of(context).RunAsync(entry, new ConsentOptions(), terminal, cancellationToken)
            : await CodeDialog.Of(context).RunAsync(entry, new ConsentOptions(), terminal, way == Paste, null, cancellationToken);
    }

    private static string WhatIs(EntryDialog dialog) =>
        dialog.Written is { } name
            ? $"{name} is in Dolibarr: run connect again to go on, or to replace its settings."
            : "Nothing was written.";
}
