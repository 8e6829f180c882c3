// SPDX-License-Identifier: GPL-3.0-or-later

namespace DolibarrOAuthBridge.Dolibarr.Php;

/// <summary>A PHP <c>int</c> of a 64-bit build.</summary>
/// <param name="Value">The value.</param>
public sealed record PhpInt(long Value) : PhpValue;
