// SPDX-License-Identifier: GPL-3.0-or-later

using System.Text;
using MailKit;

namespace DolibarrOAuthBridge.Mail;

/// <summary>
/// Reads along what a mail server sends: keeps its last lines, which MailKit does not always pass on, detects bytes injected
/// before TLS began, and ends a session in which the server sends without end. What the client sends is not kept.
/// </summary>
internal sealed class ServerDialogue : IProtocolLogger
{
    private const int LargestDialogue = 8 * 1024 * 1024; // bytes
    private const int Remembered = 4 * 1024; // characters

    private readonly StringBuilder _lines = new();
    private long _received;
    private bool _isStartingTls;

    /// <inheritdoc />
    public IAuthenticationSecretDetector? AuthenticationSecretDetector { get; set; }

    /// <summary>Whether plain text followed the answer to STARTTLS. Somebody on the way may have put it there.</summary>
    public bool IsInjected { get; private set; }

    /// <summary>The last line that the server sent, without the tag of an IMAP command.</summary>
    public string LastLine
    {
        get
        {
            var line = _lines.ToString().Split('\n', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries).LastOrDefault()
                ?? string.Empty;
            return
                line is [>= 'A' and <= 'Z', _, ..]
                && line.IndexOf(' ', StringComparison.Ordinal) is > 1 and < 12 and var space
                && line[1..space].All(char.IsAsciiDigit)
                ? line[(space + 1)..]
                : line;
        }
    }

    /// <inheritdoc />
    public void LogConnect(Uri uri) { }

    /// <inheritdoc />
    public void LogClient(byte[] buffer, int offset, int count) =>
        _isStartingTls = Encoding.ASCII.GetString(buffer, offset, count).TrimEnd().EndsWith("STARTTLS", StringComparison.Ordinal);

    /// <inheritdoc />
    public void LogServer(byte[] buffer, int offset, int count)
    {
        _received += count;
        if (_received > LargestDialogue)
        {
            throw new IOException($"The server sent more than {LargestDialogue / 1024 / 1024} MiB.");
        }

        var text = Encoding.UTF8.GetString(buffer, offset, count);
        if (_isStartingTls && text.TrimEnd('\r', '\n').Contains('\n', StringComparison.Ordinal))
        {
            IsInjected = true;
        }

        _lines.Append(text);
        if (_lines.Length > Remembered)
        {
            _lines.Remove(0, _lines.Length - Remembered);
        }
    }

    /// <inheritdoc />
    public void Dispose() { }
}
