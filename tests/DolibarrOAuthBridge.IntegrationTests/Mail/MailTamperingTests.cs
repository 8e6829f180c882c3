// SPDX-License-Identifier: GPL-3.0-or-later

using DolibarrOAuthBridge.IntegrationTests.Support;
using DolibarrOAuthBridge.Mail;
using DolibarrOAuthBridge.Providers;

namespace DolibarrOAuthBridge.IntegrationTests.Mail;

/// <summary>Servers that cheat, break or stall, and somebody on the way who tampers with the connection.</summary>
public sealed class MailTamperingTests(SharedServer database) : ScriptedMailTests(database)
{
    [Theory]
    [InlineData(MailProtocol.Smtp)]
    [InlineData(MailProtocol.Imap)]
    internal async Task A_server_without_STARTTLS_is_not_shown_theToken(MailProtocol protocol)
    {
        await using var server = Start(server => protocol == MailProtocol.Smtp ? GreetSmtpAsync(server) : GreetImapAsync(server));

        AssertFails(await CheckAsync(server, protocol, MailSecurity.StartTls), "starttls", MailFailureCode.StartTlsMissing);
        Assert.DoesNotContain("AUTH", server.Heard, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(MailProtocol.Smtp)]
    [InlineData(MailProtocol.Imap)]
    internal async Task Bytes_slipped_in_before_TLS_end_the_check(MailProtocol protocol)
    {
        await using var server = Start(async server =>
        {
            if (protocol == MailProtocol.Smtp)
            {
                await GreetSmtpAsync(server, "250-STARTTLS");
                await server.AnswerAsync("220 go ahead", "250-injected.example", "250 AUTH XOAUTH2");
                await server.StartTlsAsync();
                await server.AnswerAsync("250-mail.example", "250 AUTH XOAUTH2");
            }
            else
            {
                await GreetImapAsync(server, " STARTTLS");
                await server.AnswerTaggedAsync("TAG OK begin", "* CAPABILITY IMAP4rev1 AUTH=XOAUTH2");
                await server.StartTlsAsync();
                await server.AnswerTaggedAsync("* CAPABILITY IMAP4rev1 AUTH=XOAUTH2 SASL-IR", "TAG OK done");
            }
        });

        AssertFails(await CheckAsync(server, protocol, MailSecurity.StartTls), "starttls", MailFailureCode.Injection);
        Assert.DoesNotContain("AUTHENTICATE", server.Heard, StringComparison.Ordinal);
        Assert.DoesNotContain("AUTH ", server.Heard, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_server_that_offers_only_passwords_after_STARTTLS_gets_noToken_as_a_password()
    {
        await using var server = Start(async smtp =>
        {
            await GreetSmtpAsync(smtp, "250-STARTTLS");
            await smtp.AnswerAsync("220 go ahead");
            await smtp.StartTlsAsync();
            await smtp.AnswerAsync("250-mail.example", "250 AUTH PLAIN LOGIN");
        });

        var report = await CheckAsync(server, MailProtocol.Smtp, MailSecurity.StartTls);

        AssertFails(report, "authenticate", MailFailureCode.MechanismMissing);
        Assert.Contains("LOGIN, PLAIN", report.Steps[^1].Detail, StringComparison.Ordinal);
        Assert.DoesNotContain("AUTH", server.Heard, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_session_that_is_logged_in_before_TLS_proves_nothing()
    {
        await using var server = Start(async imap =>
        {
            await imap.SayAsync("* PREAUTH [CAPABILITY IMAP4rev1 STARTTLS AUTH=XOAUTH2] welcome");
            await imap.AnswerTaggedAsync("TAG BAD already authenticated");
        });

        Assert.False((await CheckAsync(server, MailProtocol.Imap, MailSecurity.StartTls)).Ok);
        Assert.DoesNotContain("AUTHENTICATE", server.Heard, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("other.example", false, "not for this host")]
    [InlineData("localhost", true, "is valid from")]
    public async Task A_bad_certificate_is_explained(string name, bool expired, string explanation)
    {
        await using var server = Start(static server => server.StartTlsAsync(), name, expired);

        var report = await CheckAsync(server, MailProtocol.Imap, MailSecurity.Tls);

        AssertFails(report, "tls", MailFailureCode.Certificate);
        Assert.Contains(explanation, report.Steps[^1].Detail, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(MailProtocol.Smtp, MailSecurity.None)]
    [InlineData(MailProtocol.Imap, MailSecurity.StartTls)]
    [InlineData(MailProtocol.Smtp, MailSecurity.Tls)]
    internal async Task A_server_that_says_nothing_ends_with_the_deadline(MailProtocol protocol, MailSecurity security)
    {
        await using var server = Start(static server => server.HangAsync());

        var report = await CheckAsync(server, protocol, security, TimeSpan.FromSeconds(1));

        Assert.Equal(MailFailureCode.Timeout, report.Code);
        Assert.Contains("did not answer in time", report.Steps[^1].Detail, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_server_that_falls_silent_after_theToken_ends_with_the_deadline()
    {
        await using var server = Start(async smtp =>
        {
            await GreetSmtpAsync(smtp);
            await smtp.HearAsync();
            await smtp.HangAsync();
        });

        Assert.Equal(
            MailFailureCode.Timeout,
            (await CheckAsync(server, MailProtocol.Smtp, MailSecurity.None, TimeSpan.FromSeconds(2))).Code
        );
    }

    [Fact]
    public async Task A_server_that_never_stops_talking_is_cut_off()
    {
        await using var server = Start(async smtp =>
        {
            var flood = new string('x', 1024 * 1024);
            while (true)
            {
                await smtp.SayAsync("220-" + flood);
            }
        });

        AssertFails(await CheckAsync(server, MailProtocol.Smtp, MailSecurity.None), "greeting", MailFailureCode.Protocol);
    }

    [Fact]
    public async Task What_is_no_mail_server_is_told_as_such()
    {
        await using var server = Start(static async server => await server.SayAsync("HTTP/1.1 400 Bad Request", string.Empty));

        AssertFails(await CheckAsync(server, MailProtocol.Imap, MailSecurity.None), "greeting", MailFailureCode.Protocol);
    }
}
