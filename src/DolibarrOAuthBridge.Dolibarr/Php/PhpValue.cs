// SPDX-License-Identifier: GPL-3.0-or-later

namespace DolibarrOAuthBridge.Dolibarr.Php;

/// <summary>
/// A PHP value as <c>serialize()</c> writes it. Closed: <see cref="PhpNull"/>, <see cref="PhpBool"/>, <see cref="PhpInt"/>,
/// <see cref="PhpDouble"/>, <see cref="PhpString"/> and <see cref="PhpArray"/>; objects are not values here.
/// Immutable, compared by value. <see cref="ToString"/> never shows content, which may be a secret.
/// </summary>
public abstract record PhpValue
{
    private protected PhpValue() { }

    /// <summary>The type's name, without the content.</summary>
    public sealed override string ToString() => GetType().Name;
}
