// SPDX-License-Identifier: GPL-3.0-or-later

using DolibarrOAuthBridge.Dolibarr.Configuration;
using DolibarrOAuthBridge.Dolibarr.Entries;

namespace DolibarrOAuthBridge.Entries;

/// <summary>
/// Where a provider sends the browser back to: the entry's own setting, else the module's callback page under Dolibarr's public
/// URL.
/// </summary>
internal static class RedirectUri
{
    private const string CallbackPage = "/custom/oauthbridge/callback.php";

    /// <summary>The redirect URI of an entry; null where neither the entry nor conf.php names one.</summary>
    public static string? Of(OAuthEntry entry, DolibarrConf conf)
    {
        return entry.UrlCallback.Length > 0 ? entry.UrlCallback
            : string.IsNullOrWhiteSpace(conf.UrlRoot) ? null
            : conf.UrlRoot.Trim().TrimEnd('/') + CallbackPage;
    }
}
