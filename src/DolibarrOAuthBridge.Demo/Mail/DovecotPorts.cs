// SPDX-License-Identifier: GPL-3.0-or-later

using DolibarrOAuthBridge.Demo.Processes;

namespace DolibarrOAuthBridge.Demo.Mail;

/// <summary>The ports of a mail server.</summary>
/// <param name="Imap">IMAP, plain with STARTTLS.</param>
/// <param name="Imaps">IMAP over TLS.</param>
/// <param name="Submission">SMTP, plain with STARTTLS.</param>
/// <param name="Submissions">SMTP over TLS.</param>
internal sealed record DovecotPorts(int Imap, int Imaps, int Submission, int Submissions)
{
    /// <summary>Four that are free now.</summary>
    public static DovecotPorts Find()
    {
        var ports = new HashSet<int>();
        while (ports.Count < 4)
        {
            ports.Add(FreePort.Find());
        }

        return ports.ToArray() is [var imap, var imaps, var submission, var submissions]
            ? new DovecotPorts(imap, imaps, submission, submissions)
            : throw new InvalidOperationException();
    }
}
