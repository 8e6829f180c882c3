// SPDX-License-Identifier: GPL-3.0-or-later

namespace DolibarrOAuthBridge.Providers;

/// <summary>The mail protocols in which Dolibarr shows a token.</summary>
internal enum MailProtocol
{
    /// <summary>Submission of mail (RFC 6409).</summary>
    Smtp,

    /// <summary>Reading of mail (RFC 3501).</summary>
    Imap,
}
