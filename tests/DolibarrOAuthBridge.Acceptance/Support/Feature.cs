// SPDX-License-Identifier: GPL-3.0-or-later

namespace DolibarrOAuthBridge.Acceptance.Support;

/// <summary>What of the module a test tries: a row of the table that <c>make test-dolibarr</c> prints.</summary>
internal static class Feature
{
    /// <summary>The trait.</summary>
    public const string Name = "Feature";

    public const string TooOld = "Says that the release is too old";
    public const string Enable = "Enable";
    public const string Setup = "Setup page";
    public const string StatusPage = "Status page";
    public const string Assistant = "Assistant";
    public const string Connect = "Connect in the browser";
    public const string Device = "Connect by device code";
    public const string Stock = "Dolibarr's own storage of tokens";
    public const string Renew = "Renew by hand";
    public const string DeadGrant = "Dead grant, widget";
    public const string Revoke = "Revoke";
    public const string MailTests = "Mail tests of the page";
    public const string SmtpOwn = "Send mail, SMTP (smtps)";
    public const string SmtpSwift = "Send mail, SMTP (SwiftMailer)";
    public const string AppOnly = "Mail app-only, smtps and SwiftMailer";
    public const string Imap = "Collect mail, IMAP";
    public const string SignIn = "Sign-in";
    public const string Notices = "Notices";
    public const string ReadRight = "Users with the read right";
    public const string Entities = "Two entities";
    public const string Look = "Look and accessibility";
    public const string Disable = "Disable";
}
