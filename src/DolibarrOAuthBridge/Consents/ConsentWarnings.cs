// SPDX-License-Identifier: GPL-3.0-or-later

using DolibarrOAuthBridge.Dolibarr.Entries;
using DolibarrOAuthBridge.Reports;

namespace DolibarrOAuthBridge.Consents;

/// <summary>What a person should look at right after a consent, beyond what the entry itself tells.</summary>
internal static class ConsentWarnings
{
    public static IEnumerable<EntryWarning> Of(OAuthEntry entry, NewGrant grant, StoredConsent stored)
    {
        if (stored.KeptRefreshToken)
        {
            yield return new EntryWarning(
                EntryWarningCode.RefreshTokenKept,
                Severity.Warning,
                "The provider gave no new refresh token, so the one of before stays.",
                grant.Account is null
                    ? "The provider does not say which account granted: if it was another one than before, start again with force_consent."
                    : "Nothing is to be done: it is the same account's."
            );
        }

        if (stored.PreviousAccount is { } before)
        {
            yield return new EntryWarning(
                EntryWarningCode.AccountChanged,
                Severity.Warning,
                $"{entry.Name} belonged to {before} and belongs to {grant.Account} now.",
                "If that was not meant, give consent again with the former account."
            );
        }
    }
}
