// SPDX-License-Identifier: GPL-3.0-or-later

using DolibarrOAuthBridge.Http.Security;

namespace DolibarrOAuthBridge.Http;

/// <summary>
/// Who is given a token, for people: the account of the process at the other end of a unix socket, and what Dolibarr's module says of
/// itself (the header <c>Bridge-Caller</c>: a page, a script, a cron job). It decides nothing.
/// </summary>
internal static class CallerName
{
    private const string Header = "Bridge-Caller";
    private const int Longest = 120;

    /// <summary>Such as <c>uid 33: page /compta/facture/card.php</c>, <c>unknown user</c>, or <c>tcp</c>.</summary>
    public static string Of(HttpContext context)
    {
        var peer = PeerName.AtOnce(context);
        return context.Request.Headers[Header] is [{ Length: > 0 } said] ? $"{peer}: {Clean(said)}" : peer;
    }

    private static string Clean(string text) =>
        string.Concat(
            text.Take(Longest)
                .Select(static character =>
                    char.IsAsciiLetterOrDigit(character) || " /._-:#()".Contains(character, StringComparison.Ordinal) ? character : '?'
                )
        );
}
