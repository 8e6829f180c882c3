// SPDX-License-Identifier: GPL-3.0-or-later

using DolibarrOAuthBridge.Dolibarr.Entries;
using DolibarrOAuthBridge.Login;
using DolibarrOAuthBridge.Providers;

namespace DolibarrOAuthBridge.Commands.Connecting;

/// <summary>What an entry can be made for: the same choices as in the module's assistant.</summary>
/// <param name="Word">What a person types.</param>
/// <param name="Meaning">What it means.</param>
/// <param name="Label">The label to propose.</param>
/// <param name="Purposes">What Dolibarr does with the entry.</param>
internal sealed record EntryUsage(string Word, string Meaning, string Label, params IReadOnlyList<EntryPurpose> Purposes)
{
    private static readonly EntryUsage[] All =
    [
        new("both", "send and collect mail", "Mail", EntryPurpose.SendMail, EntryPurpose.ReadMail),
        new("send", "send mail", "Mail", EntryPurpose.SendMail),
        new("collect", "collect mail", "Mail", EntryPurpose.ReadMail),
        new("login", "sign people in to Dolibarr", LoginFlow.Label, EntryPurpose.SignIn),
        new("api", "let a program use the account", "Api"),
    ];

    /// <summary>Whether it is for signing people in.</summary>
    public bool IsSignIn => Purposes.Contains(EntryPurpose.SignIn);

    /// <summary>What a provider can be used for, the usual one first.</summary>
    public static IReadOnlyList<EntryUsage> Of(Provider provider) => [.. All.Where(usage => usage.IsPossible(provider))];

    /// <summary>The scopes to propose, separated by commas as Dolibarr stores them; empty where a person has to know them.</summary>
    public string Scopes(Provider provider)
    {
        if (provider.IsAppOnly)
        {
            return $"{provider.AppOnlyResource}/.default";
        }

        var needs = provider.ScopeNeeds.Where(need => Purposes.Contains(need.Purpose)).Select(need => need.Scope).ToList();
        IEnumerable<string> scopes =
            provider.Preset is not null && !IsSignIn ? needs
            : IsSignIn ? ["openid", "email", "profile"]
            : [.. provider.Application!.Scopes, .. provider.AlwaysAskedScopes, .. needs];
        // As Dolibarr's own page names them, so that it shows them as ticked.
        return string.Join(
            ',',
            scopes.Select(scope => provider.ScopeNames.FirstOrDefault(name => name.Value == scope).Key ?? scope).Distinct()
        );
    }

    private bool IsPossible(Provider provider) =>
        IsSignIn ? provider.Identity is not null && provider.PublishesMetadata
        : Purposes.Count == 0 ? !provider.IsAppOnly
        : provider.Preset is not null ? Purposes.All(purpose => provider.ScopeNeeds.Any(need => need.Purpose == purpose))
        : provider.Smtp is not null || provider.DiscoversEndpoints;
}
