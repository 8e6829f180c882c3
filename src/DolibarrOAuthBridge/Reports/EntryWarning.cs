// SPDX-License-Identifier: GPL-3.0-or-later

namespace DolibarrOAuthBridge.Reports;

/// <summary>Something about an entry that a person should look at.</summary>
/// <param name="Code">A stable code.</param>
/// <param name="Message">What it is and what to do.</param>
public sealed record EntryWarning(string Code, string Message)
{
    // Whatever else is warned of works now.
    private static readonly HashSet<string> Errors = new(StringComparer.Ordinal)
    {
        "consent_required",
        "token_unreadable",
        "duplicate_rows",
        "client_secret_unreadable",
        "client_id_missing",
        "client_secret_missing",
        "tenant_missing",
        "url_missing",
        "tenant_unusable",
        "certificate_unusable",
        "scope_missing",
        "scopes_mixed",
        "smtp_scope_missing",
        "imap_scope_missing",
        "login_scope_missing",
        "label_too_long",
        "client_secret_is_id",
        "tenant_is_url",
    };

    /// <summary><c>error</c> where something does not work, or is about to fail for certain; else <c>warning</c>.</summary>
    public string Severity => Errors.Contains(Code) ? "error" : "warning";
}
