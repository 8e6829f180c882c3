// SPDX-License-Identifier: GPL-3.0-or-later

namespace DolibarrOAuthBridge.Dolibarr.Entries;

/// <summary>What Dolibarr uses the tokens of an entry for.</summary>
public enum EntryPurpose
{
    /// <summary>Sending mail by SMTP (<c>MAIN_MAIL_SMTPS_OAUTH_SERVICE</c>).</summary>
    SendMail,

    /// <summary>Reading mail by IMAP (an email collector).</summary>
    ReadMail,

    /// <summary>Signing users in (the label <c>Login</c>).</summary>
    SignIn,
}
