// SPDX-License-Identifier: GPL-3.0-or-later

using System.Text;

namespace DolibarrOAuthBridge.Dolibarr.Configuration;

/// <content>The values that can be known without running the code.</content>
internal ref partial struct PhpAssignments
{
    private const int MaxAlternatives = 16;

    // Plain values joined by dots; null where one is not plain. An environment variable alone may have an alternative after ?: or ??,
    // which bind less than the dot.
    private byte[]? ReadExpression(int alternatives = 0)
    {
        var isVariable = _current.Is("getenv") || _current is { Kind: PhpTokenKind.Variable, Text: "_ENV" or "_SERVER" };
        if (ReadTerm() is not { } value)
        {
            return null;
        }

        if (isVariable && (_current.Is("?") || _current.Is("??")))
        {
            return alternatives < MaxAlternatives ? ReadAlternative(value, _current.Is("?"), alternatives + 1) : null;
        }

        if (!_current.Is("."))
        {
            return _unset is null ? value : null;
        }

        var joined = new List<byte>(value);
        while (_current.Is("."))
        {
            Advance();
            if (ReadTerm() is not { } part)
            {
                return null;
            }

            joined.AddRange(part);
        }

        return _unset is null ? [.. joined] : null;
    }

    private byte[]? ReadAlternative(byte[] value, bool isShort, int alternatives)
    {
        var isMissing = _unset is not null || (isShort && value is [] or [(byte)'0']);
        Advance();
        if (isShort)
        {
            if (!_current.Is(":"))
            {
                return null;
            }

            Advance();
        }

        _unset = null;
        var alternative = ReadExpression(alternatives);
        if (isMissing)
        {
            return alternative;
        }

        _unset = null;
        return value;
    }

    private byte[]? ReadTerm() =>
        _current.Is("getenv") ? ReadEnvironment("(", ")")
        : _current is { Kind: PhpTokenKind.Variable, Text: "_ENV" or "_SERVER" } ? ReadEnvironment("[", "]")
        : ReadLiteral();

    // getenv('NAME'), $_ENV['NAME'] or $_SERVER['NAME'].
    private byte[]? ReadEnvironment(string open, string close)
    {
        Advance();
        if (!_current.Is(open))
        {
            return null;
        }

        Advance();
        if (_current.Kind != PhpTokenKind.Literal)
        {
            return null;
        }

        var name = Encoding.UTF8.GetString(_current.Value);
        Advance();
        if (!_current.Is(close))
        {
            return null;
        }

        Advance();
        var value = _program.Environment(name);
        if (value is null)
        {
            _unset ??= name;
        }

        return value ?? [];
    }

    // As PHP joins it to text: true is "1", false and null are nothing.
    private byte[]? ReadLiteral()
    {
        var value =
            _current.Kind == PhpTokenKind.Literal ? _current.Value
            : _current.Is("true") ? "1"u8.ToArray()
            : _current.Is("false") || _current.Is("null") ? []
            : _current.Is("__dir__") ? Encoding.UTF8.GetBytes(_program.Directory)
            : _current.Is("__file__") ? Encoding.UTF8.GetBytes(_program.File)
            : null;
        if (value is not null)
        {
            Advance();
        }

        return value;
    }
}
