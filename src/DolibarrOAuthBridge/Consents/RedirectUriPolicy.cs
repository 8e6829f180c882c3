// SPDX-License-Identifier: GPL-3.0-or-later

using DolibarrOAuthBridge.Dolibarr.Configuration;
using DolibarrOAuthBridge.Dolibarr.Entries;
using DolibarrOAuthBridge.Entries;
using DolibarrOAuthBridge.Providers;

namespace DolibarrOAuthBridge.Consents;

/// <summary>
/// Which redirect URIs are used: the entry's own; any other https address, because a Dolibarr may be reached under several names;
/// plain http where the entry's own address is of the same origin, or unknown; and loopback for a program on this machine (RFC
/// 8252, section 7.3). The provider compares it with those registered, and a
/// code is worth nothing elsewhere: its verifier never leaves the bridge.
/// </summary>
internal static class RedirectUriPolicy
{
    /// <summary>The redirect URI to use, in the very characters that the provider will compare.</summary>
    /// <param name="entry">The entry.</param>
    /// <param name="conf">Knows Dolibarr's public URL.</param>
    /// <param name="wanted">What the caller asks for; null for the entry's own.</param>
    /// <exception cref="BridgeException">There is none, it cannot be used, or it is not allowed.</exception>
    public static string Choose(OAuthEntry entry, DolibarrConf conf, string? wanted)
    {
        var own = RedirectUri.Of(entry, conf);
        if (wanted is not null && wanted != own)
        {
            return IsUsable(wanted) && IsProtected(new Uri(wanted), own)
                ? wanted
                : throw new BridgeException(
                    ProblemCode.InvalidRequest,
                    $"redirect_uri must be {own ?? "left out"}, another https URL without user name and fragment, "
                        + "or a loopback address such as http://127.0.0.1:8000/."
                );
        }

        if (own is null)
        {
            throw new BridgeException(
                ProblemCode.EntryIncomplete,
                "Nobody knows where the provider shall send the browser: set "
                    + $"{entry.Name.Constant("URLCALLBACK")}, or $dolibarr_main_url_root in conf.php."
            );
        }

        return IsUsable(own)
            ? own
            : throw new BridgeException(
                ProblemCode.EntryIncomplete,
                $"The redirect URI of {entry.Name} is not an absolute http or https URL without user name and "
                    + $"fragment: correct {entry.Name.Constant("URLCALLBACK")} or $dolibarr_main_url_root in conf.php."
            );
    }

    private static bool IsUsable(string text) =>
        Uri.TryCreate(text, UriKind.Absolute, out var uri)
        && uri.Scheme is "https" or "http"
        && uri.UserInfo.Length == 0
        && !text.Contains('#', StringComparison.Ordinal)
        && !text.Any(character => char.IsControl(character) || char.IsWhiteSpace(character) || character == '\\');

    private static bool IsProtected(Uri wanted, string? own) =>
        own is null
        || wanted.Scheme == Uri.UriSchemeHttps
        || EndpointUri.IsLoopback(wanted)
        || EndpointUri.AreOfOneServer(wanted.AbsoluteUri, own);
}
