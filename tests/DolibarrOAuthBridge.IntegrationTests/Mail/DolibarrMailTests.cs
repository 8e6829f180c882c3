// SPDX-License-Identifier: GPL-3.0-or-later

using System.Net.Http.Json;
using System.Text.Json;
using DolibarrOAuthBridge.IntegrationTests.Support;
using DolibarrOAuthBridge.Mail;

namespace DolibarrOAuthBridge.IntegrationTests.Mail;

/// <summary>Checks of what Dolibarr itself is set to: outgoing mail by context, and email collectors.</summary>
public sealed class DolibarrMailTests(SharedServer database, MailServers mail) : IAsyncLifetime
{
    // As Dolibarr 22 makes it, without the columns that have nothing to do with the login.
    private const string Collectors = """
        CREATE TABLE llx_emailcollector_emailcollector (
            rowid integer AUTO_INCREMENT PRIMARY KEY NOT NULL, entity integer DEFAULT 1 NOT NULL, ref varchar(128) NOT NULL,
            host varchar(255), port varchar(10) DEFAULT '993', imap_encryption varchar(16) DEFAULT 'ssl', login varchar(128),
            acces_type integer DEFAULT 0, oauth_service varchar(128),
            source_directory varchar(255) DEFAULT 'Inbox' NOT NULL, status integer NOT NULL)
        """;

    private World _world = null!;
    private BridgeHost _host = null!;

    public async ValueTask InitializeAsync()
    {
        _world = await World.CreateBareAsync(database.Server);
        await _world.ExecuteAsync(Collectors);
        await _world.UseSidecarAccountAsync();
        await _world.ExecuteAsync("DELETE FROM llx_const WHERE name LIKE 'MAIN|_MAIL|_%' ESCAPE '|'");
        _host = _world.Open(new BridgeOptions { MailCaFile = mail.Dovecot.AuthorityPath });
        await mail.GrantAsync(_world);
    }

    public ValueTask DisposeAsync() => _world.DisposeAsync();

    [Fact]
    public async Task Outgoing_mail_is_checked_with_the_settings_that_Dolibarr_sends_with()
    {
        await SetSmtpAsync(string.Empty, mail.Dovecot.SubmissionPort, ("MAIN_MAIL_EMAIL_TLS", "1"), ("MAIN_MAIL_EMAIL_STARTTLS", "1"));

        var list = await SmtpAsync();

        var report = Assert.Single(list.Checks);
        Assert.True(list.Ok, Describe(list));
        Assert.Equal(
            ("outgoing mail", World.Entry, "starttls", mail.Dovecot.SubmissionPort),
            (report.Source, report.Entry, report.Security, report.Port)
        );
        Assert.Equal(["settings", "token", "connect", "starttls", "authenticate"], report.Steps.Select(step => step.Name));
    }

    [Fact]
    public async Task Every_context_with_settings_of_its_own_is_checked_and_one_can_be_picked()
    {
        await SetSmtpAsync(string.Empty, mail.Dovecot.SubmissionPort, ("MAIN_MAIL_EMAIL_STARTTLS", "1"));
        await SetSmtpAsync("_EMAILING", mail.Dovecot.SubmissionsPort, ("MAIN_MAIL_EMAIL_TLS_EMAILING", "1"));
        await _world.Install.SetConstAsync("MAIN_MAIL_SENDMODE_TICKET", "default");

        var all = await SmtpAsync();
        var emailing = await SmtpAsync(context: "emailing");
        var ticket = await SmtpAsync(context: "TICKET");

        Assert.True(all.Ok, Describe(all));
        Assert.Equal(["outgoing mail", "outgoing mail, EMAILING"], all.Checks.Select(check => check.Source));
        Assert.Equal("tls", Assert.Single(emailing.Checks).Security);
        Assert.Equal("outgoing mail", Assert.Single(ticket.Checks).Source);
    }

    [Fact]
    public async Task A_context_whose_token_stock_code_would_not_use_is_told()
    {
        await SetSmtpAsync("_EMAILING", mail.Dovecot.SubmissionsPort, ("MAIN_MAIL_EMAIL_TLS_EMAILING", "1"));
        await _world.Install.SetConstAsync("MAIN_MAIL_SMTPS_AUTH_TYPE", "LOGIN");

        var report = Assert.Single((await SmtpAsync()).Checks);

        Assert.Contains("MAIN_MAIL_SMTPS_AUTH_TYPE of the main settings is not XOAUTH2", report.Steps[0].Detail, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_companys_own_settings_come_before_those_of_all()
    {
        await SetSmtpAsync(string.Empty, mail.Dovecot.SubmissionPort, ("MAIN_MAIL_EMAIL_STARTTLS", "1"));
        await _world.Install.SetConstAsync("MAIN_MAIL_SMTPS_ID", "nobody@example.com", entity: 0);
        await _world.Install.SetConstAsync("MAIN_MAIL_SMTP_PORT", "1", entity: 0);

        Assert.True((await SmtpAsync()).Ok);
        Assert.False((await _host.Get<DolibarrMail>().CheckSmtpAsync(2, null, null, null)).Ok);
    }

    [Theory]
    [InlineData("MAIN_MAIL_SENDMODE", "mail", "MAIN_MAIL_SENDMODE is mail")]
    [InlineData("MAIN_MAIL_SMTPS_AUTH_TYPE", "LOGIN", "is not XOAUTH2")]
    [InlineData("MAIN_MAIL_SMTP_SERVER", "", "Not set in Dolibarr: MAIN_MAIL_SMTP_SERVER.")]
    [InlineData("MAIN_MAIL_SMTPS_OAUTH_SERVICE", "GOOGLE-Gone", "no such OAuth entry")]
    [InlineData("MAIN_MAIL_SMTP_SERVER", "192.0.2.1", "security none")]
    public async Task Settings_that_cannot_work_fail_at_the_first_step(string name, string value, string explanation)
    {
        await SetSmtpAsync(string.Empty, mail.Dovecot.SubmissionPort);
        await _world.Install.SetConstAsync(name, value);

        var list = await SmtpAsync();

        Assert.False(list.Ok);
        var step = Assert.Single(Assert.Single(list.Checks).Steps);
        Assert.Equal("settings", step.Name);
        Assert.Contains(explanation, step.Detail, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Every_email_collector_with_a_token_is_checked_in_its_own_folder()
    {
        await _world.Install.SetConstAsync("MAIN_IMAP_USE_PHPIMAP", "1");
        await AddCollectorAsync("Support", mail.Dovecot.ImapsPort, "ssl");
        await AddCollectorAsync("Sales", mail.Dovecot.ImapPort, "tls", folder: "Gone");
        await AddCollectorAsync("Archive", mail.Dovecot.ImapPort, "notls", status: 0);
        await AddCollectorAsync("Password", 1, "ssl", accessType: 0);
        await AddCollectorAsync("Other company", 1, "ssl", entity: 2);

        var list = await _host.Get<DolibarrMail>().CheckImapAsync(1, null);

        Assert.Equal(
            [
                ("email collector Archive", true, null),
                ("email collector Sales", false, MailFailureCode.FolderMissing),
                ("email collector Support", true, null),
            ],
            list.Checks.Select(check => (check.Source!, check.Ok, check.Code))
        );
        Assert.Equal(["none", "starttls", "tls"], list.Checks.Select(check => check.Security));
        Assert.Contains("switched off", list.Checks[0].Steps[0].Detail, StringComparison.Ordinal);
        Assert.DoesNotContain("MAIN_IMAP_USE_PHPIMAP", list.Checks[2].Steps[0].Detail, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_table_of_an_old_release_or_none_at_all_is_no_failure_of_the_bridge()
    {
        await using var world = await World.CreateBareAsync(database.Server);
        var host = world.Open();
        Assert.Contains(
            "No email collector",
            (await host.Get<DolibarrMail>().CheckImapAsync(1, null)).Checks[0].Steps[0].Detail,
            StringComparison.Ordinal
        );

        await world.ExecuteAsync(
            "CREATE TABLE llx_emailcollector_emailcollector (rowid integer PRIMARY KEY, entity integer, ref varchar(128), host "
                + "varchar(255), login varchar(128), status integer)"
        );
        await world.ExecuteAsync("INSERT INTO llx_emailcollector_emailcollector VALUES (1, 1, 'Old', 'localhost', 'ada@example.com', 1)");
        Assert.Contains(
            "No email collector",
            (await host.Get<DolibarrMail>().CheckImapAsync(1, World.Entry)).Checks[0].Steps[0].Detail,
            StringComparison.Ordinal
        );
    }

    [Fact]
    public async Task The_API_and_the_command_line_check_all_in_one_call()
    {
        await SetSmtpAsync(string.Empty, mail.Dovecot.SubmissionPort, ("MAIN_MAIL_EMAIL_STARTTLS", "1"));
        await AddCollectorAsync("Support", mail.Dovecot.ImapsPort, "ssl");
        _world.Settings = new Dictionary<string, string?> { ["Bridge:MailCaFile"] = mail.Dovecot.AuthorityPath };
        var sidecar = await _world.ServeAsync();

        using var smtp = await sidecar.Client.PostAsync(new Uri("/v1/check/smtp", UriKind.Relative), null);
        using var imap = await sidecar.Client.PostAsync(
            new Uri("/v1/check/imap", UriKind.Relative),
            JsonContent.Create(new { entry = World.Entry })
        );
        foreach (var response in new[] { smtp, imap })
        {
            var json = JsonDocument.Parse(await response.Content.ReadAsStringAsync()).RootElement;
            Assert.True(json.GetProperty("ok").GetBoolean(), json.ToString());
            Assert.Equal("XOAUTH2", json.GetProperty("checks")[0].GetProperty("mechanism").GetString());
        }

        var command = await _world.RunAsync("check", "smtp", "--from-dolibarr");
        Assert.True(command.ExitCode == 0, command.Output + command.Error);
        Assert.Contains("outgoing mail", command.Output, StringComparison.Ordinal);
        Assert.Equal(1, (await _world.RunAsync("check", "imap", "GENERIC-Other", "--from-dolibarr")).ExitCode);
        Assert.Equal(2, (await _world.RunAsync("check", "imap", "--from-dolibarr", "--host", "localhost")).ExitCode);
    }

    private static string Describe(MailCheckList list) =>
        string.Join('\n', list.Checks.SelectMany(check => check.Steps).Select(step => $"{step.Name} {step.Ok} {step.Detail}"));

    private Task<MailCheckList> SmtpAsync(string? context = null) => _host.Get<DolibarrMail>().CheckSmtpAsync(1, null, context, null);

    private async Task SetSmtpAsync(string ending, int port, params (string Name, string Value)[] more)
    {
        (string, string)[] constants =
        [
            ("MAIN_MAIL_SENDMODE" + ending, "smtps"),
            ("MAIN_MAIL_SMTP_SERVER" + ending, "localhost"),
            ("MAIN_MAIL_SMTP_PORT" + ending, $"{port}"),
            ("MAIN_MAIL_SMTPS_ID" + ending, MailServers.Ada),
            ("MAIN_MAIL_SMTPS_AUTH_TYPE" + ending, "XOAUTH2"),
            ("MAIN_MAIL_SMTPS_OAUTH_SERVICE" + ending, World.Entry),
            .. more,
        ];
        foreach (var (name, value) in constants)
        {
            await _world.Install.SetConstAsync(name, value);
        }
    }

    private Task AddCollectorAsync(
        string reference,
        int port,
        string encryption,
        string folder = "Inbox",
        int accessType = 1,
        int status = 1,
        int entity = 1
    ) =>
        _world.ExecuteAsync(
            $"""
            INSERT INTO llx_emailcollector_emailcollector (
                entity, ref, host, port, imap_encryption, login, acces_type, oauth_service, source_directory, status
            ) VALUES (
                {entity}, '{reference}', 'localhost', '{port}', '{encryption}',
                '{MailServers.Ada}', {accessType}, '{World.Entry}', '{folder}', {status}
            )
            """
        );
}
