// SPDX-License-Identifier: GPL-3.0-or-later

using MailKit.Net.Smtp;
using MimeKit;
using MimeKit.Utils;

namespace DolibarrOAuthBridge.Mail;

/// <summary>A test mail.</summary>
internal static class SmtpUse
{
    public static async Task<string> SendAsync(
        SmtpClient client,
        string from,
        string to,
        DateTimeOffset now,
        CancellationToken cancellationToken
    )
    {
        using var message = new MimeMessage
        {
            Subject = "Test of Dolibarr's mail settings",
            Date = now,
            MessageId = MimeUtils.GenerateMessageId(from[(from.LastIndexOf('@') + 1)..]),
            Body = new TextPart("plain") { Text = "This mail was sent with the OAuth token of a Dolibarr entry. It works.\n" },
        };
        message.From.Add(new MailboxAddress(string.Empty, from));
        message.To.Add(new MailboxAddress(string.Empty, to));
        message.Headers.Add("Auto-Submitted", "auto-generated"); // RFC 3834: no out-of-office answers
        var answer = await client.SendAsync(message, cancellationToken);
        return $"sent to {to}: {ServerText.Clean(answer)}";
    }
}
