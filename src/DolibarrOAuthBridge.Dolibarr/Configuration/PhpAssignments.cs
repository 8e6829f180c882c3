// SPDX-License-Identifier: GPL-3.0-or-later

namespace DolibarrOAuthBridge.Dolibarr.Configuration;

/// <summary>
/// Finds the assignments of plain values in PHP code: statements at the top level that set a variable to a literal, or to
/// literals joined by dots. Any other way of setting a variable (in an if, by a function, from another variable) is
/// remembered too, as a value that is not known, so that it is never silently taken for the plain one before it.
/// </summary>
internal ref struct PhpAssignments
{
    private readonly Dictionary<string, PhpAssignment> _found = new(StringComparer.Ordinal);
    private PhpLexer _lexer;
    private PhpToken _current;
    private int _depth;

    private PhpAssignments(PhpLexer lexer) => _lexer = lexer;

    /// <summary>Reads a file.</summary>
    /// <returns>The last assignment to each variable, by its name without the dollar sign.</returns>
    /// <exception cref="DolibarrConfException">The file is not PHP, or a string or comment is not closed.</exception>
    public static Dictionary<string, PhpAssignment> Read(ReadOnlySpan<byte> php, string path)
    {
        var lexer = new PhpLexer(php, path);
        lexer.Open();
        var reader = new PhpAssignments(lexer);
        reader.ReadStatements();
        return reader._found;
    }

    private void ReadStatements()
    {
        Advance();
        while (_current.Kind != PhpTokenKind.End)
        {
            // What follows is never run.
            if (_depth == 0 && _current.Kind == PhpTokenKind.Name && _current.Text is "return" or "exit" or "die" or "__halt_compiler")
            {
                return;
            }

            if (_current.Kind == PhpTokenKind.Variable && _depth == 0)
            {
                ReadAssignment();
            }
            else
            {
                ReadOther(_current, default);
            }
        }
    }

    // $name = literal [. literal]... ;
    private void ReadAssignment()
    {
        var variable = _current;
        Advance();
        if (!_current.Is("="))
        {
            // $name[...] = and $name->... = change it as well.
            if (_current.Is("[") || _current.Is("->"))
            {
                _found[variable.Text] = new(null, variable.Line);
            }

            ReadOther(variable, variable);
            return;
        }

        Advance();
        var value = new List<byte>();
        var literal = ReadLiteral(value);
        while (literal && _current.Is("."))
        {
            Advance();
            literal = ReadLiteral(value);
        }

        literal &= _current.Is(";");
        _found[variable.Text] = new(literal ? [.. value] : null, variable.Line);
        ReadOther(variable, variable);
    }

    // As PHP joins it to text: true is "1", false and null are nothing.
    private bool ReadLiteral(List<byte> value)
    {
        if (_current.Kind == PhpTokenKind.Literal || _current.Is("true") || _current.Is("false") || _current.Is("null"))
        {
            value.AddRange(_current.Is("true") ? "1"u8 : _current.Value);
            Advance();
            return true;
        }

        return false;
    }

    // To the end of the statement, or to a brace, which starts or ends a block.
    private void ReadOther(PhpToken first, PhpToken previous)
    {
        var keyword = first.Kind == PhpTokenKind.Variable ? "" : first.Text;
        var parentheses = 0;
        var ternary = false;
        while (_current.Kind != PhpTokenKind.End)
        {
            NoteChange(keyword, previous);
            previous = _current;
            Advance();
            parentheses +=
                previous.Is("(") ? 1
                : previous.Is(")") ? -1
                : 0;
            ternary |= previous.Is("?");
            if (previous.Is("{") || previous.Is("}"))
            {
                Nest(previous.Is("{") ? 1 : -1);
                return;
            }

            // if (...): ... endif; is a block as well.
            if (previous.Is(":") && parentheses == 0 && !ternary && keyword is "if" or "for" or "foreach" or "while" or "switch")
            {
                Nest(1);
                return;
            }

            if (previous.Is(";") && parentheses <= 0)
            {
                Nest(keyword is "endif" or "endfor" or "endforeach" or "endwhile" or "endswitch" ? -1 : 0);
                return;
            }
        }
    }

    private void Nest(int levels) => _depth = Math.Max(0, _depth + levels);

    // Whether the current token, with the one before it, changes a variable.
    private readonly void NoteChange(string keyword, PhpToken previous)
    {
        if (
            _current.Kind == PhpTokenKind.Variable
            && (
                previous.Is("&")
                || previous.Is("++")
                || previous.Is("--")
                || keyword is "list" or "[" or "foreach" or "unset" or "global" or "static"
            )
        )
        {
            _found[_current.Text] = new(null, _current.Line);
        }
        else if (previous.Kind == PhpTokenKind.Variable && (_current.Assigns || _current.Is("++") || _current.Is("--")))
        {
            _found[previous.Text] = new(null, previous.Line);
        }
    }

    private void Advance() => _current = _lexer.Next();
}
