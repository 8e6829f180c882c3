// SPDX-License-Identifier: GPL-3.0-or-later

namespace DolibarrOAuthBridge.Dolibarr.Configuration;

/// <summary>
/// Finds the assignments of plain values in PHP code: statements at the top level that set a variable to a literal, to what an
/// environment variable holds, or to several of these joined by dots. Any other way of setting a variable (in an if, by a function,
/// from another variable) is remembered too, as a value that is not known, so that it is never silently taken for the plain one
/// before it. Files that are included by a plain name are read in their place.
/// </summary>
internal ref partial struct PhpAssignments
{
    private readonly PhpProgram _program;
    private readonly string _path;
    private PhpLexer _lexer;
    private PhpToken _current;
    private string? _unset;
    private int _depth;

    private PhpAssignments(PhpLexer lexer, string path, PhpProgram program)
    {
        _lexer = lexer;
        _path = path;
        _program = program;
    }

    /// <summary>Reads a file.</summary>
    /// <param name="php">Its content.</param>
    /// <param name="path">Its path.</param>
    /// <param name="program">Gets the last assignment to each variable, by its name without the dollar sign.</param>
    /// <exception cref="DolibarrConfException">The file is not PHP, a string or comment is not closed, or an include cannot be
    /// followed.</exception>
    public static void Read(ReadOnlySpan<byte> php, string path, PhpProgram program)
    {
        var lexer = new PhpLexer(php, path);
        lexer.Open();
        new PhpAssignments(lexer, path, program).ReadStatements();
    }

    private void ReadStatements()
    {
        Advance();
        while (_current.Kind != PhpTokenKind.End && !_program.HasEnded)
        {
            // What follows is never run.
            if (_depth == 0 && _current.Kind == PhpTokenKind.Name && _current.Text is "return" or "exit" or "die" or "__halt_compiler")
            {
                _program.HasEnded = _current.Text is "exit" or "die";
                return;
            }

            if (_current.Kind == PhpTokenKind.Variable && _depth == 0)
            {
                ReadAssignment();
            }
            else if (_depth == 0 && _current.Is("@"))
            {
                Advance(); // silences errors
            }
            else if (_depth == 0 && IsInclude(_current))
            {
                ReadInclude();
            }
            else
            {
                ReadOther(_current, default);
            }
        }
    }

    // include 'file'; include('file'); and with __DIR__.
    private void ReadInclude()
    {
        var include = _current;
        _unset = null; // what an assignment before it lacked is not its matter
        Advance();
        var inParentheses = _current.Is("(");
        if (inParentheses)
        {
            Advance();
        }

        var file = ReadExpression();
        if (inParentheses && _current.Is(")"))
        {
            Advance();
            inParentheses = false;
        }

        if (file is null || inParentheses || !_current.Is(";"))
        {
            _program.Doubt(_path, include.Line, "includes a file whose name is computed");
            ReadOther(include, include);
            return;
        }

        Advance();
        _program.Include(System.Text.Encoding.UTF8.GetString(file), include.Text, _path, include.Line);
    }

    // $name = expression ;
    private void ReadAssignment()
    {
        var variable = _current;
        Advance();
        if (!_current.Is("="))
        {
            // $name[...] = and $name->... = change it as well.
            if (variable.Text == "GLOBALS")
            {
                _program.Doubt(_path, variable.Line, "uses $GLOBALS");
            }
            else if (_current.Is("[") || _current.Is("->"))
            {
                Assign(variable, null);
            }

            ReadOther(variable, variable);
            return;
        }

        Advance();
        _unset = null;
        var value = ReadExpression();
        Assign(
            variable,
            _current.Is(";") ? value : null,
            _unset is null || !_current.Is(";")
                ? null
                : Unset(_unset)
        );
        ReadOther(variable, variable);
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
        if (CauseOfDoubt(previous) is { } cause)
        {
            _program.Doubt(_path, _current.Line, cause);
        }
        else if (
            _current.Kind == PhpTokenKind.Variable
            && (
                previous.Is("&")
                || previous.Is("++")
                || previous.Is("--")
                || keyword is "list" or "[" or "foreach" or "unset" or "global" or "static"
            )
        )
        {
            Assign(_current, null);
        }
        else if (previous.Kind == PhpTokenKind.Variable && (_current.Assigns || _current.Is("++") || _current.Is("--")))
        {
            Assign(previous, null);
        }
    }

    // Code that may change variables without naming them.
    private readonly string? CauseOfDoubt(PhpToken previous) =>
        IsInclude(_current) ? "includes a file within other code"
        : _current.Is("eval") || _current.Is("extract") || _current.Is("parse_str") ? $"calls {_current.Text}"
        : _current is { Kind: PhpTokenKind.Variable, Text: "GLOBALS" } ? "uses $GLOBALS"
        : previous.Is("$") ? "names a variable by another one"
        : null;

    private static bool IsInclude(PhpToken token) =>
        token.Kind == PhpTokenKind.Name && token.Text is "include" or "include_once" or "require" or "require_once";

    private readonly string Unset(string variable) =>
        _program.IsWithoutEnvironment
            ? $"takes its value from the environment variable {variable}. The sidecar's variables are common to all Dolibarrs that it "
                + "serves, so a file that others than root can write gets none. Write the value there between quotes."
            : $"takes its value from the environment variable {variable}, which this process does not have. Set it for the sidecar as "
                + "for PHP (Environment= in its unit), or write the value there between quotes.";

    private readonly void Assign(PhpToken variable, byte[]? value, string? problem = null) =>
        _program.Assign(variable.Text, new PhpAssignment(value, _path, variable.Line, problem));

    private void Advance() => _current = _lexer.Next();
}
