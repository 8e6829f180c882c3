// SPDX-License-Identifier: GPL-3.0-or-later

using DolibarrOAuthBridge.Reports.Warnings;

namespace DolibarrOAuthBridge.Reports;

/// <summary>What a person should look at, found without asking the provider.</summary>
internal static class EntryWarnings
{
    /// <summary>The warnings of an entry: settings, then rows and grant, then scopes.</summary>
    public static IReadOnlyList<EntryWarning> Of(EntryFacts facts)
    {
        return [.. SettingWarnings.Of(facts), .. RowWarnings.Of(facts), .. GrantWarnings.Of(facts), .. ScopeWarnings.Of(facts)];
    }
}
