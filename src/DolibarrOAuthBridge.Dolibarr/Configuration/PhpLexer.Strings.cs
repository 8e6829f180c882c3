// SPDX-License-Identifier: GPL-3.0-or-later

namespace DolibarrOAuthBridge.Dolibarr.Configuration;

/// <content>Strings in quotes, with and without variables in them, and heredocs.</content>
internal ref partial struct PhpLexer
{
    private const int MaxStringDepth = 8;

    private byte[] TakeSingleQuoted()
    {
        var line = Line();
        var value = new List<byte>();
        for (Skip(1); Peek(0) != '\''; Skip(1))
        {
            if (Peek(0) == '\\' && Peek(1) is '\\' or '\'')
            {
                Skip(1);
            }

            value.Add(_position < _code.Length ? _code[_position] : throw Error(line, "A text that starts here is not closed."));
        }

        Skip(1);
        return [.. value];
    }

    private byte[]? TakeDoubleQuoted()
    {
        var start = _position + 1;
        var plain = SkipInterpolated('"');
        return plain ? PhpStringEscapes.Unescape(_code[start..(_position - 1)]) : null;
    }

    // A string in which variables stand for their values. True if there are none.
    private bool SkipInterpolated(char quote, int depth = 0)
    {
        var line = Line();
        var plain = true;
        Skip(1);
        while (Peek(0) != quote)
        {
            if (_position >= _code.Length)
            {
                throw Error(line, "A text that starts here is not closed.");
            }

            var opensCode = (Peek(0) == '{' && Peek(1) == '$') || (Peek(0) == '$' && Peek(1) == '{');
            plain &= !opensCode && !(Peek(0) == '$' && IsNameStart(Peek(1)));
            if (opensCode)
            {
                Skip(Peek(0) == '$' ? 1 : 0);
                SkipEmbeddedCode(depth + 1);
            }
            else
            {
                Skip(Peek(0) == '\\' && _position + 1 < _code.Length ? 2 : 1);
            }
        }

        Skip(1);
        return plain;
    }

    // {$a["b"]} within a string: it ends with its own brace, and strings within it do not end the outer one.
    private void SkipEmbeddedCode(int depth)
    {
        var line = Line();
        var braces = 0;
        do
        {
            switch (Peek(0))
            {
                case '{':
                    braces++;
                    Skip(1);
                    break;
                case '}':
                    braces--;
                    Skip(1);
                    break;
                case '\'':
                    TakeSingleQuoted();
                    break;
                case '"' or '`' when depth < MaxStringDepth:
                    SkipInterpolated((char)Peek(0), depth);
                    break;
                default:
                    Skip(_position < _code.Length ? 1 : throw Error(line, "A text that starts here is not closed."));
                    break;
            }
        } while (braces > 0);
    }

    // <<<LABEL, <<<"LABEL" or <<<'LABEL', up to a line that starts with the label. False if it is only a shift operator.
    private bool SkipHeredoc()
    {
        var rest = Rest()[3..];
        var label = rest.TrimStart(" \t"u8);
        var quote = label.Length > 0 && label[0] is (byte)'\'' or (byte)'"' ? 1 : 0;
        label = label[quote..];
        var length = 0;
        while (length < label.Length && (length == 0 ? IsNameStart(label[0]) : IsNamePart(label[length])))
        {
            length++;
        }

        var after = label[length..];
        if (length == 0 || (quote > 0 && (after.Length == 0 || after[0] != rest[rest.Length - label.Length - 1])))
        {
            return false;
        }

        after = after[quote..].TrimStart(" \t"u8);
        if (after.Length == 0 || after[0] is not ((byte)'\r' or (byte)'\n'))
        {
            return false;
        }

        var line = Line();
        var name = label[..length];
        Skip(3 + rest.Length - after.Length);
        while (_position < _code.Length)
        {
            Skip(CountWhile(IsSpace));
            var here = Rest();
            if (here.StartsWith(name) && (here.Length == name.Length || !IsNamePart(here[name.Length])))
            {
                Skip(name.Length);
                return true;
            }

            var end = here.IndexOfAny((byte)'\r', (byte)'\n');
            Skip(end < 0 ? here.Length : end);
        }

        throw Error(line, "A text that starts here is not closed.");
    }
}
