// SPDX-License-Identifier: GPL-3.0-or-later

using DolibarrOAuthBridge.Dolibarr.Entries;

namespace DolibarrOAuthBridge.Diagnosis;

/// <summary>
/// The entries: what the bridge warns of everywhere, labels that Dolibarr's own code cuts, and redirect URIs that lead elsewhere.
/// </summary>
internal sealed class EntryDiagnosis : SnapshotDiagnosis
{
    /// <inheritdoc />
    protected override IEnumerable<Finding> Find(Examination examination, InstanceSnapshot snapshot)
    {
        foreach (var company in snapshot.Companies)
        {
            foreach (var report in company.Reports)
            {
                foreach (var warning in report.Warnings)
                {
                    var (evidence, advice) = Split(warning.Message);
                    yield return new(warning.Code, warning.Severity, company.Subject(report.Entry), evidence, advice);
                }
            }

            foreach (var finding in company.Entries.SelectMany(entry => Find(examination, company, entry)))
            {
                yield return finding;
            }
        }
    }

    private static IEnumerable<Finding> Find(Examination examination, CompanySnapshot company, OAuthEntry entry)
    {
        if (entry.Name.Label.Contains('-', StringComparison.Ordinal) || entry.Name.Label.Contains("_ID", StringComparison.Ordinal))
        {
            yield return new(
                "label_ambiguous",
                Severity.Warning,
                company.Subject(entry.Name),
                $"The label {entry.Name.Label} has a \"-\" or \"_ID\" in it, at which Dolibarr's own pages cut it: it then looks for "
                    + "another entry.",
                "Make an entry with a label of letters and digits only, and give consent for that one."
            );
        }

        if (
            Uri.TryCreate(entry.UrlCallback, UriKind.Absolute, out var callback)
            && Uri.TryCreate(examination.Conf.UrlRoot, UriKind.Absolute, out var root)
            && !string.Equals(callback.Authority, root.Authority, StringComparison.OrdinalIgnoreCase)
        )
        {
            yield return new(
                "redirect_uri_elsewhere",
                Severity.Warning,
                company.Subject(entry.Name),
                $"Its redirect URI is on {callback.Authority}, and $dolibarr_main_url_root on {root.Authority}.",
                $"Correct {entry.Name.Constant("URLCALLBACK")}, or $dolibarr_main_url_root in conf.php, and register the same URI at the "
                    + "provider."
            );
        }
    }

    // A warning says first what it is, then what to do.
    private static (string Evidence, string Advice) Split(string message)
    {
        var colon = message.IndexOf(": ", StringComparison.Ordinal);
        return colon < 0
            ? (message, "See the message.")
            : (message[..colon] + ".", char.ToUpperInvariant(message[colon + 2]) + message[(colon + 3)..]);
    }
}
