// SPDX-License-Identifier: GPL-3.0-or-later

namespace DolibarrOAuthBridge.Dolibarr.Mail;

/// <summary>
/// An email collector of Dolibarr, as far as its login goes. Columns that a release lacks have the value that it would use.
/// </summary>
public sealed record EmailCollector
{
    /// <summary>The row.</summary>
    public required int RowId { get; init; }

    /// <summary>Its reference.</summary>
    public string Ref { get; init; } = string.Empty;

    /// <summary>The IMAP server.</summary>
    public string Host { get; init; } = string.Empty;

    /// <summary>Its port.</summary>
    public int Port { get; init; } = 993;

    /// <summary><c>imap_encryption</c>: <c>ssl</c> (TLS from the first byte), <c>tls</c> (STARTTLS), anything else for none.</summary>
    public string Encryption { get; init; } = "ssl";

    /// <summary>The mailbox.</summary>
    public string Login { get; init; } = string.Empty;

    /// <summary><c>acces_type</c> is 1: the login is made with a token.</summary>
    public bool UsesToken { get; init; }

    /// <summary>The entry's name.</summary>
    public string OAuthService { get; init; } = string.Empty;

    /// <summary>The folder that is read.</summary>
    public string SourceDirectory { get; init; } = "INBOX";

    /// <summary>Whether it is switched on.</summary>
    public bool IsActive { get; init; }
}
