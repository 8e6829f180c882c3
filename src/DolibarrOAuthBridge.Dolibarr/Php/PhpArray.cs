// SPDX-License-Identifier: GPL-3.0-or-later

using System.Collections.Immutable;
using System.Globalization;
using System.Text.Json;

namespace DolibarrOAuthBridge.Dolibarr.Php;

/// <summary>
/// A PHP <c>array</c>: ordered entries under unique keys that are <see cref="PhpInt"/> or <see cref="PhpString"/>.
/// As in PHP, a key that looks like a decimal integer is an integer key, whichever way it is given.
/// Two arrays are equal when they hold equal entries in the same order.
/// </summary>
public sealed record PhpArray : PhpValue
{
    private readonly ImmutableArray<KeyValuePair<PhpValue, PhpValue>> _entries;

    // The caller vouches for unique keys, each in the form KeyOf gives.
    internal PhpArray(ImmutableArray<KeyValuePair<PhpValue, PhpValue>> entries) => _entries = entries;

    /// <summary>The array without entries.</summary>
    public static PhpArray Empty { get; } = new([]);

    /// <summary>The entries in order; keys are <see cref="PhpInt"/> or <see cref="PhpString"/>.</summary>
    public IReadOnlyList<KeyValuePair<PhpValue, PhpValue>> Entries => _entries;

    /// <summary>The number of entries, not counting those of nested arrays.</summary>
    public int Count => _entries.Length;

    /// <summary>The value under a key, or null where there is none.</summary>
    public PhpValue? this[string key]
    {
        get
        {
            var index = IndexOf(KeyOf(key));
            return index < 0 ? null : _entries[index].Value;
        }
    }

    /// <summary>What PHP's <c>json_decode($json, true)</c> gives for a JSON object or array.</summary>
    /// <param name="json">An object or an array.</param>
    /// <exception cref="PhpFormatException">
    /// The JSON is a scalar, holds text that is not Unicode or a number beyond a double, is nested deeper than
    /// <see cref="PhpSerializer.MaxDepth"/> or has more than <see cref="PhpSerializer.MaxElements"/> elements.
    /// </exception>
    public static PhpArray FromJson(JsonElement json) => PhpJson.ReadArray(json);

    /// <summary>The text under a key; null where there is no such key or its value is not a string.</summary>
    public string? GetString(string key) => (this[key] as PhpString)?.Value;

    /// <summary>The integer under a key, also where it is a string of decimal digits; null otherwise.</summary>
    public long? GetInt(string key) =>
        this[key] switch
        {
            PhpInt { Value: var value } => value,
            PhpString { Value: var text }
                when !text.Contains('\0', StringComparison.Ordinal)
                    && long.TryParse(text, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out var value) => value,
            _ => null,
        };

    /// <summary>This array with a value under a key: in place of the present one, or at the end.</summary>
    public PhpArray With(string key, PhpValue value)
    {
        ArgumentNullException.ThrowIfNull(value);
        var entry = KeyValuePair.Create(KeyOf(key), value);
        var index = IndexOf(entry.Key);
        return new(index < 0 ? _entries.Add(entry) : _entries.SetItem(index, entry));
    }

    /// <summary>This array without a key.</summary>
    public PhpArray Without(string key)
    {
        var index = IndexOf(KeyOf(key));
        return index < 0 ? this : new(_entries.RemoveAt(index));
    }

    /// <inheritdoc />
    public bool Equals(PhpArray? other) => other is not null && _entries.AsSpan().SequenceEqual(other._entries.AsSpan());

    /// <inheritdoc />
    public override int GetHashCode()
    {
        var hash = new HashCode();
        foreach (var (key, value) in _entries)
        {
            hash.Add(key);
            hash.Add(value);
        }

        return hash.ToHashCode();
    }

    // "5" and "-5" are integer keys in PHP; "05", "+5", "-0" and what exceeds 64 bits stay strings.
    internal static PhpValue KeyOf(string key)
    {
        ArgumentNullException.ThrowIfNull(key);
        return
            long.TryParse(key, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out var number)
            && number.ToString(CultureInfo.InvariantCulture) == key
            ? new PhpInt(number)
            : new PhpString(key);
    }

    private int IndexOf(PhpValue key)
    {
        for (var i = 0; i < _entries.Length; i++)
        {
            if (_entries[i].Key.Equals(key))
            {
                return i;
            }
        }

        return -1;
    }
}
