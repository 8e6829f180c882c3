// SPDX-License-Identifier: GPL-3.0-or-later

using DolibarrOAuthBridge.Demo.Mail;
using DolibarrOAuthBridge.Demo.Provider;
using DolibarrOAuthBridge.IntegrationTests.Support;
using DolibarrOAuthBridge.Mail;
using DolibarrOAuthBridge.Providers;

namespace DolibarrOAuthBridge.IntegrationTests.Mail;

/// <summary>Checks of a real Dovecot with tokens that it has validated by the provider.</summary>
public sealed class MailCheckTests(SharedServer database, MailServers mail) : IAsyncLifetime
{
    private World _world = null!;

    private DovecotServer Dovecot => mail.Dovecot;

    public async ValueTask InitializeAsync() => _world = await World.CreateAsync(database.Server);

    public ValueTask DisposeAsync() => _world.DisposeAsync();

    public static TheoryData<string, string, string> Ways =>
        new(
            from protocol in Enum.GetNames<MailProtocol>()
            from security in Enum.GetNames<MailSecurity>()
            from mechanism in new[] { SaslName.XOAuth2, SaslName.OAuthBearer }
            select (protocol, security, mechanism)
        );

    [Theory]
    [MemberData(nameof(Ways))]
    public async Task A_login_goes_through_step_by_step(string protocolName, string securityName, string mechanism)
    {
        var protocol = Enum.Parse<MailProtocol>(protocolName);
        var security = Enum.Parse<MailSecurity>(securityName);
        var token = await mail.GrantAsync(_world);

        var report = await CheckAsync(Check(protocol, security) with { Mechanism = mechanism });

        Assert.True(report.Ok, Describe(report));
        Assert.Equal(mechanism, report.Mechanism);
        var protection = security switch
        {
            MailSecurity.None => "greeting",
            MailSecurity.StartTls => "starttls",
            _ => "tls",
        };
        string[] expected =
            protocol == MailProtocol.Smtp
                ? ["token", "connect", protection, "authenticate"]
                : ["token", "connect", protection, "authenticate", "list", "open"];
        Assert.Equal(expected, report.Steps.Select(step => step.Name));
        Assert.All(report.Steps, step =>
            Assert.True(step.Ok && step.Ms >= 0 && step.Detail.Length > 0 && !step.Detail.Contains(token, StringComparison.Ordinal))
        );
    }

    [Fact]
    public async Task Without_a_choice_the_mechanism_is_the_one_that_Dolibarr_speaks()
    {
        await mail.GrantAsync(_world);

        Assert.Equal(SaslName.XOAuth2, (await CheckAsync(Check(MailProtocol.Imap, MailSecurity.Tls))).Mechanism);
    }

    [Fact]
    public async Task A_test_mail_arrives_only_where_one_is_asked_for()
    {
        await mail.GrantAsync(_world, MailServers.Grace);
        var imap = Check(MailProtocol.Imap, MailSecurity.Tls) with { Username = MailServers.Grace };
        var smtp = Check(MailProtocol.Smtp, MailSecurity.StartTls) with { Username = MailServers.Grace };
        var before = (await CheckAsync(imap)).Steps[^1].Detail;

        await CheckAsync(smtp);
        Assert.Equal(before, (await CheckAsync(imap)).Steps[^1].Detail);

        var sent = await CheckAsync(smtp with { SendTo = MailServers.Grace });
        Assert.True(sent.Ok, Describe(sent));
        Assert.Equal("send", sent.Steps[^1].Name);
        Assert.NotEqual(before, (await CheckAsync(imap)).Steps[^1].Detail);
    }

    [Fact]
    public async Task A_recipient_that_nobody_knows_is_told_as_such()
    {
        await mail.GrantAsync(_world);

        var report = await CheckAsync(Check(MailProtocol.Smtp, MailSecurity.StartTls) with { SendTo = "nobody@example.com" });

        Assert.Equal(MailFailureCode.RecipientRefused, report.Code);
        Assert.Contains("550", report.Steps[^1].Detail, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(MailProtocol.Smtp, SaslName.XOAuth2)]
    [InlineData(MailProtocol.Smtp, SaslName.OAuthBearer)]
    [InlineData(MailProtocol.Imap, SaslName.XOAuth2)]
    [InlineData(MailProtocol.Imap, SaslName.OAuthBearer)]
    internal async Task A_token_of_another_mailbox_is_refused_and_explained(MailProtocol protocol, string mechanism)
    {
        var token = await mail.GrantAsync(_world);

        var report = await CheckAsync(Check(protocol, MailSecurity.Tls) with { Mechanism = mechanism, Username = MailServers.Grace });

        Assert.False(report.Ok);
        Assert.Equal(MailFailureCode.TokenRefused, report.Code);
        Assert.Equal("authenticate", report.Steps[^1].Name);
        Assert.Contains("(status ", report.Steps[^1].Detail, StringComparison.Ordinal);
        Assert.DoesNotContain(token, Describe(report), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_token_too_long_for_the_AUTH_command_is_sent_on_a_line_of_its_own()
    {
        await using var provider = await StandInProvider.StartAsync(MailServers.ProviderOptions with { OpaqueAccessTokens = false });
        await using var dovecot = await DovecotServer.StartAsync(
            new DovecotServerOptions { IntrospectionEndpoint = provider.Endpoint("oauth/introspect") }
        );
        var tokens = await provider.IssueAsync(World.ClientId, MailServers.Ada, "email " + MailServers.Scope);
        await _world.Install.SetTokenAsync(World.Entry, tokens, _world.Clock.GetUtcNow() + TimeSpan.FromHours(1));
        Assert.True(tokens.AccessToken.Length > 800);

        var host = _world.Open(new BridgeOptions { MailCaFile = dovecot.AuthorityPath });
        var check = Check(MailProtocol.Smtp, MailSecurity.StartTls) with { Port = dovecot.SubmissionPort };
        var report = await host.Get<MailChecker>().CheckAsync(World.Entry, 1, check);

        Assert.True(report.Ok, Describe(report));
    }

    [Fact]
    public async Task A_server_of_an_unknown_authority_is_not_shown_the_token()
    {
        await mail.GrantAsync(_world);

        var report = await _world.Open().Get<MailChecker>().CheckAsync(World.Entry, 1, Check(MailProtocol.Imap, MailSecurity.Tls));

        Assert.Equal(MailFailureCode.Certificate, report.Code);
        Assert.Equal("tls", report.Steps[^1].Name);
        Assert.Contains("Bridge:MailCaFile", report.Steps[^1].Detail, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("192.0.2.1")]
    [InlineData("::ffff:192.0.2.1")]
    public async Task A_token_never_leaves_the_machine_without_TLS(string host)
    {
        await mail.GrantAsync(_world);

        var refusal = await BridgeHost.FailAsync(
            () => CheckAsync(Check(MailProtocol.Smtp, MailSecurity.None) with { Host = host }),
            ProblemCode.InvalidRequest
        );

        Assert.Contains("starttls or tls", refusal.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_folder_that_is_not_there_is_named()
    {
        await mail.GrantAsync(_world);

        var report = await CheckAsync(Check(MailProtocol.Imap, MailSecurity.Tls) with { Folder = "Invoices" });

        Assert.Equal(MailFailureCode.FolderMissing, report.Code);
        Assert.Contains("Invoices", report.Steps[^1].Detail, StringComparison.Ordinal);
    }

    [Fact]
    public async Task An_entry_without_a_token_fails_at_the_first_step()
    {
        await _world.Install.SetConstAsync("OAUTH_GOOGLE-Empty_ID", "client");
        await _world.Install.SetConstAsync("OAUTH_GOOGLE-Empty_SECRET", "secret");

        var report = await _world.Open().Get<MailChecker>().CheckAsync("GOOGLE-Empty", 1, Check(MailProtocol.Imap, MailSecurity.Tls));

        Assert.Equal(ProblemCode.TokenNotFound, report.Code);
        Assert.Equal(["token"], report.Steps.Select(step => step.Name));
    }

    private static string Describe(MailCheckReport report) =>
        string.Join('\n', report.Steps.Select(step => $"{step.Name} {step.Ok} {step.Detail}"));

    private MailCheck Check(MailProtocol protocol, MailSecurity security) =>
        new()
        {
            Protocol = protocol,
            Username = MailServers.Ada,
            Host = Dovecot.Host,
            Security = security,
            Port = (protocol, security) switch
            {
                (MailProtocol.Smtp, MailSecurity.Tls) => Dovecot.SubmissionsPort,
                (MailProtocol.Smtp, _) => Dovecot.SubmissionPort,
                (_, MailSecurity.Tls) => Dovecot.ImapsPort,
                _ => Dovecot.ImapPort,
            },
        };

    private Task<MailCheckReport> CheckAsync(MailCheck check) =>
        _world.Open(new BridgeOptions { MailCaFile = Dovecot.AuthorityPath }).Get<MailChecker>().CheckAsync(World.Entry, 1, check);
}
