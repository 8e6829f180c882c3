// SPDX-License-Identifier: GPL-3.0-or-later

namespace DolibarrOAuthBridge.Reports;

/// <summary>The codes of warnings, which do not change; docs/warnings.md says what each means.</summary>
internal static class EntryWarningCode
{
    public const string ClientSecretUnreadable = "client_secret_unreadable";
    public const string ClientSecretNotAscii = "client_secret_not_ascii";
    public const string ClientSecretIsId = "client_secret_is_id";
    public const string TenantUnusable = "tenant_unusable";
    public const string TenantIsUrl = "tenant_is_url";
    public const string RedirectUriLocalhost = "redirect_uri_localhost";
    public const string MetadataNotFound = "metadata_not_found";
    public const string CertificateUnusable = "certificate_unusable";
    public const string CertificateEnding = "certificate_ending";
    public const string CertificateReadableByAll = "certificate_readable_by_all";
    public const string ServiceAccountKeyUnusable = "service_account_key_unusable";
    public const string ServiceAccountKeyReadableByAll = "service_account_key_readable_by_all";
    public const string LabelTooLong = "label_too_long";
    public const string DuplicateRows = "duplicate_rows";
    public const string TokenUnreadable = "token_unreadable";
    public const string Paused = "paused";
    public const string Moved = "moved";
    public const string ConsentRequired = "consent_required";
    public const string TokenTooLarge = "token_too_large";
    public const string NoRefreshToken = "no_refresh_token";
    public const string RefreshTokenEnding = "refresh_token_ending";
    public const string RefreshTokenIdle = "refresh_token_idle";
    public const string ScopeMissing = "scope_missing";
    public const string ScopesMixed = "scopes_mixed";
    public const string SmtpScopeMissing = "smtp_scope_missing";
    public const string ImapScopeMissing = "imap_scope_missing";
    public const string LoginScopeMissing = "login_scope_missing";
    public const string MailScopeMissing = "mail_scope_missing";
    public const string ScopeNotGranted = "scope_not_granted";
    public const string RefreshTokenKept = "refresh_token_kept";
    public const string AccountDiffers = "account_differs";
    public const string AccountChanged = "account_changed";

    /// <summary>Such as <c>client_id_missing</c>.</summary>
    public static string Missing(string setting) => $"{setting}_missing";
}
