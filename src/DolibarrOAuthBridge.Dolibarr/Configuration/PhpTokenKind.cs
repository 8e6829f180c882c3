// SPDX-License-Identifier: GPL-3.0-or-later

namespace DolibarrOAuthBridge.Dolibarr.Configuration;

/// <summary>The kinds of token that matter when looking for plain assignments in PHP code.</summary>
internal enum PhpTokenKind
{
    /// <summary>The end of the code.</summary>
    End,

    /// <summary>A variable; the text is its name without the dollar sign.</summary>
    Variable,

    /// <summary>A string or integer whose value is in the code; the bytes are that value as a PHP string.</summary>
    Literal,

    /// <summary>A value that only running the code would give: an interpolated string, a heredoc, a shell command, a float.</summary>
    Computed,

    /// <summary>A name: a keyword, function or constant, in lower case.</summary>
    Name,

    /// <summary>An operator or punctuation; <c>?&gt;</c> is given as the semicolon it stands for.</summary>
    Symbol,
}
