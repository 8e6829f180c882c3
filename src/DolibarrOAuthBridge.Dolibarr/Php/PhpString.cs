// SPDX-License-Identifier: GPL-3.0-or-later

namespace DolibarrOAuthBridge.Dolibarr.Php;

/// <summary>A PHP <c>string</c> that is text: UTF-8 when serialized, its length counted in bytes there.</summary>
/// <param name="Value">The text. A lone surrogate has no UTF-8 form and is refused when written.</param>
public sealed record PhpString(string Value) : PhpValue;
