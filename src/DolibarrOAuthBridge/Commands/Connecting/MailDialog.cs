// SPDX-License-Identifier: GPL-3.0-or-later

using System.Globalization;
using DolibarrOAuthBridge.Dolibarr.Entries;
using DolibarrOAuthBridge.Mail;
using DolibarrOAuthBridge.Providers;

namespace DolibarrOAuthBridge.Commands.Connecting;

/// <summary>Tries the mail servers with the new token, and sends a test mail where one is wanted.</summary>
internal sealed class MailDialog(CommandContext context, Questions questions)
{
    private const string Nothing = "-";

    /// <summary>Asks for mailbox and servers, and logs in.</summary>
    /// <param name="entry">The entry.</param>
    /// <param name="usage">What it is for.</param>
    /// <param name="account">The account that consented; null where it is not known.</param>
    /// <param name="cancellationToken">Ctrl-C.</param>
    /// <returns>Whether all went well, or nothing was wanted.</returns>
    public async Task<bool> RunAsync(OAuthEntry entry, EntryUsage usage, string? account, CancellationToken cancellationToken)
    {
        var mailbox = await AskAsync(
            "Mailbox to try",
            account?.Contains('@', StringComparison.Ordinal) == true ? account : null,
            Objections.NoSpaces,
            cancellationToken
        );
        if (mailbox is null)
        {
            return true;
        }

        var provider = ProviderCatalogue.Of(entry);
        var sends = usage.Purposes.Contains(EntryPurpose.SendMail);
        var collects = usage.Purposes.Contains(EntryPurpose.ReadMail);
        var isGood = !sends || await TrySmtpAsync(entry, provider.Smtp, mailbox, cancellationToken);
        return (!collects || await TryAsync(entry, MailProtocol.Imap, provider.Imap, mailbox, null, cancellationToken)) && isGood;
    }

    private async Task<bool> TrySmtpAsync(OAuthEntry entry, MailHost? known, string mailbox, CancellationToken cancellationToken)
    {
        var recipient = await questions.AskAsync(
            "Send a test mail to (empty for none)",
            null,
            static answer =>
                answer.Length == 0 || (answer.Contains('@', StringComparison.Ordinal) && !answer.Any(char.IsWhiteSpace))
                    ? null
                    : "It is an e-mail address.",
            cancellationToken
        );
        return await TryAsync(entry, MailProtocol.Smtp, known, mailbox, recipient.Length == 0 ? null : recipient, cancellationToken);
    }

    private async Task<bool> TryAsync(
        OAuthEntry entry,
        MailProtocol protocol,
        MailHost? known,
        string mailbox,
        string? recipient,
        CancellationToken cancellationToken
    )
    {
        MailCheck? check = null;
        var name = protocol.ToString().ToUpperInvariant();
        var server = await AskAsync(
            $"{name} server (host:port; starttls or tls behind it if the port is an unusual one)",
            known is null ? null : $"{known} {MailSecurityName.Of(known.Security)}",
            answer => (check = Parse(answer, protocol)) is null ? "Such as mail.example.org:587 starttls." : null,
            cancellationToken
        );
        if (server is null)
        {
            return true;
        }

        var report = await context
            .Get<MailChecker>()
            .CheckAsync(entry.Name.ToString(), entry.Entity, check! with { Username = mailbox, SendTo = recipient }, cancellationToken);
        MailCheckOutput.Write(Output.Console(), report);
        return report.Ok;
    }

    private async Task<string?> AskAsync(
        string question,
        string? proposal,
        Func<string, string?> objection,
        CancellationToken cancellationToken
    )
    {
        var answer = await questions.AskAsync(
            $"{question}, {Nothing} for none",
            proposal,
            answer => answer == Nothing ? null : objection(answer),
            cancellationToken
        );
        return answer == Nothing ? null : answer;
    }

    /// <summary>The server that a person names; null where it cannot be one.</summary>
    internal static MailCheck? Parse(string text, MailProtocol protocol)
    {
        var words = text.Split(' ', StringSplitOptions.RemoveEmptyEntries);
        if (
            words.Length is < 1 or > 2
            || !Uri.TryCreate($"mail://{words[0]}", UriKind.Absolute, out var server)
            || server.Host.Length == 0
            || server.PathAndQuery is not ("" or "/")
            || server.UserInfo.Length > 0
        )
        {
            return null;
        }

        try
        {
            return new MailCheck
            {
                Protocol = protocol,
                Username = string.Empty,
                Host = server.IdnHost,
                Port = server.Port > 0 ? server.Port : null,
                Security = words.Length > 1 ? MailSecurityName.Parse(words[1].ToLower(CultureInfo.InvariantCulture)) : null,
            };
        }
        catch (BridgeException)
        {
            return null; // no such security
        }
    }
}
