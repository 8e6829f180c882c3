using DolibarrOAuthBridge.Entries.Warnings;

namespace DolibarrOAuthBridge.Entries;

/// <summary>What a person should look at, found without asking the provider.</summary>
public static class EntryWarnings
{
    /// <summary>The warnings of an entry: settings, then rows and grant, then scopes.</summary>
    public static IReadOnlyList<EntryWarning> Of(EntryFacts facts)
    {
        ArgumentNullException.ThrowIfNull(facts);
        return [.. SettingWarnings.Of(facts), .. RowWarnings.Of(facts), .. GrantWarnings.Of(facts), .. ScopeWarnings.Of(facts)];
    }
}
