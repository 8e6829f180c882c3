// SPDX-License-Identifier: GPL-3.0-or-later

using System.Buffers;
using System.Globalization;
using System.Text;

namespace DolibarrOAuthBridge.Dolibarr.Configuration;

/// <summary>The escapes of PHP's double-quoted strings.</summary>
internal static class PhpStringEscapes
{
    /// <summary>The value of what stands between the quotes. A backslash that starts no escape stays.</summary>
    public static byte[] Unescape(ReadOnlySpan<byte> text)
    {
        var value = new ArrayBufferWriter<byte>(Math.Max(1, text.Length));
        while (!text.IsEmpty)
        {
            var length = text[0] == '\\' && text.Length > 1 ? UnescapeOne(text, value) : 0;
            if (length == 0)
            {
                value.Write(text[..1]);
                length = 1;
            }

            text = text[length..];
        }

        return value.WrittenSpan.ToArray();
    }

    // How many bytes the escape takes, 0 if it is none.
    private static int UnescapeOne(ReadOnlySpan<byte> text, ArrayBufferWriter<byte> value)
    {
        var simple = (char)text[1] switch
        {
            'n' => '\n',
            't' => '\t',
            'r' => '\r',
            'v' => '\v',
            'e' => '\e',
            'f' => '\f',
            '\\' => '\\',
            '$' => '$',
            '"' => '"',
            _ => '\0',
        };
        if (simple != '\0')
        {
            value.Write([(byte)simple]);
            return 2;
        }

        return text[1] switch
        {
            >= (byte)'0' and <= (byte)'7' => UnescapeByte(text[1..], 3, 8, value) + 1,
            // As PHP's own scanner: \X too.
            (byte)'x' or (byte)'X' when text.Length > 2 && char.IsAsciiHexDigit((char)text[2]) => UnescapeByte(text[2..], 2, 16, value) + 2,
            (byte)'u' when text.Length > 2 && text[2] == '{' => UnescapeCodePoint(text, value),
            _ => 0,
        };
    }

    private static int UnescapeByte(ReadOnlySpan<byte> digits, int maxDigits, int radix, ArrayBufferWriter<byte> value)
    {
        var length = 0;
        var number = 0;
        while (
            length < Math.Min(maxDigits, digits.Length)
            && char.IsAsciiHexDigit((char)digits[length])
            && Convert.ToInt32(((char)digits[length]).ToString(), 16) is var digit
            && digit < radix
        )
        {
            number = (number * radix) + digit;
            length++;
        }

        value.Write([unchecked((byte)number)]);
        return length;
    }

    // \u{1F600}. What is no Unicode character is an error in PHP; left as it is here, it is at least not mistaken.
    private static int UnescapeCodePoint(ReadOnlySpan<byte> text, ArrayBufferWriter<byte> value)
    {
        var end = text.IndexOf((byte)'}');
        if (
            end < 0
            || !int.TryParse(text[3..end], NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture, out var number)
            || !Rune.IsValid(number)
        )
        {
            return 0;
        }

        Span<byte> utf8 = stackalloc byte[4];
        value.Write(utf8[..new Rune(number).EncodeToUtf8(utf8)]);
        return end + 1;
    }
}
