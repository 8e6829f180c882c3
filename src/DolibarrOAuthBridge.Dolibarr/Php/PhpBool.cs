// SPDX-License-Identifier: GPL-3.0-or-later

namespace DolibarrOAuthBridge.Dolibarr.Php;

/// <summary>A PHP <c>bool</c>.</summary>
/// <param name="Value">The value.</param>
public sealed record PhpBool(bool Value) : PhpValue;
