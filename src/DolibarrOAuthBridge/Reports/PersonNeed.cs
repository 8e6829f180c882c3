// SPDX-License-Identifier: GPL-3.0-or-later

using DolibarrOAuthBridge.Dolibarr.Entries;
using DolibarrOAuthBridge.Providers;

namespace DolibarrOAuthBridge.Reports;

/// <summary>
/// The one definition of <c>needs_person</c>, for the API, the metrics and notices: nothing that the bridge does by itself brings
/// the entry a new token.
/// </summary>
internal static class PersonNeed
{
    /// <summary>Whether a person must act.</summary>
    /// <param name="facts">The entry.</param>
    /// <param name="isComplete">Whether it lacks no setting.</param>
    /// <param name="status">One of <see cref="TokenStatus"/>.</param>
    public static bool Of(EntryFacts facts, bool isComplete, string status)
    {
        return !isComplete
            || facts.Memory.IsPaused
            || status switch
            {
                TokenStatus.ConsentRequired or TokenStatus.Unreadable or TokenStatus.Duplicate => true,
                // A sign-in needs no stored token.
                TokenStatus.None => facts.Uses.All(static use => use.Purpose != EntryPurpose.SignIn),
                // It may be valid still, and is not renewed any more.
                _ => facts.Memory.LastError is { } error
                    && !TransientErrors.IsTransient(error)
                    && Refusals.KindOf(error, facts.Provider) == RefusalKind.SettingsWrong,
            };
    }
}
