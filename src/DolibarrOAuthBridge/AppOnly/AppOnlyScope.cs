// SPDX-License-Identifier: GPL-3.0-or-later

using DolibarrOAuthBridge.Dolibarr.Entries;
using DolibarrOAuthBridge.Entries;
using DolibarrOAuthBridge.Providers;

namespace DolibarrOAuthBridge.AppOnly;

/// <summary>
/// The scope of an app-only request: everything that an administrator granted the application at one API,
/// <c>https://outlook.office365.com/.default</c>.
/// </summary>
internal static class AppOnlyScope
{
    private const string EverythingGranted = "/.default";

    /// <summary>Derives it from the entry's scopes, which name the API; without any it is Exchange Online.</summary>
    /// <exception cref="ProviderConfigurationException">The scopes belong to several APIs, and a token serves one.</exception>
    public static string Of(Provider provider, OAuthEntry entry)
    {
        return ScopeResources.Of(provider, EntrySettings.Scopes(entry)) switch
        {
            [] => provider.AppOnlyResource + EverythingGranted,
            [var resource] => resource + EverythingGranted,
            var several => throw new ProviderConfigurationException(
                $"{entry.Name.Constant("SCOPE")} asks for {string.Join(" and ", several)}, and a Microsoft token serves one of "
                    + "them only: make an entry for each."
            ),
        };
    }
}
