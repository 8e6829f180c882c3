// SPDX-License-Identifier: GPL-3.0-or-later

using System.CommandLine;
using DolibarrOAuthBridge.Commands.Consenting;
using DolibarrOAuthBridge.Consents;
using DolibarrOAuthBridge.Dolibarr.Entries;
using DolibarrOAuthBridge.Entries;
using DolibarrOAuthBridge.Mail;
using DolibarrOAuthBridge.Providers;
using DolibarrOAuthBridge.Reports;

namespace DolibarrOAuthBridge.Commands;

/// <summary>
/// <c>connect</c>: asks what the module's assistant asks, writes the entry as Dolibarr does, gets consent, and tries the mail login.
/// </summary>
internal sealed class ConnectCommand : IBridgeCommand
{
    private static readonly string[] Offered = ["GOOGLE", "MICROSOFT", "MICROSOFTAPP", "GITHUB", "GENERIC"];

    private readonly Option<bool> _device = new("--device") { Description = "Consent by a short code, where the provider has that." };
    private readonly Option<bool> _paste = new("--paste")
    {
        Description = "Use the redirect URI that is registered for Dolibarr, and paste the address where the browser ended.",
    };

    public bool ActsAsDolibarr => true;

    public Command Define() =>
        new("connect", "Connect an account: asks for what is needed, writes the entry, gets consent and tries the mail login.")
        {
            _device,
            _paste,
        };

    public async Task<int> RunAsync(ParseResult result, Func<CommandContext> open, CancellationToken cancellationToken)
    {
        var context = open();
        await using (context)
        {
            if (context.Json)
            {
                throw new UsageException("connect asks questions, so it has no --json. Scripts write the entry and use consent --json.");
            }

            var questions = new Questions(Console.In, Console.Out);
            var name = await AskNameAsync(questions, cancellationToken);
            await EnsureEntryAsync(context, questions, name, cancellationToken);
            var entry = await context.Get<EntryDirectory>().GetAsync(name.ToString(), context.Entity, cancellationToken);
            EntrySettings.RequireComplete(entry);
            var terminal = new ConsentTerminal(json: false, context.Get<TimeProvider>());
            var granted =
                ProviderCatalogue.Of(name).Renewal == RenewalGrant.ClientCredentials
                    ? await ConsentCommand.AppOnlyAsync(context, entry, new ConsentOptions(), cancellationToken)
                : result.GetValue(_device)
                    ? await DeviceDialog.Of(context).RunAsync(entry, new ConsentOptions(), terminal, cancellationToken)
                : await CodeDialog
                    .Of(context)
                    .RunAsync(entry, new ConsentOptions(), terminal, result.GetValue(_paste), null, cancellationToken);
            await terminal.TellAsync(granted);
            return await TryMailAsync(context, questions, entry, granted.Account, cancellationToken);
        }
    }

    private static async Task<EntryName> AskNameAsync(Questions questions, CancellationToken cancellationToken)
    {
        var provider = await questions.AskAsync(
            $"Provider ({string.Join(", ", Offered)})",
            "GOOGLE",
            static answer => Offered.Contains(answer.ToUpperInvariant()) ? null : "Choose one of them.",
            cancellationToken
        );
        EntryName? name = null;
        await questions.AskAsync(
            "Label of the entry; Login for the sign-in",
            "Mail",
            label =>
                label.Length > 0
                && label.All(char.IsAsciiLetterOrDigit)
                && EntryName.TryParse($"{provider.ToUpperInvariant()}-{label}", out name)
                && name.Service.Length <= LongestService
                    ? null
                    : $"Letters and digits only, {LongestService} characters with the provider.",
            cancellationToken
        );
        return name!;
    }

    private const int LongestService = 36; // the width of llx_oauth_token.service

    private static async Task EnsureEntryAsync(
        CommandContext context,
        Questions questions,
        EntryName name,
        CancellationToken cancellationToken
    )
    {
        if (await context.Get<EntryTable>().FindAsync(name, context.Entity, cancellationToken) is { ClientId.Length: > 0 })
        {
            await questions.TellAsync($"{name} exists and is used as it is.");
            return;
        }

        var provider = ProviderCatalogue.Of(name);
        var settings = new Dictionary<string, string>(StringComparer.Ordinal);
        if (provider.RequiredSettings.Contains("url"))
        {
            settings["URL"] = await questions.AskAsync("Address of the server (issuer)", null, Server, cancellationToken);
        }

        if (provider.RequiredSettings.Contains("tenant"))
        {
            settings["TENANT"] = await questions.AskAsync("Tenant (directory ID or domain)", null, NoUrl, cancellationToken);
        }

        settings["ID"] = await questions.AskAsync("Client ID", null, NoSpaces, cancellationToken);
        settings["SECRET"] = await questions.AskSecretAsync(
            "Client secret",
            secret =>
                provider.SecretsHaveIds && Guid.TryParse(secret, out _)
                    ? "This is the ID of the secret. Copy the column \"Value\" instead."
                    : NoSpaces(secret),
            cancellationToken
        );
        settings["SCOPE"] = await questions.AskAsync(
            "Scopes, separated by commas",
            DefaultScopes(provider, name),
            NoSpaces,
            cancellationToken
        );
        await context.Get<EntryWriter>().WriteAsync(name, context.Entity, settings, cancellationToken);
        var report = await context.Get<EntryReporter>().GetAsync(name.ToString(), context.Entity, cancellationToken);
        await questions.TellAsync($"{name} is written. Redirect URI to register at the provider: {report.RedirectUri}");
        foreach (var warning in report.Warnings)
        {
            await questions.TellAsync($"  ! {warning.Code}: {warning.Message}");
        }
    }

    private static string DefaultScopes(Provider provider, EntryName name)
    {
        EntryPurpose[] purposes = EntryUseTable.IsSignIn(name) ? [EntryPurpose.SignIn] : [EntryPurpose.SendMail, EntryPurpose.ReadMail];
        var scopes = purposes.SelectMany(purpose => provider.ScopeNeeds.Where(need => need.Purpose == purpose)).Select(need => need.Scope);
        IEnumerable<string> all = ["openid", "email", .. provider.AlwaysAskedScopes, .. scopes];
        return provider.Renewal == RenewalGrant.ClientCredentials
            ? $"{provider.AppOnlyResource}/.default"
            : string.Join(',', all.Distinct());
    }

    private static async Task<int> TryMailAsync(
        CommandContext context,
        Questions questions,
        OAuthEntry entry,
        string? account,
        CancellationToken cancellationToken
    )
    {
        var provider = ProviderCatalogue.Of(entry.Name);
        if (EntryUseTable.IsSignIn(entry.Name) || provider.Smtp is null)
        {
            return 0;
        }

        var mailbox = await questions.AskAsync(
            "Mailbox to log in to; empty to end here",
            account?.Split(' ')[0] ?? string.Empty,
            null,
            cancellationToken
        );
        if (mailbox.Length == 0)
        {
            return 0;
        }

        var check = new MailCheck { Protocol = MailProtocol.Smtp, Username = mailbox };
        var report = await context.Get<MailChecker>().CheckAsync(entry.Name.ToString(), entry.Entity, check, cancellationToken);
        MailCheckOutput.Write(Output.Console(), report);
        return report.Ok ? 0 : 1;
    }

    private static string? NoSpaces(string answer) =>
        answer.Length == 0 || answer.Any(char.IsWhiteSpace) ? "It has no spaces and is not empty." : null;

    private static string? NoUrl(string answer) =>
        NoSpaces(answer) ?? (answer.Contains('/', StringComparison.Ordinal) ? "It is a directory ID or a domain, not a URL." : null);

    private static string? Server(string answer) =>
        Uri.TryCreate(answer, UriKind.Absolute, out var uri) && (uri.Scheme == Uri.UriSchemeHttps || uri.IsLoopback)
            ? null
            : "It begins with https://.";
}
