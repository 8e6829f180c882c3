// SPDX-License-Identifier: GPL-3.0-or-later

using System.Net.Security;
using System.Security.Cryptography.X509Certificates;
using MailKit;
using MailKit.Net.Imap;
using MailKit.Net.Smtp;
using MailKit.Security;
using MimeKit;

namespace DolibarrOAuthBridge.Demo.Mail;

/// <summary>A mail program that logs in to a mailbox with an access token.</summary>
/// <param name="server">The mail server.</param>
/// <param name="address">The mailbox.</param>
/// <param name="accessToken">The token.</param>
public sealed class TokenMailbox(DovecotServer server, string address, string accessToken)
{
    /// <summary>Sends a mail from the mailbox.</summary>
    /// <exception cref="AuthenticationException">The server refuses the token.</exception>
    public async Task SendAsync(string recipient, string subject, CancellationToken cancellationToken = default)
    {
        using var message = new MimeMessage
        {
            Subject = subject,
            Body = new TextPart("plain") { Text = "Sent with a token of the bridge.\n" },
        };
        message.From.Add(MailboxAddress.Parse(address));
        message.To.Add(MailboxAddress.Parse(recipient));
        using var smtp = new SmtpClient();
        await LogInAsync(smtp, server.SubmissionPort, SecureSocketOptions.StartTls, cancellationToken);
        await smtp.SendAsync(message, cancellationToken);
        await smtp.DisconnectAsync(true, cancellationToken);
    }

    /// <summary>The subjects of what is in INBOX, the oldest first.</summary>
    /// <exception cref="AuthenticationException">The server refuses the token.</exception>
    public async Task<IReadOnlyList<string>> ListSubjectsAsync(CancellationToken cancellationToken = default)
    {
        using var imap = new ImapClient();
        await LogInAsync(imap, server.ImapsPort, SecureSocketOptions.SslOnConnect, cancellationToken);
        await imap.Inbox.OpenAsync(FolderAccess.ReadOnly, cancellationToken);
        var messages = await imap.Inbox.FetchAsync(0, -1, MessageSummaryItems.Envelope, cancellationToken);
        await imap.DisconnectAsync(true, cancellationToken);
        return [.. messages.Select(message => message.Envelope?.Subject ?? string.Empty)];
    }

    private async Task LogInAsync(MailService client, int port, SecureSocketOptions security, CancellationToken cancellationToken)
    {
        client.CheckCertificateRevocation = false;
        client.ServerCertificateValidationCallback = (_, certificate, _, errors) => IsServers(certificate, errors);
        await client.ConnectAsync(server.Host, port, security, cancellationToken);
        await client.AuthenticateAsync(new SaslMechanismOAuth2(address, accessToken), cancellationToken);
    }

    private bool IsServers(X509Certificate? certificate, SslPolicyErrors errors)
    {
        using var chain = new X509Chain
        {
            ChainPolicy = { TrustMode = X509ChainTrustMode.CustomRootTrust, RevocationMode = X509RevocationMode.NoCheck },
        };
        chain.ChainPolicy.CustomTrustStore.ImportFromPemFile(server.AuthorityPath);
        return !errors.HasFlag(SslPolicyErrors.RemoteCertificateNameMismatch)
            && certificate is X509Certificate2 shown
            && chain.Build(shown);
    }
}
