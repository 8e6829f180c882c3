// SPDX-License-Identifier: GPL-3.0-or-later

namespace DolibarrOAuthBridge.Mail;

/// <summary>
/// The stable codes of what can fail in a check, besides those of <see cref="ProblemCode"/> that say why there is no token.
/// </summary>
internal static class MailFailureCode
{
    /// <summary>Dolibarr's settings do not make it log in with a token.</summary>
    public const string Settings = "settings";

    /// <summary>The host does not resolve, or refuses the connection.</summary>
    public const string Unreachable = "unreachable";

    /// <summary>The deadline passed.</summary>
    public const string Timeout = "timeout";

    /// <summary>The server's certificate is not to be trusted.</summary>
    public const string Certificate = "certificate";

    /// <summary>TLS could not be set up.</summary>
    public const string Tls = "tls";

    /// <summary>The server offers no STARTTLS, or somebody on the way took the offer out.</summary>
    public const string StartTlsMissing = "starttls_missing";

    /// <summary>Bytes were injected before TLS began.</summary>
    public const string Injection = "injection";

    /// <summary>The server offers no login with a token.</summary>
    public const string MechanismMissing = "mechanism_missing";

    /// <summary>The server breaks the rules of the protocol or the connection.</summary>
    public const string Protocol = "protocol";

    /// <summary>The server wants TLS first.</summary>
    public const string TlsRequired = "tls_required";

    /// <summary>The server refuses the token or the mailbox.</summary>
    public const string TokenRefused = "token_refused";

    /// <summary>The token is another mailbox's.</summary>
    public const string MailboxMismatch = "mailbox_mismatch";

    /// <summary>The token lacks a scope.</summary>
    public const string ScopeMissing = "scope_missing";

    /// <summary>SMTP AUTH is switched off for the organisation or the mailbox.</summary>
    public const string SmtpAuthDisabled = "smtp_auth_disabled";

    /// <summary>IMAP is switched off for the organisation or the mailbox.</summary>
    public const string ImapDisabled = "imap_disabled";

    /// <summary>A policy of the organisation blocks the login.</summary>
    public const string PolicyBlocked = "policy_blocked";

    /// <summary>The server accepts no line as long as this token.</summary>
    public const string TokenTooLong = "token_too_long";

    /// <summary>The server asks to come back later.</summary>
    public const string TryLater = "try_later";

    /// <summary>The mailbox may not send under this address.</summary>
    public const string SenderRefused = "sender_refused";

    /// <summary>The server does not accept mail for this recipient.</summary>
    public const string RecipientRefused = "recipient_refused";

    /// <summary>The folder is not there.</summary>
    public const string FolderMissing = "folder_missing";

    /// <summary>The server refuses for a reason of its own.</summary>
    public const string Refused = "refused";
}

/// <summary>A step of a check failed for a reason that is known.</summary>
/// <param name="code">One of <see cref="MailFailureCode"/>.</param>
/// <param name="message">What happened and what to do.</param>
internal sealed class MailCheckException(string code, string message) : Exception(message)
{
    /// <summary>One of <see cref="MailFailureCode"/>.</summary>
    public string Code { get; } = code;
}
