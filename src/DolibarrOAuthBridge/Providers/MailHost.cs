// SPDX-License-Identifier: GPL-3.0-or-later

namespace DolibarrOAuthBridge.Providers;

/// <summary>Where a mail server is and how it is spoken to.</summary>
/// <param name="Host">Its name or IP address.</param>
/// <param name="Port">Its TCP port.</param>
/// <param name="Security">How the connection is protected.</param>
internal sealed record MailHost(string Host, int Port, MailSecurity Security)
{
    private static readonly Dictionary<(MailProtocol Protocol, MailSecurity Security), int> Ports = new()
    {
        [(MailProtocol.Smtp, MailSecurity.None)] = 25,
        [(MailProtocol.Smtp, MailSecurity.StartTls)] = 587,
        [(MailProtocol.Smtp, MailSecurity.Tls)] = 465,
        [(MailProtocol.Imap, MailSecurity.None)] = 143,
        [(MailProtocol.Imap, MailSecurity.StartTls)] = 143,
        [(MailProtocol.Imap, MailSecurity.Tls)] = 993,
    };

    /// <summary>The customary port (RFC 8314).</summary>
    public static int UsualPort(MailProtocol protocol, MailSecurity security) => Ports[(protocol, security)];

    /// <summary>The customary security of a port: TLS on 465 and 993, else STARTTLS.</summary>
    public static MailSecurity UsualSecurity(int port) => port is 465 or 993 ? MailSecurity.Tls : MailSecurity.StartTls;

    /// <inheritdoc />
    public override string ToString() => $"{Host}:{Port}";
}
