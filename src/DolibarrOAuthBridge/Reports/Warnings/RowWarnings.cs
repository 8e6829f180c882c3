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
                "duplicate_rows",
                $"The rows {string.Join(" and ", facts.Lookup.Rows.Select(row => row.RowId))} both belong to this entry. Delete "
                    + "the one that is not in use; nothing is written until then."
            );
        }

        if (facts.Unreadable is { } unreadable)
        {
            yield return new("token_unreadable", unreadable);
        }
    }
}
