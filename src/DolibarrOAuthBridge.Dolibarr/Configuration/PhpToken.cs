// SPDX-License-Identifier: GPL-3.0-or-later

namespace DolibarrOAuthBridge.Dolibarr.Configuration;

/// <summary>A token of PHP code.</summary>
/// <param name="Kind">What it is.</param>
/// <param name="Text">The name of a variable, the name in lower case, or the symbol; empty otherwise.</param>
/// <param name="Value">The bytes of a literal; empty otherwise.</param>
/// <param name="Line">Its line, from 1.</param>
internal readonly record struct PhpToken(PhpTokenKind Kind, string Text, byte[] Value, int Line)
{
    /// <summary>Whether it is a symbol, or a name, of this spelling.</summary>
    public bool Is(string text) => Kind is PhpTokenKind.Symbol or PhpTokenKind.Name && Text == text;

    /// <summary>Whether it changes the variable before it.</summary>
    public bool Assigns =>
        Kind == PhpTokenKind.Symbol && Text.EndsWith('=') && Text is not ("==" or "===" or "!=" or "!==" or "<=" or ">=");
}
