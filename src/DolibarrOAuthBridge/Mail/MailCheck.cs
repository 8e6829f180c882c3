// SPDX-License-Identifier: GPL-3.0-or-later

using DolibarrOAuthBridge.Providers;

namespace DolibarrOAuthBridge.Mail;

/// <summary>What is to be checked.</summary>
internal sealed record MailCheck
{
    /// <summary>The protocol.</summary>
    public required MailProtocol Protocol { get; init; }

    /// <summary>The mailbox to log in to, usually its e-mail address.</summary>
    public required string Username { get; init; }

    /// <summary>The server; null for the provider's.</summary>
    public string? Host { get; init; }

    /// <summary>Its port; null for the provider's or the customary one.</summary>
    public int? Port { get; init; }

    /// <summary>How the connection is protected; null for what is customary on the port.</summary>
    public MailSecurity? Security { get; init; }

    /// <summary>The SASL mechanism; null for the first of the provider's that the server offers.</summary>
    public string? Mechanism { get; init; }

    /// <summary>SMTP: whom to send a test mail; null to stop before MAIL FROM.</summary>
    public string? SendTo { get; init; }

    /// <summary>IMAP: the folder to open; null for INBOX.</summary>
    public string? Folder { get; init; }
}
