// SPDX-License-Identifier: GPL-3.0-or-later

using System.CommandLine;
using DolibarrOAuthBridge.Commands.Consenting;
using DolibarrOAuthBridge.Consents;
using DolibarrOAuthBridge.Dolibarr.Entries;
using DolibarrOAuthBridge.Entries;
using DolibarrOAuthBridge.Providers;
using DolibarrOAuthBridge.Reports;

namespace DolibarrOAuthBridge.Commands;

/// <summary><c>consent ENTRY</c>: gets a grant from a terminal, on a machine that need not have a browser.</summary>
internal sealed class ConsentCommand : IBridgeCommand
{
    private readonly Argument<string> _entry = new("ENTRY") { Description = "The entry, such as GOOGLE-Mail." };
    private readonly Option<bool> _device = new("--device")
    {
        Description = "Show a short code to type into a browser anywhere (RFC 8628), where the provider has that.",
    };
    private readonly Option<bool> _clientCredentials = new("--client-credentials")
    {
        Description = "Get a token in the application's own name (app-only entries); nobody is asked.",
    };
    private readonly Option<bool> _paste = new("--paste")
    {
        Description = "Use the redirect URI that is registered for Dolibarr, and paste the address where the browser ended.",
    };
    private readonly Option<string?> _redirectUri = new("--redirect-uri")
    {
        Description = "Listen at this loopback address instead of http://127.0.0.1:0/callback; port 0 means any free one.",
        HelpName = "URI",
    };
    private readonly Option<string?> _loginHint = new("--login-hint") { Description = "The account to suggest.", HelpName = "ACCOUNT" };
    private readonly Option<bool> _force = new("--force-consent")
    {
        Description = "Have the provider ask again, so that it gives a new refresh token.",
    };
    private readonly Option<bool> _confirm = new("--confirm-account-change")
    {
        Description = "Let another account than before take the entry over.",
    };

    public Command Define() =>
        new("consent", "Get a token by consent: prints the address to open and waits for the answer.")
        {
            _entry,
            _device,
            _clientCredentials,
            _paste,
            _redirectUri,
            _loginHint,
            _force,
            _confirm,
        };

    public async Task<int> RunAsync(ParseResult result, Func<CommandContext> open, CancellationToken cancellationToken)
    {
        var (device, clientCredentials, paste, redirectUri) = (
            result.GetValue(_device),
            result.GetValue(_clientCredentials),
            result.GetValue(_paste),
            result.GetValue(_redirectUri)
        );
        if (new[] { device, clientCredentials, paste, redirectUri is not null }.Count(static chosen => chosen) > 1)
        {
            throw new UsageException("Choose one of --device, --client-credentials, --paste and --redirect-uri.");
        }

        var context = open();
        await using (context)
        {
            var entry = await context.Get<EntryDirectory>().GetAsync(result.GetRequiredValue(_entry), context.Entity, cancellationToken);
            var consentOptions = new ConsentOptions
            {
                LoginHint = result.GetValue(_loginHint),
                ForcesConsent = result.GetValue(_force),
                ConfirmsAccountChange = result.GetValue(_confirm),
            };
            var terminal = new ConsentTerminal(context.Json, context.Get<TimeProvider>());
            try
            {
                var consent =
                    clientCredentials || (!device && ProviderCatalogue.Of(entry).IsAppOnly)
                        ? await AppOnlyAsync(context, entry, consentOptions, cancellationToken)
                    : device ? await DeviceDialog.Of(context).RunAsync(entry, consentOptions, terminal, cancellationToken)
                    : await CodeDialog.Of(context).RunAsync(entry, consentOptions, terminal, paste, redirectUri, cancellationToken);
                await terminal.TellAsync(consent);
                return 0;
            }
            catch (BridgeException exception) when (exception.Code == ProblemCode.AccountChanged)
            {
                throw new BridgeException(
                    exception.Code,
                    $"{exception.Message} On the command line that is --confirm-account-change.",
                    innerException: exception
                );
            }
            catch (OperationCanceledException) when (cancellationToken.IsCancellationRequested)
            {
                await terminal.ExplainAsync("Given up. Nothing was stored.");
                throw;
            }
        }
    }

    // One request, and nobody to wait for.
    internal static async Task<ConsentResult> AppOnlyAsync(
        CommandContext context,
        OAuthEntry entry,
        ConsentOptions consentOptions,
        CancellationToken cancellationToken
    )
    {
        var name = entry.Name.ToString();
        await context
            .Get<ConsentService>()
            .BeginAsync(name, entry.Entity, ConsentFlows.ClientCredentials, consentOptions, cancellationToken);
        var report = await context.Get<EntryReporter>().GetAsync(name, entry.Entity, cancellationToken);
        return new ConsentResult
        {
            Entry = report.Entry,
            Token = report.Token,
            Warnings = report.Warnings,
        };
    }
}
