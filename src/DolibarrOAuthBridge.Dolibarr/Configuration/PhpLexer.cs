// SPDX-License-Identifier: GPL-3.0-or-later

using System.Globalization;
using System.Text;

namespace DolibarrOAuthBridge.Dolibarr.Configuration;

/// <summary>
/// Splits a PHP file into tokens, enough to tell plain values from computed ones and never to mistake the inside of a
/// string or comment for code. Nothing is executed.
/// </summary>
internal ref partial struct PhpLexer(ReadOnlySpan<byte> code, string path)
{
    // Longest first.
    private static readonly string[] Operators =
    [
        "===",
        "!==",
        "<=>",
        "**=",
        "??=",
        "<<=",
        ">>=",
        "...",
        "?->",
        "==",
        "!=",
        "<>",
        "<=",
        ">=",
        "=>",
        "->",
        "::",
        ".=",
        "+=",
        "-=",
        "*=",
        "/=",
        "%=",
        "&=",
        "|=",
        "^=",
        "++",
        "--",
        "&&",
        "||",
        "??",
        "**",
        "<<",
        ">>",
    ];

    private readonly ReadOnlySpan<byte> _code = code;
    private readonly string _path = path;
    private int _position;
    private int _line = 1;
    private int _counted;

    /// <summary>Steps over what comes before the code: a byte order mark, white space and the opening tag.</summary>
    /// <exception cref="DolibarrConfException">The file does not start so.</exception>
    public void Open()
    {
        Skip(_code.StartsWith("\uFEFF"u8) ? 3 : 0);
        Skip(CountWhile(IsSpace));
        if (!AtOpeningTag())
        {
            throw Error(null, "The file does not start with <?php. Give the path of Dolibarr's conf.php, usually htdocs/conf/conf.php.");
        }

        Skip("<?php".Length);
    }

    /// <summary>Reads the next token.</summary>
    /// <exception cref="DolibarrConfException">A string or comment is not closed.</exception>
    public PhpToken Next()
    {
        SkipBlank();
        if (_position == _code.Length)
        {
            return new(PhpTokenKind.End, "", [], Line());
        }

        var line = Line();
        var c = _code[_position];
        switch (c)
        {
            case (byte)'$' when IsNameStart(Peek(1)):
                Skip(1);
                return new(PhpTokenKind.Variable, Take(CountWhile(IsNamePart)), [], line);
            case (byte)'\'':
                return new(PhpTokenKind.Literal, "", TakeSingleQuoted(), line);
            case (byte)'"':
                var value = TakeDoubleQuoted();
                return new(value is null ? PhpTokenKind.Computed : PhpTokenKind.Literal, "", value ?? [], line);
            case (byte)'`':
                SkipInterpolated('`');
                return new(PhpTokenKind.Computed, "", [], line);
            case (byte)'<' when Rest().StartsWith("<<<"u8) && SkipHeredoc():
                return new(PhpTokenKind.Computed, "", [], line);
            case (byte)'?' when Peek(1) == '>':
                SkipMarkup();
                return new(PhpTokenKind.Symbol, ";", [], line);
        }

        if (char.IsAsciiDigit((char)c) || (c == '.' && char.IsAsciiDigit((char)Peek(1))))
        {
            return TakeNumber(line);
        }

        if (IsNameStart(c) || c == '\\')
        {
            return new(PhpTokenKind.Name, Take(CountWhile(static c => IsNamePart(c) || c == '\\')).ToLowerInvariant(), [], line);
        }

        return new(PhpTokenKind.Symbol, TakeSymbol(), [], line);
    }

    private void SkipBlank()
    {
        for (var start = -1; start != _position;)
        {
            start = _position;
            Skip(CountWhile(IsSpace));
            var rest = Rest();
            if (rest.StartsWith("/*"u8))
            {
                var length = rest[2..].IndexOf("*/"u8);
                Skip(length >= 0 ? length + 4 : throw Error(Line(), "A comment that starts here is not closed."));
            }
            else if (rest.StartsWith("#"u8) || rest.StartsWith("//"u8))
            {
                // A closing tag ends the code even from within a comment.
                var end = rest.IndexOfAny((byte)'\r', (byte)'\n');
                var comment = end < 0 ? rest : rest[..end];
                var tag = comment.IndexOf("?>"u8);
                Skip(tag < 0 ? comment.Length : tag);
            }
        }
    }

    // From a closing tag to behind the next opening tag, or to the end.
    private void SkipMarkup()
    {
        Skip(2);
        while (_position < _code.Length && !AtOpeningTag() && !Rest().StartsWith("<?="u8))
        {
            var next = Rest()[1..].IndexOf((byte)'<');
            Skip(next < 0 ? _code.Length - _position : next + 1);
        }

        Skip(AtOpeningTag() ? "<?php".Length : Math.Min("<?=".Length, _code.Length - _position));
    }

    private readonly bool AtOpeningTag()
    {
        var rest = Rest();
        return rest.Length >= 5 && Ascii.EqualsIgnoreCase(rest[..5], "<?php"u8) && (rest.Length == 5 || IsSpace(rest[5]));
    }

    private PhpToken TakeNumber(int line)
    {
        var text = Take(CountWhile(static c => IsNamePart(c) || c == '.'));
        // Only plain decimal integers: PHP reads 010 as 8, and no setting of the bridge is a fraction.
        return long.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out _) && (text[0] != '0' || text.Length == 1)
            ? new(PhpTokenKind.Literal, "", Encoding.ASCII.GetBytes(text), line)
            : new(PhpTokenKind.Computed, "", [], line);
    }

    // Bytes beyond ASCII, which PHP allows in names, map to characters one to one.
    private string Take(int length)
    {
        var text = Encoding.Latin1.GetString(Rest()[..length]);
        Skip(length);
        return text;
    }

    private string TakeSymbol()
    {
        var rest = Encoding.Latin1.GetString(Rest()[..Math.Min(3, _code.Length - _position)]);
        var symbol = Array.Find(Operators, o => rest.StartsWith(o, StringComparison.Ordinal)) ?? rest[..1];
        Skip(symbol.Length);
        return symbol;
    }

    private readonly ReadOnlySpan<byte> Rest() => _code[_position..];

    // -1 at the end.
    private readonly int Peek(int ahead) => _position + ahead < _code.Length ? _code[_position + ahead] : -1;

    private readonly int CountWhile(Func<byte, bool> predicate)
    {
        var rest = Rest();
        var length = 0;
        while (length < rest.Length && predicate(rest[length]))
        {
            length++;
        }

        return length;
    }

    private void Skip(int count) => _position += count;

    private int Line()
    {
        _line += _code[_counted.._position].Count((byte)'\n');
        _counted = _position;
        return _line;
    }

    private readonly DolibarrConfException Error(int? line, string problem) => new(_path, line, null, problem);

    private static bool IsSpace(byte c) => c is (byte)' ' or (byte)'\t' or (byte)'\r' or (byte)'\n';

    private static bool IsNameStart(int c) => c is '_' or >= 0x80 || (c >= 0 && char.IsAsciiLetter((char)c));

    private static bool IsNamePart(byte c) => IsNameStart(c) || char.IsAsciiDigit((char)c);
}
