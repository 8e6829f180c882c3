// SPDX-License-Identifier: GPL-3.0-or-later

namespace DolibarrOAuthBridge.Dolibarr.Php;

/// <summary>
/// PHP's <c>serialize()</c> format for the values a token is made of. Reading is strict: what <c>serialize()</c> never
/// writes is an error, and so is every kind of value but null, bool, int, float, string and array.
/// Nothing is ever instantiated from the data.
/// </summary>
public static class PhpSerializer
{
    /// <summary>The limit of arrays nested in each other.</summary>
    public const int MaxDepth = 16;

    /// <summary>The limit of array elements in one value, nested ones included.</summary>
    public const int MaxElements = 1000;

    /// <summary>The limit of a serialized value, in bytes: 1 MiB.</summary>
    public const int MaxBytes = 1 << 20;

    /// <summary>Reads one value that takes up all the bytes.</summary>
    /// <exception cref="PhpFormatException">The bytes are not one such value, or exceed a limit.</exception>
    public static PhpValue ReadValue(ReadOnlySpan<byte> serialized)
    {
        var reader = new PhpReader(serialized);
        var value = reader.ReadValue();
        reader.ExpectEnd();
        return value;
    }

    /// <summary>Writes a value byte for byte as PHP 7.1 and later does with its default <c>serialize_precision</c>.</summary>
    /// <exception cref="PhpFormatException">The value holds what cannot be read back: text that is not Unicode, a number that is
    /// not finite, or more than a limit allows.</exception>
    public static byte[] WriteValue(PhpValue value)
    {
        var writer = new PhpWriter();
        writer.WriteValue(value);
        return writer.ToArray();
    }

    /// <summary>Reads an object of one class, all the bytes, as its properties under their mangled names.</summary>
    internal static PhpArray ReadObject(ReadOnlySpan<byte> serialized, string className)
    {
        var reader = new PhpReader(serialized);
        var properties = reader.ReadObject(className);
        reader.ExpectEnd();
        return properties;
    }

    /// <summary>Writes an object from its properties under their mangled names.</summary>
    internal static byte[] WriteObject(string className, PhpArray properties)
    {
        var writer = new PhpWriter();
        writer.WriteObject(className, properties);
        return writer.ToArray();
    }
}
