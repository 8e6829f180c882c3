// SPDX-License-Identifier: GPL-3.0-or-later

namespace DolibarrOAuthBridge.Dolibarr.Php;

/// <summary>PHP's <c>null</c>.</summary>
public sealed record PhpNull : PhpValue
{
    private PhpNull() { }

    /// <summary>The only instance.</summary>
    public static PhpNull Instance { get; } = new();
}
