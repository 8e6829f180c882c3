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
        var set = snapshot
            .Constants.Where(static constant => constant.Stored.Length > 0)
            .Select(static constant => (constant.Name, constant.Entity))
            .ToHashSet();
        foreach (var company in snapshot.Companies)
        {
            foreach (var report in company.Reports)
            {
                foreach (var warning in report.Warnings)
                {
                    yield return new(warning.Code, warning.Severity, company.Subject(report.Entry), warning.Evidence, warning.Advice);
                }
            }

            foreach (
                var finding in InTwoEntities(set, company).Concat(company.Entries.SelectMany(entry => Find(examination, company, entry)))
            )
            {
                yield return finding;
            }
        }
    }

    // The company's own settings then win, one by one: half an entry of each is an entry that nobody made.
    private static IEnumerable<Finding> InTwoEntities(HashSet<(string, int)> set, CompanySnapshot company) =>
        company
            .Entries.Where(entry =>
                set.Contains((entry.Name.Constant("ID"), 0)) && set.Contains((entry.Name.Constant("ID"), company.Entity))
            )
            .Select(entry => new Finding(
                "entry_in_two_entities",
                Severity.Warning,
                company.Subject(entry.Name),
                $"The entry is in entity 0, for all companies, and in entity {company.Entity}: of each setting the company's own counts.",
                "Delete it in one of them, unless that is meant: a secret of the one with the client ID of the other does not work."
            ));

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
}
