// SPDX-License-Identifier: GPL-3.0-or-later

using DolibarrOAuthBridge.Mail;
using DolibarrOAuthBridge.Providers;

namespace DolibarrOAuthBridge.Tests.Mail;

public sealed class MailRefusalsTests
{
    private const string GmailExplanation = """{"status":"400","schemes":"Bearer","scope":"https://mail.google.com/"}""";

    [Theory]
    [InlineData(
        MailProtocol.Smtp,
        "535 5.7.139 Authentication unsuccessful, SmtpClientAuthentication is disabled for the Mailbox. Visit "
            + "https://aka.ms/smtp_auth_disabled",
        MailFailureCode.SmtpAuthDisabled,
        "for this mailbox"
    )]
    [InlineData(
        MailProtocol.Smtp,
        "535 5.7.139 Authentication unsuccessful, the request did not meet the criteria to be authenticated successfully. Contact "
            + "your administrator.",
        MailFailureCode.PolicyBlocked,
        "Conditional Access"
    )]
    [InlineData(
        MailProtocol.Smtp,
        "535 5.7.139 Authentication unsuccessful, the user credentials were incorrect.",
        MailFailureCode.SmtpAuthDisabled,
        "Authenticated SMTP"
    )]
    [InlineData(MailProtocol.Smtp, "451 5.7.3 STARTTLS is required to send mail", MailFailureCode.TlsRequired, "STARTTLS")]
    [InlineData(MailProtocol.Smtp, "535 5.7.3 Authentication unsuccessful", MailFailureCode.TokenRefused, "SMTP.SendAsApp")]
    [InlineData(
        MailProtocol.Smtp,
        "554 5.2.252 SendAsDenied; ada@example.com not allowed to send as erp@example.com",
        MailFailureCode.SenderRefused,
        "Send As"
    )]
    [InlineData(MailProtocol.Smtp, "504 5.7.4 Unrecognized authentication type", MailFailureCode.MechanismMissing, "submission server")]
    [InlineData(MailProtocol.Smtp, "555 5.5.2 Syntax error, command line too long", MailFailureCode.TokenTooLong, "fewer scopes")]
    [InlineData(MailProtocol.Smtp, "421 4.7.0 Try again later", MailFailureCode.TryLater, "few minutes")]
    [InlineData(MailProtocol.Smtp, "599 never seen", MailFailureCode.Refused, "user name")]
    [InlineData(MailProtocol.Imap, "NO AUTHENTICATE failed.", MailFailureCode.TokenRefused, "IMAP.AccessAsApp")]
    [InlineData(MailProtocol.Imap, "BAD User is authenticated but not connected.", MailFailureCode.MailboxMismatch, "another mailbox")]
    [InlineData(MailProtocol.Imap, "NO [UNAVAILABLE] Temporary authentication failure.", MailFailureCode.TryLater, "few minutes")]
    [InlineData(
        MailProtocol.Imap,
        "NO [ALERT] IMAP access is disabled for your domain. Please contact your domain administrator",
        MailFailureCode.ImapDisabled,
        "Admin console"
    )]
    internal void A_refusal_is_known_by_its_words(MailProtocol protocol, string answer, string code, string advice)
    {
        var refusal = MailRefusals.Decode(protocol, answer);

        Assert.Equal(code, refusal.Code);
        Assert.Contains(advice, refusal.Advice, StringComparison.Ordinal);
    }

    [Fact]
    public void A_scope_that_the_server_wants_and_the_token_lacks_is_named()
    {
        var refusal = MailRefusals.Decode(
            MailProtocol.Smtp,
            "535 5.7.8 Username and Password not accepted",
            GmailExplanation,
            "openid email"
        );

        Assert.Equal(MailFailureCode.ScopeMissing, refusal.Code);
        Assert.Contains("lacks the scope https://mail.google.com/", refusal.Advice, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(GmailExplanation, "openid https://mail.google.com/")]
    [InlineData(GmailExplanation, null)]
    [InlineData("""{"status":"invalid_token","scope":"mail"}""", "openid")]
    [InlineData("not JSON", "openid")]
    [InlineData("[1]", "openid")]
    [InlineData("""{"status":{}}""", "openid")]
    public void An_explanation_that_says_nothing_of_scopes_changes_nothing(string explanation, string? granted) =>
        Assert.Equal(MailFailureCode.TokenRefused, MailRefusals.Decode(MailProtocol.Smtp, "535 5.7.8 no", explanation, granted).Code);
}
