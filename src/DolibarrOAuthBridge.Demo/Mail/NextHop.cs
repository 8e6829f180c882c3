// SPDX-License-Identifier: GPL-3.0-or-later

using System.Net;
using System.Net.Sockets;
using System.Text;

namespace DolibarrOAuthBridge.Demo.Mail;

/// <summary>
/// The world behind a submission server: takes by SMTP what Dovecot relays and puts it into the mailboxes. A few commands
/// of RFC 5321 suffice, for its only client is Dovecot.
/// </summary>
internal sealed class NextHop : IAsyncDisposable
{
    private readonly TcpListener _listener = new(IPAddress.Loopback, 0);
    private readonly CancellationTokenSource _stop = new();
    private readonly Maildir _mailboxes;
    private readonly Task _accepting;

    public NextHop(Maildir mailboxes)
    {
        _mailboxes = mailboxes;
        _listener.Start();
        Port = ((IPEndPoint)_listener.LocalEndpoint).Port;
        _accepting = AcceptAsync();
    }

    /// <summary>Its port on 127.0.0.1.</summary>
    public int Port { get; }

    /// <inheritdoc />
    public async ValueTask DisposeAsync()
    {
        await _stop.CancelAsync();
        _listener.Stop();
        await _accepting;
        _stop.Dispose();
    }

    private async Task AcceptAsync()
    {
        var sessions = new List<Task>();
        try
        {
            while (true)
            {
                sessions.Add(ServeAsync(await _listener.AcceptTcpClientAsync(_stop.Token)));
            }
        }
        catch (Exception exception) when (exception is OperationCanceledException or SocketException or ObjectDisposedException)
        {
            await Task.WhenAll(sessions);
        }
    }

    private async Task ServeAsync(TcpClient client)
    {
        using (client)
        {
            try
            {
                var stream = client.GetStream();
                using var reader = new StreamReader(stream, Encoding.Latin1);
                var writer = new StreamWriter(stream, Encoding.Latin1) { AutoFlush = true, NewLine = "\r\n" };
                await using (writer)
                {
                    await TalkAsync(reader, writer);
                }
            }
            catch (Exception exception) when (exception is IOException or OperationCanceledException)
            {
                return; // the client went, or the server stops
            }
        }
    }

    private async Task TalkAsync(StreamReader reader, StreamWriter writer)
    {
        var recipients = new List<string>();
        await writer.WriteLineAsync("220 localhost ESMTP");
        while (await reader.ReadLineAsync(_stop.Token) is { } line)
        {
            var verb = line.Split([' ', ':'], 2)[0].ToUpperInvariant();
            var answer = verb switch
            {
                "EHLO" => "250-localhost\r\n250 8BITMIME",
                "RCPT" => Recipient(line, recipients),
                "DATA" when recipients.Count == 0 => "554 5.5.1 No recipient",
                "DATA" => "354 Go on",
                "QUIT" => "221 2.0.0 Bye",
                _ => "250 2.0.0 Ok",
            };
            await writer.WriteLineAsync(answer);
            if (verb == "QUIT")
            {
                return;
            }

            if (answer.StartsWith("354", StringComparison.Ordinal))
            {
                await DeliverAsync(reader, recipients);
                await writer.WriteLineAsync("250 2.0.0 Delivered");
            }

            if (verb is "DATA" or "RSET" or "MAIL")
            {
                recipients.Clear();
            }
        }
    }

    private string Recipient(string line, List<string> recipients)
    {
        var (start, end) = (line.IndexOf('<', StringComparison.Ordinal), line.IndexOf('>', StringComparison.Ordinal));
        var address = start >= 0 && end > start ? line[(start + 1)..end] : string.Empty;
        if (!_mailboxes.Has(address))
        {
            return "550 5.1.1 No such mailbox";
        }

        recipients.Add(address);
        return "250 2.1.5 Ok";
    }

    private async Task DeliverAsync(StreamReader reader, List<string> recipients)
    {
        var message = new StringBuilder();
        while (await reader.ReadLineAsync(_stop.Token) is { } line && line != ".")
        {
            message.Append(line.StartsWith('.') ? line[1..] : line).Append("\r\n");
        }

        foreach (var recipient in recipients.Distinct(StringComparer.OrdinalIgnoreCase))
        {
            await _mailboxes.DeliverAsync(recipient, Encoding.Latin1.GetBytes(message.ToString()), _stop.Token);
        }
    }
}
