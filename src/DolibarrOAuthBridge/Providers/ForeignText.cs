// SPDX-License-Identifier: GPL-3.0-or-later

using System.Buffers.Text;
using System.Globalization;
using System.Net;
using System.Text;
using System.Text.Encodings.Web;

namespace DolibarrOAuthBridge.Providers;

/// <summary>
/// The one place where text of others (a provider's <c>error_description</c>, a mail server's line) is made fit to be stored, logged
/// and shown: no secret that was just sent, in whatever form it comes back; no control or direction characters; bounded.
/// </summary>
internal static class ForeignText
{
    /// <summary>What stands where a secret stood.</summary>
    public const string Redacted = "[redacted]";

    /// <summary>The most characters that are kept unless the caller says otherwise.</summary>
    public const int DefaultLength = 200;

    private const int LongestName = 100;

    // A shorter one would redact ordinary words, and is no secret.
    private const int ShortestSecret = 4;

    // Fewer letters and digits than that could be those of ordinary words one after the other.
    private const int ShortestSplit = 8;

    /// <summary>Makes a text fit.</summary>
    /// <param name="text">The text as it came.</param>
    /// <param name="secrets">What was sent to the one who says it: secrets, tokens, codes, headers.</param>
    /// <param name="length">The most characters to keep; a longer text ends in an ellipsis.</param>
    public static string Clean(string text, IEnumerable<string> secrets, int length = DefaultLength)
    {
        // The longest first: a form may be part of another one.
        string[] forms = [.. secrets.Where(static secret => secret.Length >= ShortestSecret).SelectMany(FormsOf).OrderByDescending(Length)];
        foreach (var form in forms)
        {
            text = text.Replace(form, Redacted, StringComparison.OrdinalIgnoreCase);
        }

        if (Tells(text.Length > length ? text[..length] : text, forms))
        {
            return Redacted;
        }

        var line = new StringBuilder(Math.Min(text.Length, length));
        foreach (var rune in text.EnumerateRunes())
        {
            if (line.Length + rune.Utf16SequenceLength > length)
            {
                return line.Append('…').ToString();
            }

            line.Append(IsVisible(rune) ? rune.ToString() : " ");
        }

        return line.ToString();
    }

    /// <summary>A name that others chose, such as the subject of a certificate that anybody on the way may have made: cut at 100.</summary>
    /// <param name="name">The name as it came.</param>
    public static string Name(string name) => Clean(name, [], LongestName);

    /// <summary>Text without what is not seen or commands the terminal: a name in the database, a provider's message.</summary>
    /// <param name="text">The text as it came.</param>
    /// <param name="substitute">What stands in the place of such a character.</param>
    public static string Visible(string text, string substitute) =>
        string.Concat(text.EnumerateRunes().Select(rune => IsVisible(rune) ? rune.ToString() : substitute));

    private static int Length(string text) => text.Length;

    // Whether somebody can still read a secret out of it: one that is split by invisible characters, blanks or line breaks, or encoded
    // once more. Then nothing of the text is kept.
    private static bool Tells(string text, string[] forms)
    {
        string[] letters = [.. forms.Select(LettersOf).Where(static form => form.Length >= ShortestSplit).Distinct(StringComparer.Ordinal)];
        var decoded = WebUtility.UrlDecode(text);
        return letters.Length > 0
            && new[] { text, decoded, WebUtility.UrlDecode(decoded), WebUtility.HtmlDecode(text) }
                .Distinct(StringComparer.Ordinal)
                .Select(LettersOf)
                .Any(view => letters.Any(form => view.Contains(form, StringComparison.OrdinalIgnoreCase)));
    }

    private static string LettersOf(string text) => string.Concat(text.Where(char.IsAsciiLetterOrDigit));

    // Control, format (bidirectional overrides, zero-width characters), private and broken characters, and line separators.
    private static bool IsVisible(Rune rune) =>
        rune != Rune.ReplacementChar
        && Rune.GetUnicodeCategory(rune)
            is not (
                UnicodeCategory.Control
                or UnicodeCategory.Format
                or UnicodeCategory.PrivateUse
                or UnicodeCategory.OtherNotAssigned
                or UnicodeCategory.LineSeparator
                or UnicodeCategory.ParagraphSeparator
            );

    private static IEnumerable<string> FormsOf(string secret)
    {
        var bytes = Encoding.UTF8.GetBytes(secret);
        string[] forms =
        [
            secret,
            Uri.EscapeDataString(secret),
            WebUtility.UrlEncode(secret),
            WebUtility.HtmlEncode(secret),
            JavaScriptEncoder.Default.Encode(secret),
            JavaScriptEncoder.UnsafeRelaxedJsonEscaping.Encode(secret),
            secret.Replace("/", "\\/", StringComparison.Ordinal), // as PHP's json_encode writes it
            Convert.ToBase64String(bytes),
            Convert.ToBase64String(bytes).TrimEnd('='),
            Base64Url.EncodeToString(bytes),
            Convert.ToHexString(bytes),
            Uri.EscapeDataString(Uri.EscapeDataString(secret)),
            WebUtility.UrlEncode(WebUtility.UrlEncode(secret)),
            string.Concat(bytes.Select(static one => $"%{one:x2}")),
            string.Concat(secret.Select(static one => $"\\u{(int)one:x4}")),
            .. Enumerable.Range(0, 3).SelectMany(offset => WithinBase64(bytes, offset)),
        ];
        return forms.Where(static form => form.Length >= ShortestSecret).Distinct(StringComparer.Ordinal);
    }

    // Its digits in the base64 of a longer text, such as the whole form: they depend on where in a group of three bytes it begins. Digits
    // that it shares with what stands before and after are left.
    private static string[] WithinBase64(byte[] secret, int offset)
    {
        var first = ((offset * 8) + 5) / 6;
        var end = (offset + secret.Length) * 8 / 6;
        var digits = Convert.ToBase64String([.. new byte[offset], .. secret])[first..end];
        return [digits, digits.Replace('+', '-').Replace('/', '_')];
    }
}
