// SPDX-License-Identifier: GPL-3.0-or-later

using System.Globalization;
using System.Net;
using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;
using System.Text.RegularExpressions;

namespace DolibarrOAuthBridge.Providers;

/// <summary>
/// The tokens in an answer that no strict reader accepts: cut off, not JSON, in another character set, with members twice or trailing
/// commas. The refresh token that was sent is spent by now, so the one in the answer may be the only one that works.
/// </summary>
internal sealed partial class AnswerSalvage
{
    private const int LongestToken = 48 * 1024;
    private const long LongestLifetime = 10L * 365 * 24 * 3600;

    private AnswerSalvage() { }

    /// <summary>The access token; null if there is none that can be used.</summary>
    public string? AccessToken { get; private init; }

    /// <summary>The refresh token; null if there is none that can be used.</summary>
    public string? RefreshToken { get; private init; }

    /// <summary>The access token's lifetime in seconds; null where the answer does not say.</summary>
    public long? ExpiresIn { get; private init; }

    /// <summary>The granted scopes; null where the answer does not say.</summary>
    public string? Scope { get; private init; }

    /// <summary>The ID token; null if there is none.</summary>
    public string? IdToken { get; private init; }

    /// <summary>Looks for tokens in an answer.</summary>
    /// <returns>What was found; null if there is no token in it.</returns>
    public static AnswerSalvage? Find(ReadOnlySpan<byte> body)
    {
        var text = Encoding.Latin1.GetString(body); // never fails, and tokens are ASCII
        var found = new AnswerSalvage
        {
            AccessToken = Usable(Member(text, "access_token")),
            RefreshToken = Usable(Member(text, "refresh_token")),
            IdToken = Usable(Member(text, "id_token")),
            Scope = Member(text, "scope") is { Length: > 0 and < 8192 } scope && Ascii.IsValid(scope) ? scope : null,
            ExpiresIn = long.TryParse(
                Member(text, "expires_in_sec") ?? Member(text, "expires_in"),
                NumberStyles.None,
                CultureInfo.InvariantCulture,
                out var seconds
            )
                ? Math.Min(seconds, LongestLifetime)
                : null,
        };
        return found.AccessToken is null && found.RefreshToken is null ? null : found;
    }

    /// <summary>The answer without everything that nobody needs, for where the whole of it has no room.</summary>
    public static byte[] Compact(ReadOnlySpan<byte> body)
    {
        var found = Find(body);
        var json = new JsonObject
        {
            ["access_token"] = found?.AccessToken,
            ["refresh_token"] = found?.RefreshToken,
            ["token_type"] = "Bearer",
            ["scope"] = found?.Scope,
            ["expires_in"] = found?.ExpiresIn,
        };
        foreach (var name in json.Where(static member => member.Value is null).Select(static member => member.Key).ToList())
        {
            json.Remove(name);
        }

        return Encoding.UTF8.GetBytes(json.ToJsonString());
    }

    /// <inheritdoc />
    public override string ToString() => "[salvaged answer]";

    // The last one counts, as in most readers of JSON.
    private static string? Member(string text, string name)
    {
        string? value = null;
        foreach (Match match in Members().Matches(text))
        {
            // A number is a lifetime and never a token.
            if (match.Groups["name"].Value == name && (name is "expires_in" or "expires_in_sec" || match.Groups["text"].Success))
            {
                value = match.Groups["number"].Success ? match.Groups["number"].Value : Unescape(match.Groups["text"].Value);
            }
        }

        if (value is null && text.Contains(name + "=", StringComparison.Ordinal) && !text.Contains('{', StringComparison.Ordinal))
        {
            // A form, which GitHub sends by default.
            value = text.Trim()
                .Split('&')
                .Where(pair => pair.StartsWith(name + "=", StringComparison.Ordinal))
                .Select(pair => WebUtility.UrlDecode(pair[(name.Length + 1)..]))
                .LastOrDefault();
        }

        return value;
    }

    private static string? Unescape(string text)
    {
        try
        {
            using var document = JsonDocument.Parse($"\"{text}\"");
            return document.RootElement.GetString();
        }
        catch (JsonException)
        {
            return text.Contains('\\', StringComparison.Ordinal) ? null : text;
        }
    }

    // Visible ASCII only (RFC 6749, appendix A.12): a line break would let a token speak SMTP or IMAP.
    private static string? Usable(string? token) =>
        token is { Length: > 0 and <= LongestToken }
        && !token.AsSpan().ContainsAnyExceptInRange('\u0021', '\u007e')
        && !token.StartsWith("dolcrypt:", StringComparison.OrdinalIgnoreCase)
            ? token
            : null;

    [GeneratedRegex(
        """
            "(?<name>access_token|refresh_token|id_token|scope|expires_in(_sec)?)"\s*:\s*
            (?:"(?<text>(?>[^"\\]+|\\.)*)"|(?<=expires_in(_sec)?"\s*:\s*)(?<number>[0-9]{1,18})\b)
            """,
        RegexOptions.CultureInvariant | RegexOptions.ExplicitCapture | RegexOptions.IgnorePatternWhitespace
    )]
    private static partial Regex Members();
}
