// SPDX-License-Identifier: GPL-3.0-or-later

namespace DolibarrOAuthBridge.Dolibarr.Mail;

/// <summary>Dolibarr's settings for sending mail: the main ones, or those of a context that has its own.</summary>
public sealed record SmtpSettings
{
    /// <summary>
    /// The context as constants spell it (<c>EMAILING</c>, <c>TICKET</c>, <c>PASSWORDRESET</c>); empty for the main settings.
    /// </summary>
    public string Context { get; init; } = string.Empty;

    /// <summary><c>MAIN_MAIL_SENDMODE</c>: <c>mail</c>, <c>smtps</c> (Dolibarr's own SMTP client) or <c>swiftmailer</c>.</summary>
    public string SendMode { get; init; } = "mail";

    /// <summary><c>MAIN_MAIL_SMTP_SERVER</c>; empty if none, then PHP's own setting counts.</summary>
    public string Server { get; init; } = string.Empty;

    /// <summary><c>MAIN_MAIL_SMTP_PORT</c>; null if none.</summary>
    public int? Port { get; init; }

    /// <summary><c>MAIN_MAIL_SMTPS_ID</c>: the mailbox.</summary>
    public string Username { get; init; } = string.Empty;

    /// <summary><c>MAIN_MAIL_SMTPS_AUTH_TYPE</c>: <c>XOAUTH2</c> for a token, else a password.</summary>
    public string AuthType { get; init; } = string.Empty;

    /// <summary><c>MAIN_MAIL_SMTPS_AUTH_TYPE</c> of the main settings, which is the one that Dolibarr's own SMTP client looks at.</summary>
    public string MainAuthType { get; init; } = string.Empty;

    /// <summary><c>MAIN_MAIL_SMTPS_OAUTH_SERVICE</c>: the entry's name.</summary>
    public string OAuthService { get; init; } = string.Empty;

    /// <summary><c>MAIN_MAIL_EMAIL_TLS</c>: TLS from the first byte.</summary>
    public bool Tls { get; init; }

    /// <summary><c>MAIN_MAIL_EMAIL_STARTTLS</c>; where both are set, this one counts.</summary>
    public bool StartTls { get; init; }

    /// <summary><c>MAIN_MAIL_EMAIL_SMTP_ALLOW_SELF_SIGNED</c>: any certificate will do.</summary>
    public bool AllowSelfSigned { get; init; }

    /// <summary>Whether mail goes by SMTP at all.</summary>
    public bool UsesSmtp => SendMode is "smtps" or "swiftmailer";

    /// <summary>Whether the login is made with a token.</summary>
    public bool UsesToken => UsesSmtp && AuthType == "XOAUTH2";

    /// <summary>The name of a constant of these settings, such as <c>MAIN_MAIL_SMTP_SERVER_EMAILING</c>.</summary>
    public string Constant(string name) => Context.Length == 0 ? name : $"{name}_{Context}";
}
