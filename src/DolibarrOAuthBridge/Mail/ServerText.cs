// SPDX-License-Identifier: GPL-3.0-or-later

using System.Text.RegularExpressions;
using DolibarrOAuthBridge.Providers;

namespace DolibarrOAuthBridge.Mail;

/// <summary>
/// A mail server's text made safe to show, by <see cref="ForeignText"/>, and without anything that looks like a token: a server may
/// repeat the one that it was sent, or tell of another.
/// </summary>
internal static partial class ServerText
{
    private const int Longest = 400; // characters

    public static string Clean(string text, params ReadOnlySpan<string> secrets)
    {
        var line = ForeignText.Clean(text, [.. secrets], int.MaxValue);
        line = Blanks().Replace(LooksLikeToken().Replace(line, "…"), " ").Trim();
        return line.Length <= Longest ? line : line[..Longest] + "…";
    }

    // Names of Exchange servers have dots within as many characters.
    [GeneratedRegex("[A-Za-z0-9+/=_-]{40,}")]
    private static partial Regex LooksLikeToken();

    [GeneratedRegex(@"\s+")]
    private static partial Regex Blanks();
}
