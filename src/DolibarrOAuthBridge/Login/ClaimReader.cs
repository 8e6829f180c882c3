// SPDX-License-Identifier: GPL-3.0-or-later

using System.Globalization;
using System.Text;
using System.Text.Json;

namespace DolibarrOAuthBridge.Login;

/// <summary>
/// Reads claims as strictly as an attacker deserves: a claim is of the right type, of sane length and free of deceiving
/// characters, or the sign-in is refused.
/// </summary>
internal static class ClaimReader
{
    private const int LongestText = 255;
    private const int LongestEmail = 254; // RFC 5321, 4.5.3.1.3
    private const double LatestTime = 253_402_300_799; // seconds: the end of the year 9999

    /// <summary>A text; null where the claim is absent or null.</summary>
    /// <exception cref="BridgeException">It is of another type, too long, or holds control or direction characters.</exception>
    public static string? Text(JsonElement claims, string name)
    {
        if (!claims.TryGetProperty(name, out var claim) || claim.ValueKind == JsonValueKind.Null)
        {
            return null;
        }

        return
            claim.ValueKind == JsonValueKind.String
            && claim.GetString() is { Length: <= LongestText } text
            && text.EnumerateRunes().All(IsHarmless)
            ? text
            : throw Malformed(name);
    }

    /// <summary>
    /// An e-mail address with one <c>@</c> and nothing quoted or commented; null where the claim is absent, null or empty.
    /// </summary>
    /// <exception cref="BridgeException">It is something else.</exception>
    public static string? Email(JsonElement claims)
    {
        const string Name = "email";
        if (Text(claims, Name) is not { Length: > 0 } email)
        {
            return null;
        }

        var at = email.IndexOf('@', StringComparison.Ordinal);
        return
            email.Length <= LongestEmail
            && at > 0
            && at < email.Length - 1
            && email.LastIndexOf('@') == at
            && !email.Any(static character =>
                char.IsWhiteSpace(character)
                || "\"(),:;<>[\\]".Contains(character, StringComparison.Ordinal)
                || char.GetUnicodeCategory(character) == UnicodeCategory.Format
            )
            ? email
            : throw Malformed(Name);
    }

    /// <summary>Whether a claim is the JSON value <c>true</c>, or one of others that the provider is known to mean by it.</summary>
    /// <param name="claims">The claims.</param>
    /// <param name="name">The claim's name.</param>
    /// <param name="others">Texts, or numbers as they are written; the string "true" counts only if it is one of them.</param>
    public static bool IsTrue(JsonElement claims, string name, IReadOnlyList<string> others) =>
        claims.TryGetProperty(name, out var claim)
        && claim.ValueKind switch
        {
            JsonValueKind.True => true,
            JsonValueKind.String => others.Contains(claim.GetString(), StringComparer.Ordinal),
            JsonValueKind.Number => others.Contains(claim.GetRawText(), StringComparer.Ordinal),
            _ => false,
        };

    /// <summary>
    /// A time in seconds since 1970, with fractions (RFC 7519, NumericDate); null where the claim is absent or no such number.
    /// </summary>
    public static double? Time(JsonElement claims, string name) =>
        claims.TryGetProperty(name, out var claim)
        && claim.ValueKind == JsonValueKind.Number
        && claim.TryGetDouble(out var seconds)
        && seconds is >= 0 and <= LatestTime
            ? seconds
            : null;

    private static bool IsHarmless(Rune rune) =>
        Rune.GetUnicodeCategory(rune)
            is not (
                UnicodeCategory.Control
                or UnicodeCategory.LineSeparator
                or UnicodeCategory.ParagraphSeparator
                or UnicodeCategory.Surrogate
                or UnicodeCategory.OtherNotAssigned
            )
        && rune.Value is not (0x061C or 0x200E or 0x200F or (>= 0x202A and <= 0x202E) or (>= 0x2066 and <= 0x2069) or 0xFEFF or 0xFFFD);

    private static BridgeException Malformed(string name) =>
        Rejection.Of(RejectionReason.ClaimMalformed, $"the claim {name} is not what it should be.");
}
