// SPDX-License-Identifier: GPL-3.0-or-later

using System.Text;

namespace DolibarrOAuthBridge.Dolibarr.Configuration;

/// <content>The values that can be known without running the code.</content>
internal ref partial struct PhpAssignments
{
    // Plain values joined by dots; null where one is not plain. An environment variable alone may have an alternative after ?: or ??,
    // which bind less than the dot.
    private byte[]? ReadExpression()
    {
        var isVariable = _current.Is("getenv") || _current is { Kind: PhpTokenKind.Variable, Text: "_ENV" or "_SERVER" };
        if (ReadTerm() is not { } value)
        {
            return null;
        }

        if (isVariable && (_current.Is("?") || _current.Is("??")))
        {
            return ReadAlternative(value, isShort: _current.Is("?"));
        }

        while (_current.Is("."))
        {
            Advance();
            if (ReadTerm() is not { } part)
            {
                return null;
            }

            value = [.. value, .. part];
        }

        return _unset is null ? value : null;
    }

    private byte[]? ReadAlternative(byte[] value, bool isShort)
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
        var alternative = ReadExpression();
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
            : _current.Is("__dir__") ? Encoding.UTF8.GetBytes(Path.GetDirectoryName(Path.GetFullPath(_path)) ?? "/")
            : _current.Is("__file__") ? Encoding.UTF8.GetBytes(Path.GetFullPath(_path))
            : null;
        if (value is not null)
        {
            Advance();
        }

        return value;
    }
}
