// SPDX-License-Identifier: GPL-3.0-or-later

using System.Text.RegularExpressions;

namespace DolibarrOAuthBridge.Mail;

/// <summary>
/// A server's text made safe to show: one line of limited length, no control characters, and nothing that looks like a token,
/// since a server may repeat the token that it was sent.
/// </summary>
internal static partial class ServerText
{
    private const int Longest = 400; // characters

    public static string Clean(string text, params ReadOnlySpan<string> secrets)
    {
        foreach (var secret in secrets)
        {
            text = text.Replace(secret, "…", StringComparison.Ordinal);
        }

        text = Blanks().Replace(LooksLikeToken().Replace(text, "…"), " ").Trim();
        return text.Length <= Longest ? text : text[..Longest] + "…";
    }

    // Names of Exchange servers have dots within as many characters.
    [GeneratedRegex("[A-Za-z0-9+/=_-]{40,}")]
    private static partial Regex LooksLikeToken();

    [GeneratedRegex(@"[\s\p{C}]+")]
    private static partial Regex Blanks();
}
