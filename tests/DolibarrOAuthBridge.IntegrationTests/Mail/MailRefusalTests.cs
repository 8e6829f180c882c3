// SPDX-License-Identifier: GPL-3.0-or-later

using System.Text;
using DolibarrOAuthBridge.IntegrationTests.Support;
using DolibarrOAuthBridge.Mail;
using DolibarrOAuthBridge.Providers;

namespace DolibarrOAuthBridge.IntegrationTests.Mail;

/// <summary>Servers that refuse in the words of Gmail and Exchange Online.</summary>
public sealed class MailRefusalTests(SharedServer database) : ScriptedMailTests(database)
{
    private const string Gmail334 = "eyJzdGF0dXMiOiI0MDAiLCJzY2hlbWVzIjoiQmVhcmVyIiwic2NvcGUiOiJodHRwczovL21haWwuZ29vZ2xlLmNvbS8ifQ==";

    public static TheoryData<string, string, string, string> SmtpRefusals =>
        new()
        {
            {
                "535 5.7.3 Authentication unsuccessful [AM0PR02CA0123.eurprd02.prod.outlook.com 2026-11-24T10:00:00.000Z 08DE2B]",
                MailFailureCode.TokenRefused,
                "SMTP.Send",
                "5.7.3"
            },
            {
                "535 5.7.139 Authentication unsuccessful, SmtpClientAuthentication is disabled for the Tenant. Visit "
                    + "https://aka.ms/smtp_auth_disabled for more information.",
                MailFailureCode.SmtpAuthDisabled,
                "Set-TransportConfig",
                "aka.ms/smtp_auth_disabled"
            },
            {
                "535 5.7.139 Authentication unsuccessful, user is locked by your organization's security defaults policy.",
                MailFailureCode.PolicyBlocked,
                "Conditional Access",
                "5.7.139"
            },
            { "454 4.7.0 Temporary authentication failure", MailFailureCode.TryLater, "few minutes", "454" },
            { "500 5.5.2 Line too long", MailFailureCode.TokenTooLong, "opaque tokens", "500" },
            { "530 5.7.0 Must issue a STARTTLS command first.", MailFailureCode.TlsRequired, "--security starttls", "530" },
        };

    [Theory]
    [MemberData(nameof(SmtpRefusals))]
    public async Task An_SMTP_refusal_is_turned_into_what_to_do(string answer, string code, string advice, string shown)
    {
        await using var server = Start(async smtp =>
        {
            await GreetSmtpAsync(smtp);
            await smtp.AnswerAsync(answer);
        });

        var report = await CheckAsync(server, MailProtocol.Smtp, MailSecurity.None);

        AssertFails(report, "authenticate", code);
        Assert.Contains(advice, report.Steps[^1].Detail, StringComparison.Ordinal);
        Assert.Contains(shown, report.Steps[^1].Detail, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("https://oauth.yandex.com", true)]
    [InlineData("https://other.example", false)]
    public async Task A_mechanism_that_IMAP_does_not_list_is_tried_only_where_it_is_known_to_be_taken(string url, bool isTried)
    {
        await UseGenericAsync(url);
        await using var server = Start(async imap =>
        {
            await imap.SayAsync("* OK ready");
            await imap.AnswerTaggedAsync("* CAPABILITY IMAP4rev1 AUTH=PLAIN SASL-IR", "TAG OK done");
            await imap.AnswerTaggedAsync("TAG NO no");
        });

        var report = await CheckAsync(server, MailProtocol.Imap, MailSecurity.None);

        AssertFails(report, "authenticate", isTried ? MailFailureCode.Refused : MailFailureCode.MechanismMissing);
        Assert.Equal(isTried, server.Heard.Contains("AUTHENTICATE XOAUTH2", StringComparison.Ordinal));
    }

    [Fact]
    public async Task Gmails_334_is_answered_with_an_empty_line_and_decoded()
    {
        await using var server = Start(async smtp =>
        {
            await GreetSmtpAsync(smtp);
            await smtp.AnswerAsync("334 " + Gmail334);
            await smtp.AnswerAsync(
                "535-5.7.8 Username and Password not accepted. For more information, go to",
                "535 5.7.8  https://support.google.com/mail/?p=BadCredentials 5b1f17b1804b1 - gsmtp"
            );
        });

        var report = await CheckAsync(server, MailProtocol.Smtp, MailSecurity.None);

        AssertFails(report, "authenticate", MailFailureCode.TokenRefused);
        Assert.Contains("status 400, wants the scope https://mail.google.com/", report.Steps[^1].Detail, StringComparison.Ordinal);
        Assert.Contains("\n\r\n", server.Heard + "\n", StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_server_that_challenges_for_ever_does_not_hold_the_check()
    {
        await using var server = Start(async smtp =>
        {
            await GreetSmtpAsync(smtp);
            for (var challenge = 0; challenge < 5; challenge++)
            {
                await smtp.AnswerAsync("334 " + Gmail334);
            }
        });

        AssertFails(await CheckAsync(server, MailProtocol.Smtp, MailSecurity.None), "authenticate", MailFailureCode.Refused);
    }

    public static TheoryData<string, string> ImapRefusals =>
        new()
        {
            { "TAG NO AUTHENTICATE failed.", MailFailureCode.TokenRefused },
            { "TAG NO [AUTHENTICATIONFAILED] Invalid credentials (Failure)", MailFailureCode.TokenRefused },
            {
                "TAG NO [ALERT] Please log in via your web browser: https://support.google.com/mail/accounts/answer/78754 (Failure)",
                MailFailureCode.PolicyBlocked
            },
            {
                "TAG NO [ALERT] Your account is not enabled for IMAP use. Please visit your Gmail settings page and enable your "
                    + "account for IMAP access. (Failure)",
                MailFailureCode.ImapDisabled
            },
            { "* BYE Session invalidated - AccessTokenExpired", MailFailureCode.TokenRefused },
        };

    [Theory]
    [MemberData(nameof(ImapRefusals))]
    public async Task An_IMAP_refusal_is_turned_into_what_to_do(string answer, string code)
    {
        await using var server = Start(async imap =>
        {
            await GreetImapAsync(imap);
            await imap.AnswerTaggedAsync(answer);
            await imap.CloseAsync();
        });

        var report = await CheckAsync(server, MailProtocol.Imap, MailSecurity.None);

        AssertFails(report, "authenticate", code);
        Assert.Contains(answer.Split(' ')[^1], report.Steps[^1].Detail, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("TAG BAD Error in IMAP command received by server.")]
    [InlineData("* BYE Too many invalid commands")]
    [InlineData("TAG BAD Line too long")]
    public async Task A_server_that_breaks_off_at_a_long_token_is_explained_by_the_token(string answer)
    {
        await UseLongTokenAsync();
        await using var server = Start(async imap =>
        {
            await GreetImapAsync(imap);
            await imap.AnswerTaggedAsync(answer);
            await imap.CloseAsync();
        });

        AssertFails(await CheckAsync(server, MailProtocol.Imap, MailSecurity.None), "authenticate", MailFailureCode.TokenTooLong);
    }

    [Fact]
    public async Task A_server_that_hangs_up_without_a_word_at_a_long_token_is_explained_by_the_token()
    {
        await UseLongTokenAsync();
        await using var server = Start(async imap =>
        {
            await GreetImapAsync(imap);
            await imap.HearAsync();
            await imap.CloseAsync();
        });

        var report = await CheckAsync(server, MailProtocol.Imap, MailSecurity.None);

        AssertFails(report, "authenticate", MailFailureCode.TokenTooLong);
        Assert.Contains("4096", report.Steps[^1].Detail, StringComparison.Ordinal);
    }

    [Fact]
    public async Task An_account_without_folders_is_one_whose_login_works()
    {
        await using var server = Start(async imap =>
        {
            await GreetImapAsync(imap, " NAMESPACE");
            await imap.AnswerTaggedAsync("TAG OK AUTHENTICATE completed.");
            while (await imap.HearAsync() is { Length: > 0 } command)
            {
                var words = command.Split(' ');
                await imap.SayAsync(
                    words[1] switch
                    {
                        "CAPABILITY" => "* CAPABILITY IMAP4rev1 NAMESPACE",
                        "NAMESPACE" => "* NAMESPACE NIL NIL NIL",
                        _ => "* OK nothing",
                    },
                    $"{words[0]} OK done"
                );
            }
        });

        var report = await CheckAsync(server, MailProtocol.Imap, MailSecurity.None);

        AssertFails(report, "list", MailFailureCode.FolderMissing);
        Assert.Contains("The login works", report.Steps[^1].Detail, StringComparison.Ordinal);
    }

    [Fact]
    public async Task AToken_that_Exchange_takes_for_another_mailbox_fails_when_the_folders_are_listed()
    {
        await using var server = Start(async imap =>
        {
            await GreetImapAsync(imap);
            await imap.AnswerTaggedAsync("TAG OK AUTHENTICATE completed.");
            while (true)
            {
                await imap.AnswerTaggedAsync("TAG BAD User is authenticated but not connected.");
            }
        });

        var report = await CheckAsync(server, MailProtocol.Imap, MailSecurity.None);

        AssertFails(report, "list", MailFailureCode.MailboxMismatch);
        Assert.True(report.Steps.Single(step => step.Name == "authenticate").Ok);
    }

    [Fact]
    public async Task A_server_that_says_theToken_back_does_not_bring_it_into_the_report()
    {
        await using var server = Start(async smtp =>
        {
            await GreetSmtpAsync(smtp);
            var command = await smtp.HearAsync();
            await smtp.SayAsync(
                $"535 5.7.8 {Token} {command.Split(' ')[^1]} {Convert.ToHexString(Encoding.UTF8.GetBytes(Token))} is not good"
            );
        });

        var report = await CheckAsync(server, MailProtocol.Smtp, MailSecurity.None);

        Assert.Equal(
            "535 5.7.8 [redacted] [redacted] [redacted] is not good",
            report.Steps[^1].Detail["The server says: ".Length..].Split(". ")[0]
        );
    }
}
