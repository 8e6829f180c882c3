using System.CommandLine;
using DolibarrOAuthBridge.Http.Contracts;
using DolibarrOAuthBridge.Mail;

namespace DolibarrOAuthBridge.Commands;

/// <summary><c>check smtp|imap ENTRY</c>: logs in to a mail server with the entry's token and says what fails.</summary>
internal sealed class CheckCommand : IBridgeCommand
{
    private readonly Argument<string> _protocol = new("PROTOCOL") { Description = "smtp or imap." };
    private readonly Argument<string> _entry = new("ENTRY") { Description = "The entry, such as GOOGLE-Mail." };
    private readonly Option<string?> _host = new("--host") { Description = "The server. Default: the provider's.", HelpName = "HOST" };
    private readonly Option<int?> _port = new("--port") { Description = "Its port. Default: the provider's, or the customary one.", HelpName = "PORT" };
    private readonly Option<string?> _security = new("--security") { Description = "none (servers on this machine only), starttls or tls. Default: what is customary on the port.", HelpName = "SECURITY" };
    private readonly Option<string?> _username = new("--username") { Description = "The mailbox to log in to, usually its e-mail address.", HelpName = "USER" };
    private readonly Option<string?> _mechanism = new("--mechanism") { Description = "XOAUTH2 or OAUTHBEARER. Default: the first of the provider's that the server offers.", HelpName = "NAME" };
    private readonly Option<string?> _sendTo = new("--send-to") { Description = "SMTP: send a test mail to this address.", HelpName = "ADDRESS" };
    private readonly Option<string?> _folder = new("--folder") { Description = "IMAP: the folder to open. Default: INBOX.", HelpName = "NAME" };

    public Command Define() => new("check", "Log in to a mail server with an entry's token, and say what fails and what to do.")
    {
        _protocol, _entry, _host, _port, _security, _username, _mechanism, _sendTo, _folder,
    };

    public async Task<int> RunAsync(ParseResult result, Func<CommandContext> open, CancellationToken cancellationToken)
    {
        var protocol = result.GetRequiredValue(_protocol) switch
        {
            "smtp" => MailProtocol.Smtp,
            "imap" => MailProtocol.Imap,
            _ => throw new UsageException("Say what to check: check smtp ENTRY or check imap ENTRY."),
        };
        var check = Read(result, protocol);
        var context = open();
        await using (context.ConfigureAwait(false))
        {
            var report = await context.Get<MailChecker>().CheckAsync(result.GetRequiredValue(_entry), context.Entity, check, cancellationToken).ConfigureAwait(false);
            if (context.Json)
            {
                await Output.WriteJsonAsync(report, BridgeJson.Default.MailCheckReport).ConfigureAwait(false);
            }
            else
            {
                MailCheckOutput.Write(Output.Console(), report);
            }

            return report.Ok ? 0 : 1;
        }
    }

    private MailCheck Read(ParseResult result, MailProtocol protocol)
    {
        var asked = new MailCheckJson(
            result.GetValue(_username), result.GetValue(_host), result.GetValue(_port), result.GetValue(_security), result.GetValue(_mechanism), result.GetValue(_sendTo), result.GetValue(_folder));
        if (string.IsNullOrWhiteSpace(asked.Username))
        {
            throw new UsageException("Say which mailbox to log in to: --username USER, usually its e-mail address.");
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
