// SPDX-License-Identifier: GPL-3.0-or-later

using DolibarrOAuthBridge.Providers;
using static DolibarrOAuthBridge.Mail.MailFailureCode;
using static DolibarrOAuthBridge.Providers.MailProtocol;

namespace DolibarrOAuthBridge.Mail;

/// <summary>
/// Turns a mail server's refusal into what to do. Servers say little and each in its own words, so unlike OAuth errors they
/// can only be told apart by these; the table lists them, the more special first.
/// </summary>
internal static class MailRefusals
{
    private const string AccountSettings = "Microsoft 365 admin center, Users, the user, Mail, Manage email apps";

    private const string NotThisMailbox =
        "The server does not accept this token for this mailbox. Check that the user name is the address of the account that consented, "
        + "and that the entry has "
        + "the scope for mail (Google: https://mail.google.com/). If so, refresh the token: that tells whether the grant was ended at "
        + "the provider and wants a new consent.";

    private static readonly MailRefusalRule[] Rules =
    [
        // Exchange Online, SMTP
        new(
            ["SmtpClientAuthentication is disabled for the Tenant"],
            SmtpAuthDisabled,
            "SMTP AUTH is switched off for the whole organisation. An administrator switches it on for this mailbox "
                + $"({AccountSettings}, Authenticated SMTP; or Set-CASMailbox -Identity MAILBOX -SmtpClientAuthenticationDisabled "
                + "$false), or for all "
                + "(Set-TransportConfig -SmtpClientAuthenticationDisabled $false). It can take an hour to work.",
            Smtp
        ),
        new(
            ["SmtpClientAuthentication is disabled for the Mailbox"],
            SmtpAuthDisabled,
            $"SMTP AUTH is switched off for this mailbox. An administrator switches it on: {AccountSettings}, Authenticated SMTP; "
                + "or Set-CASMailbox -Identity MAILBOX -SmtpClientAuthenticationDisabled $false. It can take an hour to work.",
            Smtp
        ),
        new(
            ["5.7.139", "security defaults"],
            PolicyBlocked,
            "The organisation's security defaults block this login. An administrator replaces them in Microsoft Entra (Properties, "
                + "Security defaults) by a Conditional Access policy that lets this mailbox in.",
            Smtp
        ),
        new(
            ["5.7.139", "criteria"],
            PolicyBlocked,
            $"A policy blocks this login: Authenticated SMTP is off for the mailbox ({AccountSettings}), or Conditional Access does "
                + "not let this application or address in.",
            Smtp
        ),
        new(
            ["5.7.139"],
            SmtpAuthDisabled,
            $"Exchange does not let this mailbox submit mail. Look whether Authenticated SMTP is on for it ({AccountSettings}), and "
                + "whether a policy blocks it.",
            Smtp
        ),
        new(
            ["5.7.30", "Basic authentication"],
            Refused,
            "The server took this for a login with a password. Use a server and port that offer XOAUTH2: smtp.office365.com, 587, "
                + "STARTTLS.",
            Smtp
        ),
        new(
            ["SendAsDenied"],
            SenderRefused,
            "This mailbox may not send under this address: send as the mailbox itself, or let an administrator give it the permission "
                + "Send As.",
            Smtp
        ),
        new(
            ["5.7.60"],
            SenderRefused,
            "This mailbox may not send under this address: send as the mailbox itself, or let an administrator give it the permission "
                + "Send As.",
            Smtp
        ),
        new(
            ["STARTTLS", "required"],
            TlsRequired,
            "The server wants TLS first: check with --security starttls, and switch on STARTTLS in Dolibarr's mail setup."
        ),
        new(
            ["Must issue a STARTTLS"],
            TlsRequired,
            "The server wants TLS first: check with --security starttls, and switch on STARTTLS in Dolibarr's mail setup."
        ),
        new(
            ["5.7.57"],
            TokenRefused,
            "The server does not count this connection as logged in. Use smtp.office365.com, port 587, STARTTLS.",
            Smtp
        ),
        new(
            ["5.7.3"],
            TokenRefused,
            "Exchange does not accept this token for this mailbox. Check, in this order: the user name is the mailbox's own address; it "
                + "consented itself, "
                + "or is a shared mailbox that the consenting user may send as; the entry has the scope SMTP.Send; Authenticated SMTP "
                + "is on for the mailbox "
                + $"({AccountSettings}). App-only: the permission SMTP.SendAsApp with an administrator's consent, and the service "
                + "principal has rights on the mailbox.",
            Smtp
        ),
        // Exchange Online, IMAP
        new(
            ["authenticated but not connected"],
            MailboxMismatch,
            "Exchange took the token but opens no mailbox with it: it belongs to another mailbox than the user name, or lacks the "
                + "scope IMAP.AccessAsUser.All. "
                + "Consent again signed in as this mailbox; for a shared mailbox, have FullAccess to it given to the user who consents.",
            Imap
        ),
        new(
            ["AccessTokenExpired"],
            TokenRefused,
            "The token expired while the session lasted. Check again; if it stays, compare this machine's clock.",
            Imap
        ),
        new(
            ["AUTHENTICATE failed"],
            TokenRefused,
            "Exchange does not accept this token for this mailbox. Check, in this order: the user name is the mailbox's own address; "
                + "the entry has the scope "
                + $"IMAP.AccessAsUser.All; IMAP is on for the mailbox ({AccountSettings}). App-only: the permission IMAP.AccessAsApp "
                + "with an administrator's consent, "
                + "and New-ServicePrincipal and Add-MailboxPermission were done with the object id of the enterprise application.",
            Imap
        ),
        // Gmail
        new(
            ["not enabled for IMAP"],
            ImapDisabled,
            "IMAP is off for this account. Switch it on in Gmail: Settings, Forwarding and POP/IMAP.",
            Imap
        ),
        new(
            ["IMAP access is disabled"],
            ImapDisabled,
            "IMAP is off for this domain. An administrator switches it on in the Google Admin console: Apps, Gmail, End User Access.",
            Imap
        ),
        new(
            ["log in via your web browser"],
            PolicyBlocked,
            "Google wants this account to sign in with a browser once. Do that as this mailbox, then check again."
        ),
        new(
            ["log in with your web browser"],
            PolicyBlocked,
            "Google wants this account to sign in with a browser once. Do that as this mailbox, then check again."
        ),
        new(
            ["Application-specific password"],
            TokenRefused,
            "Google took this for a login with a password. Check that the entry is a Google one with the scope https://mail.google.com/."
        ),
        new(["Too many login attempts"], TryLater, "Too many logins in a short time. Wait ten minutes, then check again."),
        new(["Too many simultaneous"], TryLater, "The mailbox has too many connections open. Close mail programs, or wait a few minutes."),
        new(["sending limit"], TryLater, "The mailbox has sent as much as it may today. It can send again after 24 hours.", Smtp),
        new(["5.7.8"], TokenRefused, NotThisMailbox, Smtp),
        // Any server
        new(
            ["line too long"],
            TokenTooLong,
            "The server accepts no line as long as this token. Ask the provider for fewer scopes or claims, or for opaque tokens."
        ),
        new(["[AUTHENTICATIONFAILED]"], TokenRefused, NotThisMailbox, Imap),
        new(
            ["[AUTHORIZATIONFAILED]"],
            MailboxMismatch,
            "The token is good, but not for this mailbox. Consent again signed in as this mailbox.",
            Imap
        ),
        new(["[UNAVAILABLE]"], TryLater, "The server cannot check the token now. Check again in a few minutes.", Imap),
        new(["[LIMIT]"], TryLater, "The mailbox has too many connections open. Close mail programs, or wait a few minutes.", Imap),
        new(
            ["5.7.4"],
            MechanismMissing,
            "The server does not know this SASL mechanism. Use the provider's own submission server and port.",
            Smtp
        ),
        new(
            ["5.7.1", "relay"],
            RecipientRefused,
            "The server delivers to its own mailboxes only. Use the provider's submission server (port 587 or 465).",
            Smtp
        ),
        new(["454 4"], TryLater, "The server has a temporary problem. Check again in a few minutes.", Smtp),
        new(["421 4"], TryLater, "The server has a temporary problem. Check again in a few minutes.", Smtp),
    ];

    private static readonly MailRefusal Unknown = new(
        Refused,
        "Check that the user name is the address of the account that consented, that the entry has the scopes for mail, and that the "
            + "account may use this protocol."
    );

    /// <summary>What a refused login or command means.</summary>
    /// <param name="protocol">The protocol.</param>
    /// <param name="answer">The server's answer: <c>535 5.7.3 Authentication unsuccessful</c>, <c>NO AUTHENTICATE failed.</c></param>
    /// <param name="explanation">What the server explained in JSON before it refused; null if nothing.</param>
    /// <param name="grantedScope">The token's scopes, space separated; null if unknown.</param>
    public static MailRefusal Decode(MailProtocol protocol, string answer, string? explanation = null, string? grantedScope = null)
    {
        var wanted = SaslExplanation.Parse(explanation)?.Scope;
        if (
            wanted is not null
            && grantedScope is not null
            && IsScope(wanted)
            && !grantedScope.Split(' ').Contains(wanted, StringComparer.OrdinalIgnoreCase)
        )
        {
            return new MailRefusal(
                ScopeMissing,
                $"The token lacks the scope {wanted}: it has {grantedScope}. Add the scope to the entry in Dolibarr's OAuth setup, "
                    + "then consent again."
            );
        }

        return Array.Find(Rules, rule => rule.Fits(protocol, answer)) is { } rule ? new MailRefusal(rule.Code, rule.Advice) : Unknown;
    }

    // Some servers explain with a word ("mail") that is no scope of anybody's.
    private static bool IsScope(string scope) =>
        scope.Contains("://", StringComparison.Ordinal) && !scope.Contains(' ', StringComparison.Ordinal);
}
