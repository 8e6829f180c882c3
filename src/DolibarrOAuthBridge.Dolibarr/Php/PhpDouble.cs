// SPDX-License-Identifier: GPL-3.0-or-later

namespace DolibarrOAuthBridge.Dolibarr.Php;

/// <summary>A PHP <c>float</c>. Not-a-number and infinities can be held, but neither read nor written.</summary>
/// <param name="Value">The value.</param>
public sealed record PhpDouble(double Value) : PhpValue;
