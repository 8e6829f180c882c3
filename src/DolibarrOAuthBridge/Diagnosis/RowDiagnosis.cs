// SPDX-License-Identifier: GPL-3.0-or-later

using DolibarrOAuthBridge.Dolibarr.Entries;
using DolibarrOAuthBridge.Dolibarr.Tokens;

namespace DolibarrOAuthBridge.Diagnosis;

/// <summary>Rows of the token table that look like an entry's and are none's.</summary>
internal sealed class RowDiagnosis : SnapshotDiagnosis
{
    /// <inheritdoc />
    protected override IEnumerable<Finding> Find(Examination examination, InstanceSnapshot snapshot)
    {
        var rows = snapshot.Rows.ToLookup(static row => row.Entity);
        var table = examination.Conf.DbPrefix + "oauth_token";
        return snapshot
            .Companies.SelectMany(company =>
                rows[company.Entity]
                    .Where(static row => !string.IsNullOrEmpty(row.Value))
                    .Select(row => Judge(company, row, table))
                    .OfType<Finding>()
                    .Concat(Empty(company, rows[company.Entity]))
            )
            .Concat(rows[0].Where(static row => row.IsNamedLikeEntry).Select(row => OfNoCompany(row, table)));
    }

    private static Finding OfNoCompany(TokenRow row, string table) =>
        new(
            "row_without_company",
            Severity.Warning,
            $"token row {row.RowId} ({row.Service}, entity {row.EntityText})",
            $"Its entity is {row.EntityText}, which is no company's: Dolibarr and the bridge read the rows of one company only, so nobody "
                + "reads this one.",
            $"UPDATE {table} SET entity = N WHERE rowid = {row.RowId}, where N is the company it belongs to; or delete the row."
        );

    // One is a consent under way: Dolibarr keeps its state there.
    private static IEnumerable<Finding> Empty(CompanySnapshot company, IEnumerable<TokenRow> rows) =>
        rows.Where(static row => row.IsNamedLikeEntry && string.IsNullOrEmpty(row.Value))
            .GroupBy(row => row.Service!, StringComparer.OrdinalIgnoreCase)
            .Where(group => group.Count() > 1)
            .Select(group => new Finding(
                "rows_empty",
                Severity.Info,
                $"{group.Key} (entity {company.Entity})",
                $"{group.Count()} rows of the token table hold no token: {string.Join(", ", group.Select(row => row.RowId))}. "
                    + "Dolibarr's Stripe page leaves one at each visit.",
                "Delete them; nothing reads them."
            ));

    private static Finding? Judge(CompanySnapshot company, TokenRow row, string table)
    {
        if (row.HoldsStripeAccount)
        {
            return null; // Dolibarr's Stripe module reads it, with an entry or without
        }

        var service = row.Service ?? string.Empty;
        var subject = $"token row {row.RowId} ({service}, entity {company.Entity})";
        if (company.Find(service) is { } owner)
        {
            return row.HasOwner
                ? new(
                    "row_of_a_person",
                    Severity.Warning,
                    subject,
                    $"The row has the name of {owner.Name}, but belongs to a third party, user or member, so neither Dolibarr's mail nor "
                        + "the bridge uses it.",
                    "Give consent for the entry; delete this row if nobody knows it."
                )
                : null;
        }

        if (row.HasOwner)
        {
            return null;
        }

        if (
            service.Length >= CompanySnapshot.ShortestCut
            && company.LongNames.FirstOrDefault(name => name.Service.StartsWith(service, StringComparison.OrdinalIgnoreCase)) is { } longer
        )
        {
            return new(
                "row_name_cut",
                Severity.Error,
                subject,
                $"The name is that of {longer}, cut to the {service.Length} characters that the column holds: Dolibarr says \"Token "
                    + "not found in db\".",
                "Give the entry a shorter label and give consent again; then delete this row."
            );
        }

        if (service != service.Trim() && company.Find(service.Trim()) is { } padded)
        {
            return new(
                "row_name_padded",
                Severity.Warning,
                subject,
                $"The name is that of {padded.Name} with spaces around it.",
                // Without the name itself: a label may hold quotes, and people run this.
                service.Trim(' ') == service.Trim()
                    ? $"UPDATE {table} SET service = TRIM(service) WHERE rowid = {row.RowId}"
                    : $"Rename row {row.RowId} of {table} to {padded.Name.Service}, without what stands around the name."
            );
        }

        return EntryName.TryParse(service, out var name)
            ? new(
                "row_without_entry",
                Severity.Warning,
                subject,
                $"The company has no entry {name}: it was deleted, or renamed in another company, which renames the rows of all.",
                "Rename the row to the entry that it belongs to, or delete it and give consent again."
            )
            : null;
    }
}
