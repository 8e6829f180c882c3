// SPDX-License-Identifier: GPL-3.0-or-later

using DolibarrOAuthBridge.Reports;

namespace DolibarrOAuthBridge.Diagnosis;

/// <summary>Dolibarr's settings for sending mail with a token, in each of its contexts.</summary>
internal sealed class SmtpDiagnosis : SnapshotDiagnosis
{
    private static readonly string[] Contexts = ["", "_EMAILING", "_TICKET", "_PASSWORDRESET"];

    /// <inheritdoc />
    protected override IEnumerable<Finding> Find(Examination examination, InstanceSnapshot snapshot)
    {
        return snapshot.Companies.SelectMany(company => Contexts.SelectMany(context => Find(snapshot, company, context)));
    }

    private static IEnumerable<Finding> Find(InstanceSnapshot snapshot, CompanySnapshot company, string context)
    {
        string Setting(string name) => snapshot.Setting(name + context, company.Entity);

        var mode = Setting("MAIN_MAIL_SENDMODE");
        if (mode is not ("smtps" or "swiftmailer") || Setting("MAIN_MAIL_SMTPS_AUTH_TYPE") != "XOAUTH2")
        {
            yield break;
        }

        var constant = "MAIN_MAIL_SMTPS_OAUTH_SERVICE" + context;
        var subject = company.Subject(constant);
        if (Use(company, Setting("MAIN_MAIL_SMTPS_OAUTH_SERVICE"), subject, "smtp", "Dolibarr's mail setup") is { } wrong)
        {
            yield return wrong;
        }

        if (context.Length > 0 && mode == "smtps" && snapshot.Setting("MAIN_MAIL_SMTPS_AUTH_TYPE", company.Entity) != "XOAUTH2")
        {
            yield return new(
                "smtp_auth_type_ignored",
                Severity.Error,
                subject,
                $"MAIN_MAIL_SMTPS_AUTH_TYPE{context} is XOAUTH2, but Dolibarr's own SMTP code looks at MAIN_MAIL_SMTPS_AUTH_TYPE alone, "
                    + "which is not.",
                "Use the sending method Swiftmailer for this context, or XOAUTH2 for the main one too."
            );
        }

        var (port, tls, startTls) = (
            Setting("MAIN_MAIL_SMTP_PORT"),
            Setting("MAIN_MAIL_EMAIL_TLS") == "1",
            Setting("MAIN_MAIL_EMAIL_STARTTLS") == "1"
        );
        if (port == "587" && !startTls)
        {
            yield return new(
                "smtp_starttls_missing",
                Severity.Error,
                subject,
                $"The port is 587 and MAIN_MAIL_EMAIL_STARTTLS{context} is off: the server answers \"451 5.7.3 STARTTLS is required to "
                    + "send mail\" or nothing.",
                "Switch STARTTLS on, and TLS off, in Dolibarr's mail setup."
            );
        }
        else if (port == "465" && !tls)
        {
            yield return new(
                "smtp_tls_missing",
                Severity.Error,
                subject,
                $"The port is 465 and MAIN_MAIL_EMAIL_TLS{context} is off: the server waits for TLS, and Dolibarr for a greeting.",
                "Switch TLS on, and STARTTLS off, in Dolibarr's mail setup."
            );
        }
    }

    /// <summary>What is wrong with the entry that a setting names; null if nothing.</summary>
    internal static Finding? Use(CompanySnapshot company, string name, string subject, string code, string where)
    {
        if (name is "" or "-1")
        {
            return new(
                $"{code}_entry_unset",
                Severity.Error,
                subject,
                "A token is to be used, but no OAuth entry is chosen.",
                $"Choose an entry in {where}."
            );
        }

        if (company.Find(name) is not { } entry)
        {
            var known = company.Entries.Count == 0 ? "none" : string.Join(", ", company.Entries.Select(other => other.Name));
            return new(
                $"{code}_entry_unknown",
                Severity.Error,
                subject,
                $"It names the entry {name}, which the company has not (it has {known}): renaming an entry in Dolibarr changes the main "
                    + "mail setting only.",
                $"Choose the entry anew in {where}."
            );
        }

        var token = company.ReportOn(entry).Token;
        if (token.Status == TokenStatus.ConsentRequired && !token.HasRefreshToken)
        {
            return new(
                $"{code}_token_expired",
                Severity.Error,
                subject,
                $"The token of {entry.Name} has expired, and there is no refresh token: nothing can renew it.",
                $"Give consent again: dolibarr-oauth-bridge consent {entry.Name} --entity {company.Entity}, or Dolibarr's OAuth page."
            );
        }

        return token.Status == TokenStatus.None
            ? new(
                $"{code}_entry_without_token",
                Severity.Error,
                subject,
                $"The entry {entry.Name} has no token: Dolibarr says \"Token not found in db, are you sure you stored it?\".",
                $"Give consent: dolibarr-oauth-bridge consent {entry.Name} --entity {company.Entity}, or Dolibarr's OAuth page."
            )
            : null;
    }
}
