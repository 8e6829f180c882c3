// SPDX-License-Identifier: GPL-3.0-or-later

using System.Security.Cryptography.X509Certificates;
using DolibarrOAuthBridge.Demo.Mail;
using DolibarrOAuthBridge.Demo.Provider;
using DolibarrOAuthBridge.Demo.Tests.Support;
using MailKit;
using MailKit.Net.Imap;
using MailKit.Net.Smtp;
using MailKit.Security;
using MimeKit;

namespace DolibarrOAuthBridge.Demo.Tests.Mail;

public sealed class DovecotServerTests : IAsyncLifetime
{
    private const string Ada = "ada@example.com";

    private StandInProvider _provider = null!;
    private DovecotServer _server = null!;

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    public async ValueTask InitializeAsync()
    {
        var clients = new[] { TestClient.Registration, DovecotServerOptions.ResourceServer };
        _provider = await StandInProvider.StartAsync(new StandInProviderOptions { Clients = clients, OpaqueAccessTokens = true }, Cancel);
        _server = await DovecotServer.StartAsync(
            new DovecotServerOptions { IntrospectionEndpoint = _provider.Endpoint("oauth/introspect") },
            Cancel
        );
    }

    public async ValueTask DisposeAsync()
    {
        await _server.DisposeAsync();
        await _provider.DisposeAsync();
    }

    [Theory]
    [InlineData(true, true)]
    [InlineData(true, false)]
    [InlineData(false, true)]
    [InlineData(false, false)]
    public async Task A_mail_submitted_with_a_token_is_read_back_over_IMAP(bool overTls, bool xoauth2)
    {
        var token = (await _provider.IssueAsync(TestClient.Id, Ada, TestClient.DefaultScope, Cancel)).AccessToken;
        using var message = new MimeMessage();
        message.From.Add(MailboxAddress.Parse(Ada));
        message.To.Add(MailboxAddress.Parse(Ada));
        message.Subject = $"Invoice {Guid.NewGuid()}";
        message.Body = new TextPart("plain") { Text = ".a line with a dot\n..two\nend é" };

        using (var smtp = Trusting(new SmtpClient()))
        {
            await smtp.ConnectAsync(_server.Host, overTls ? _server.SubmissionsPort : _server.SubmissionPort, Security(overTls), Cancel);
            await smtp.AuthenticateAsync(Mechanism(xoauth2, token), Cancel);
            await smtp.SendAsync(message, Cancel);
            await smtp.DisconnectAsync(true, Cancel);
        }

        using var imap = Trusting(new ImapClient());
        await imap.ConnectAsync(_server.Host, overTls ? _server.ImapsPort : _server.ImapPort, Security(overTls), Cancel);
        await imap.AuthenticateAsync(Mechanism(xoauth2, token), Cancel);
        await imap.Inbox.OpenAsync(FolderAccess.ReadOnly, Cancel);
        var received = await imap.Inbox.GetMessageAsync(imap.Inbox.Count - 1, Cancel);
        Assert.Equal(message.Subject, received.Subject);
        Assert.Equal(message.TextBody, received.TextBody!.TrimEnd().ReplaceLineEndings("\n"));
    }

    [Fact]
    public async Task A_revoked_token_or_somebody_elses_mailbox_is_refused()
    {
        var token = (await _provider.IssueAsync(TestClient.Id, Ada, TestClient.DefaultScope, Cancel)).AccessToken;
        await Assert.ThrowsAsync<AuthenticationException>(() => LogInAsync("grace@example.com", token));
        await LogInAsync(Ada, token);

        await _provider.RevokeGrantsAsync(cancellationToken: Cancel);
        await Assert.ThrowsAsync<AuthenticationException>(() => LogInAsync(Ada, token));
    }

    [Fact]
    public async Task It_runs_without_privileges_and_leaves_nothing_behind()
    {
        var server = await DovecotServer.StartAsync(
            new DovecotServerOptions { IntrospectionEndpoint = _provider.Endpoint("oauth/introspect") },
            Cancel
        );
        var (processId, directory) = (server.ProcessId, server.DirectoryPath);
        Assert.DoesNotContain("Uid:\t0", await File.ReadAllTextAsync($"/proc/{processId}/status", Cancel), StringComparison.Ordinal);

        await server.DisposeAsync();

        Assert.False(Eventually.IsAlive(processId));
        Assert.False(Directory.Exists(directory));
    }

    private static SecureSocketOptions Security(bool overTls) => overTls ? SecureSocketOptions.SslOnConnect : SecureSocketOptions.StartTls;

    private static SaslMechanism Mechanism(bool xoauth2, string token) =>
        xoauth2 ? new SaslMechanismOAuth2(Ada, token) : new SaslMechanismOAuthBearer(Ada, token);

    private T Trusting<T>(T client)
        where T : MailService
    {
        client.CheckCertificateRevocation = false;
        client.ServerCertificateValidationCallback = (_, certificate, _, _) =>
        {
            using var chain = new X509Chain
            {
                ChainPolicy = { TrustMode = X509ChainTrustMode.CustomRootTrust, RevocationMode = X509RevocationMode.NoCheck },
            };
            chain.ChainPolicy.CustomTrustStore.ImportFromPemFile(_server.AuthorityPath);
            return chain.Build((X509Certificate2)certificate!) && ((X509Certificate2)certificate!).MatchesHostname("localhost");
        };
        return client;
    }

    private async Task LogInAsync(string user, string token)
    {
        using var imap = Trusting(new ImapClient());
        await imap.ConnectAsync(_server.Host, _server.ImapsPort, SecureSocketOptions.SslOnConnect, Cancel);
        await imap.AuthenticateAsync(new SaslMechanismOAuth2(user, token), Cancel);
    }
}
