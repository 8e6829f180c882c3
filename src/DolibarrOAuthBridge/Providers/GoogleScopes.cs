// SPDX-License-Identifier: GPL-3.0-or-later

using System.Collections.Frozen;

namespace DolibarrOAuthBridge.Providers;

/// <summary>The short names that Dolibarr's Google page offers, and the scopes that its bundled OAuth library makes of them.</summary>
internal static class GoogleScopes
{
    public const string Mail = "https://mail.google.com/";
    public const string MailWithoutSlash = "https://mail.google.com";
    public const string Email = "https://www.googleapis.com/auth/userinfo.email";
    public const string Profile = "https://www.googleapis.com/auth/userinfo.profile";

    /// <summary>What Google's device flow grants ("OAuth 2.0 for TV and limited-input devices", allowed scopes).</summary>
    public static readonly IReadOnlyList<string> ByDevice =
    [
        "openid",
        "profile",
        "email",
        Email,
        Profile,
        "https://www.googleapis.com/auth/drive.appdata",
        "https://www.googleapis.com/auth/drive.file",
        "https://www.googleapis.com/auth/youtube",
        "https://www.googleapis.com/auth/youtube.readonly",
    ];

    public static FrozenDictionary<string, string> Names { get; } =
        new Dictionary<string, string>
        {
            ["gmail_full"] = Mail,
            ["gmail_imap_smtp"] = MailWithoutSlash,
            ["gmail"] = "https://mail.google.com/mail/feed/atom",
            ["gmail_modify"] = "https://www.googleapis.com/auth/gmail.modify",
            ["gmail_readonly"] = "https://www.googleapis.com/auth/gmail.readonly",
            ["gmail_compose"] = "https://www.googleapis.com/auth/gmail.compose",
            ["gmail_send"] = "https://www.googleapis.com/auth/gmail.send",
            ["gmail_insert"] = "https://www.googleapis.com/auth/gmail.insert",
            ["gmail_labels"] = "https://www.googleapis.com/auth/gmail.labels",
            ["userinfo_email"] = Email,
            ["userinfo_profile"] = Profile,
            ["cloud_print"] = "https://www.googleapis.com/auth/cloudprint",
            ["admin_directory_user"] = "https://www.googleapis.com/auth/admin.directory.user",
            ["admin_directory_customer"] = "https://www.googleapis.com/auth/admin.directory.customer",
            ["contact"] = "https://www.google.com/m8/feeds/",
            ["calendar"] = "https://www.googleapis.com/auth/calendar",
            ["calendar_read_only"] = "https://www.googleapis.com/auth/calendar.readonly",
            ["googledrive"] = "https://www.googleapis.com/auth/drive",
        }.ToFrozenDictionary(StringComparer.Ordinal);
}
