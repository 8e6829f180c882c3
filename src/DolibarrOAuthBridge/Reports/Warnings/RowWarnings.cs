// SPDX-License-Identifier: GPL-3.0-or-later

namespace DolibarrOAuthBridge.Reports.Warnings;

/// <summary>The rows of the token table as such.</summary>
internal static class RowWarnings
{
    public static IEnumerable<EntryWarning> Of(EntryFacts facts)
    {
        if (facts.Lookup.IsDuplicate)
        {
            yield return new(
                EntryWarningCode.DuplicateRows,
                Severity.Error,
                $"The rows {string.Join(" and ", facts.Lookup.Rows.Select(row => row.RowId))} both belong to this entry, so nothing is "
                    + "written to either.",
                "Delete the one that is not in use; dolibarr-oauth-bridge cleanup says which one to keep."
            );
        }

        if (facts.Unreadable is { } unreadable)
        {
            yield return new(EntryWarningCode.TokenUnreadable, Severity.Error, unreadable.Problem, unreadable.Advice);
        }
    }
}
