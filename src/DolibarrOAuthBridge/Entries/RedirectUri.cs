// SPDX-License-Identifier: GPL-3.0-or-later

using DolibarrOAuthBridge.Dolibarr.Configuration;
using DolibarrOAuthBridge.Dolibarr.Entries;

namespace DolibarrOAuthBridge.Entries;

/// <summary>
/// Where a provider sends the browser back to: the entry's own setting, else the module's callback page under Dolibarr's public
/// URL; the module's sign-in page where the entry serves the sign-in.
/// </summary>
internal static class RedirectUri
{
    private const string CallbackPage = "/custom/oauthbridge/callback.php";
    private const string SignInPage = "/custom/oauthbridge/logincallback.php";

    /// <summary>The redirect URI of an entry; null where neither the entry nor conf.php names one.</summary>
    public static string? Of(OAuthEntry entry, DolibarrConf conf)
    {
        var isSignIn = EntryUseTable.IsSignIn(entry.Name); // its own setting is of consents, which it has none of
        return entry.UrlCallback.Length > 0 && !isSignIn ? entry.UrlCallback
            : string.IsNullOrWhiteSpace(conf.UrlRoot) ? null
            : conf.UrlRoot.Trim().TrimEnd('/') + (isSignIn ? SignInPage : CallbackPage);
    }
}
