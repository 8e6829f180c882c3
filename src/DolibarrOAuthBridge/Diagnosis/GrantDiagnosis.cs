// SPDX-License-Identifier: GPL-3.0-or-later

using DolibarrOAuthBridge.Dolibarr.Entries;
using DolibarrOAuthBridge.Grants;
using DolibarrOAuthBridge.Providers;

namespace DolibarrOAuthBridge.Diagnosis;

/// <summary>What the providers said when grants were refreshed, as the bridge remembers it.</summary>
internal sealed class GrantDiagnosis : SnapshotDiagnosis
{
    private static readonly (double Least, double Most) TestingDays = (6.5, 8);

    /// <inheritdoc />
    protected override IEnumerable<Finding> Find(Examination examination, InstanceSnapshot snapshot)
    {
        foreach (var company in snapshot.Companies)
        {
            foreach (var entry in company.Entries)
            {
                if (
                    company.Memory.TryGetValue(entry.Name.Service, out var memory)
                    && memory.LastError is { } error
                    && Judge(company, entry, memory, error) is { } finding
                )
                {
                    yield return finding;
                }
            }
        }
    }

    private static Finding? Judge(CompanySnapshot company, OAuthEntry entry, GrantRecord memory, string error)
    {
        var subject = company.Subject(entry.Name);
        var detail = memory.LastErrorDetail ?? string.Empty;
        var evidence =
            $"The last refresh failed on {memory.LastErrorAt:yyyy-MM-dd HH:mm} UTC with {error}"
            + (detail.Length > 0 ? $": {detail}" : string.Empty);
        return Refusals.KindOf(error, ProviderCatalogue.Of(entry)) switch
        {
            // The number is for people only; it changes nothing but the words.
            _ when detail.Contains("AADSTS7000222", StringComparison.Ordinal) => new(
                "client_secret_expired",
                Severity.Error,
                subject,
                evidence,
                "Make a new client secret in the Entra admin center (App registrations, Certificates & secrets), and enter it in "
                    + "Dolibarr's OAuth setup. No new consent is needed."
            ),
            _ when detail.Contains("AADSTS7000215", StringComparison.Ordinal) => new(
                "client_secret_wrong",
                Severity.Error,
                subject,
                evidence,
                "Enter the secret's value, not its id, in Dolibarr's OAuth setup. No new consent is needed."
            ),
            _ when error == TokenTooLargeException.Error => null, // the entry's warnings have it
            RefusalKind.ConsentNeeded => EndedLikeTesting(company, entry, memory),
            _ when TransientErrors.IsTransient(error) => new(
                "provider_failing",
                Severity.Warning,
                subject,
                $"{evidence} ({memory.FailureCount} in a row).",
                "The bridge tries again by itself. If it lasts, look at the network and at the provider's status page."
            ),
            _ => new("provider_rejects", Severity.Error, subject, evidence, Refusals.Advice(error)),
        };
    }

    // Google does not say that an application is in Testing; its grants end seven days after the consent.
    private static Finding? EndedLikeTesting(CompanySnapshot company, OAuthEntry entry, GrantRecord memory)
    {
        var granted = memory.GrantedAt ?? company.ReportOn(entry).Token.GrantedAt?.UtcDateTime;
        var days = (memory.LastErrorAt - granted)?.TotalDays;
        return
            ProviderCatalogue.Of(entry).TestingGrantLifetime is not null
            && memory.DeadHash is not null
            && days >= TestingDays.Least
            && days <= TestingDays.Most
            ? new(
                "testing_suspected",
                Severity.Warning,
                company.Subject(entry.Name),
                $"The grant ended {days:0.#} days after the consent: Google ends those of an application with publishing status Testing "
                    + "after seven.",
                "Publish the application (Google Cloud console, OAuth consent screen, Publish app), then give consent again."
            )
            : null;
    }
}
