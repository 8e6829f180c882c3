// SPDX-License-Identifier: GPL-3.0-or-later

using System.CommandLine;
using DolibarrOAuthBridge.Http.Contracts;
using DolibarrOAuthBridge.Mail;
using DolibarrOAuthBridge.Providers;

namespace DolibarrOAuthBridge.Commands;

/// <summary>
/// <c>check smtp|imap</c>: logs in to a mail server with an entry's token, or to all that Dolibarr is set to, and says what
/// fails.
/// </summary>
internal sealed class CheckCommand : IBridgeCommand
{
    private readonly Argument<string> _protocol = new("PROTOCOL") { Description = "smtp or imap." };
    private readonly Argument<string?> _entry = new("ENTRY")
    {
        Description = "The entry, such as GOOGLE-Mail. With --from-dolibarr: only what uses it.",
        Arity = ArgumentArity.ZeroOrOne,
    };
    private readonly Option<string?> _host = new("--host") { Description = "The server. Default: the provider's.", HelpName = "HOST" };
    private readonly Option<int?> _port = new("--port")
    {
        Description = "Its port. Default: the provider's, or the customary one.",
        HelpName = "PORT",
    };
    private readonly Option<string?> _security = new("--security")
    {
        Description = "none (servers on this machine only), starttls or tls. Default: what is customary on the port.",
        HelpName = "SECURITY",
    };
    private readonly Option<string?> _username = new("--username")
    {
        Description = "The mailbox to log in to, usually its e-mail address.",
        HelpName = "USER",
    };
    private readonly Option<string?> _mechanism = new("--mechanism")
    {
        Description = "XOAUTH2 or OAUTHBEARER. Default: the first of the provider's that the server offers.",
        HelpName = "NAME",
    };
    private readonly Option<string?> _sendTo = new("--send-to")
    {
        Description = "SMTP: send a test mail to this address.",
        HelpName = "ADDRESS",
    };
    private readonly Option<string?> _folder = new("--folder")
    {
        Description = "IMAP: the folder to open. Default: INBOX.",
        HelpName = "NAME",
    };
    private readonly Option<bool> _fromDolibarr = new("--from-dolibarr")
    {
        Description = "Check Dolibarr's own settings: outgoing mail (smtp) or the email collectors (imap).",
    };
    private readonly Option<string?> _context = new("--context")
    {
        Description = "SMTP with --from-dolibarr: one context alone, such as EMAILING, TICKET or PASSWORDRESET.",
        HelpName = "CONTEXT",
    };

    public Command Define() =>
        new("check", "Log in to a mail server with an entry's token, and say what fails and what to do.")
        {
            _protocol,
            _entry,
            _host,
            _port,
            _security,
            _username,
            _mechanism,
            _sendTo,
            _folder,
            _fromDolibarr,
            _context,
        };

    public async Task<int> RunAsync(ParseResult result, Func<CommandContext> open, CancellationToken cancellationToken)
    {
        var protocol = result.GetRequiredValue(_protocol) switch
        {
            "smtp" => MailProtocol.Smtp,
            "imap" => MailProtocol.Imap,
            _ => throw new UsageException("Say what to check: check smtp ENTRY, check imap ENTRY, or either with --from-dolibarr."),
        };
        var check = Read(result, protocol);
        var context = open();
        await using (context)
        {
            return check is null
                ? await CheckDolibarrAsync(context, protocol, result, cancellationToken)
                : await CheckAsync(context, result.GetValue(_entry)!, check, cancellationToken);
        }
    }

    private static async Task<int> CheckAsync(CommandContext context, string entry, MailCheck check, CancellationToken cancellationToken)
    {
        var report = await context.Get<MailChecker>().CheckAsync(entry, context.Entity, check, cancellationToken);
        if (context.Json)
        {
            await Output.WriteJsonAsync(report, CommandJson.Default.MailCheckReport);
        }
        else
        {
            MailCheckOutput.Write(Output.Console(), report);
        }

        return report.Ok ? 0 : 1;
    }

    private async Task<int> CheckDolibarrAsync(
        CommandContext context,
        MailProtocol protocol,
        ParseResult result,
        CancellationToken cancellationToken
    )
    {
        var mail = context.Get<DolibarrMail>();
        var entry = result.GetValue(_entry);
        var list =
            protocol == MailProtocol.Smtp
                ? await mail.CheckSmtpAsync(context.Entity, entry, result.GetValue(_context), result.GetValue(_sendTo), cancellationToken)
                : await mail.CheckImapAsync(context.Entity, entry, cancellationToken);
        if (context.Json)
        {
            await Output.WriteJsonAsync(list, CommandJson.Default.MailCheckList);
            return list.Ok ? 0 : 1;
        }

        foreach (var report in list.Checks)
        {
            MailCheckOutput.Write(Output.Console(), report);
        }

        return list.Ok ? 0 : 1;
    }

    // Null: what Dolibarr is set to.
    private MailCheck? Read(ParseResult result, MailProtocol protocol)
    {
        var asked = new MailCheckJson(
            result.GetValue(_username),
            result.GetValue(_host),
            result.GetValue(_port),
            result.GetValue(_security),
            result.GetValue(_mechanism),
            result.GetValue(_sendTo),
            result.GetValue(_folder)
        );
        if (result.GetValue(_fromDolibarr))
        {
            return asked with { SendTo = null } == new MailCheckJson(null)
                ? null
                : throw new UsageException(
                    "--from-dolibarr takes server, mailbox and folder from Dolibarr's settings: "
                        + "leave out --host, --port, --security, --username, --mechanism and --folder."
                );
        }

        if (result.GetValue(_context) is not null)
        {
            throw new UsageException("--context is for --from-dolibarr.");
        }

        if (string.IsNullOrWhiteSpace(result.GetValue(_entry)) || string.IsNullOrWhiteSpace(asked.Username))
        {
            throw new UsageException(
                "Say which entry and which mailbox: check smtp ENTRY --username USER (usually an e-mail address); or --from-dolibarr."
            );
        }

        try
        {
            return asked.ToCheck(protocol);
        }
        catch (BridgeException exception)
        {
            throw new UsageException(exception.Message);
        }
    }
}
