// SPDX-License-Identifier: GPL-3.0-or-later

using System.Text.Json.Serialization;
using DolibarrOAuthBridge.Mail;
using DolibarrOAuthBridge.Providers;

namespace DolibarrOAuthBridge.Http.Contracts;

/// <summary>What a caller wants to be checked.</summary>
/// <param name="Username">The mailbox to log in to, usually its e-mail address.</param>
/// <param name="Host">The server; without it the provider's.</param>
/// <param name="Port">Its port; without it the provider's or the customary one.</param>
/// <param name="Security"><c>none</c> (servers on this machine only), <c>starttls</c> or <c>tls</c>; without it what is customary
/// on the port.</param>
/// <param name="Mechanism"><c>XOAUTH2</c> or <c>OAUTHBEARER</c>; without it the first of the provider's that the server offers.</param>
/// <param name="SendTo">SMTP: whom to send a test mail; without it none is sent.</param>
/// <param name="Folder">IMAP: the folder to open; without it INBOX.</param>
public sealed record MailCheckJson(
    string? Username,
    string? Host = null,
    [property: JsonNumberHandling(JsonNumberHandling.AllowReadingFromString)] int? Port = null,
    string? Security = null,
    string? Mechanism = null,
    string? SendTo = null,
    string? Folder = null
)
{
    /// <summary>The check that is meant.</summary>
    /// <exception cref="BridgeException">A value cannot be.</exception>
    internal MailCheck ToCheck(MailProtocol protocol) =>
        new()
        {
            Protocol = protocol,
            Username = Given(Username)
                ?? throw new BridgeException(ProblemCode.InvalidRequest, "username is missing: the mailbox to log in to."),
            Host = Given(Host),
            Port = Port,
            Security = Given(Security) is { } security ? MailSecurityName.Parse(security) : null,
            Mechanism = Given(Mechanism),
            SendTo = protocol == MailProtocol.Smtp ? Given(SendTo) : null,
            Folder = protocol == MailProtocol.Imap ? Given(Folder) : null,
        };

    private static string? Given(string? text) => string.IsNullOrWhiteSpace(text) ? null : text.Trim();
}
