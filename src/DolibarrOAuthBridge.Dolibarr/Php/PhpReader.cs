// SPDX-License-Identifier: GPL-3.0-or-later

using System.Collections.Immutable;
using System.Globalization;
using System.Text;

namespace DolibarrOAuthBridge.Dolibarr.Php;

/// <summary>A strict reader of one serialized value: recursive descent over a bounded input, to a bounded depth.</summary>
internal ref struct PhpReader
{
    // The longest number serialize() writes is a double such as -1.2345678901234567E-100.
    private const int MaxNumberBytes = 32;

    private static readonly UTF8Encoding Utf8 = new(encoderShouldEmitUTF8Identifier: false, throwOnInvalidBytes: true);

    private readonly ReadOnlySpan<byte> _input;
    private int _position;
    private int _elements;

    public PhpReader(ReadOnlySpan<byte> input)
    {
        if (input.Length > PhpSerializer.MaxBytes)
        {
            throw new PhpFormatException(PhpSerializer.MaxBytes, $"The value is longer than {PhpSerializer.MaxBytes} bytes");
        }

        _input = input;
    }

    public PhpValue ReadValue() => ReadValue(0);

    public PhpArray ReadObject(string className)
    {
        Expect("O:"u8);
        if (ReadText() != className)
        {
            throw Invalid("An object of another class");
        }

        Expect(":"u8);
        return ReadEntries(ReadLength(), 0, objectBody: true);
    }

    public readonly void ExpectEnd()
    {
        if (_position != _input.Length)
        {
            throw Invalid("Something follows the value");
        }
    }

    private PhpValue ReadValue(int depth)
    {
        if (_input.Length - _position < 2)
        {
            throw Invalid("The value ends too early");
        }

        var type = _input[_position];
        switch (type)
        {
            case (byte)'N':
                Expect("N;"u8);
                return PhpNull.Instance;
            case (byte)'b':
                Expect("b:"u8);
                return ReadBool();
            case (byte)'i':
                Expect("i:"u8);
                return new PhpInt(ReadInteger((byte)';'));
            case (byte)'d':
                Expect("d:"u8);
                return new PhpDouble(ReadDouble());
            case (byte)'s':
                Expect("s:"u8);
                var text = ReadText();
                Expect(";"u8);
                return new PhpString(text);
            case (byte)'a':
                Expect("a:"u8);
                return ReadArray(depth + 1);
            default:
                throw Invalid("A kind of value that a token never has");
        }
    }

    private PhpArray ReadArray(int depth)
    {
        if (depth > PhpSerializer.MaxDepth)
        {
            throw Invalid($"Arrays are nested deeper than {PhpSerializer.MaxDepth} levels");
        }

        var count = ReadLength();
        _elements += Math.Min(count, PhpSerializer.MaxElements + 1);
        if (_elements > PhpSerializer.MaxElements)
        {
            throw Invalid($"More than {PhpSerializer.MaxElements} array elements");
        }

        return ReadEntries(count, depth, objectBody: false);
    }

    // The body of an array or an object: the length is behind us, nothing is allocated before its entries are there.
    private PhpArray ReadEntries(int count, int depth, bool objectBody)
    {
        Expect("{"u8);
        var entries = ImmutableArray.CreateBuilder<KeyValuePair<PhpValue, PhpValue>>();
        var keys = new HashSet<PhpValue>();
        for (var i = 0; i < count; i++)
        {
            var key = ReadValue(depth);
            var valid = key switch
            {
                PhpInt => !objectBody,
                PhpString { Value: var name } => objectBody || PhpArray.KeyOf(name) is PhpString,
                _ => false,
            };
            if (!valid || !keys.Add(key))
            {
                throw Invalid("A key of the wrong kind, or given twice");
            }

            entries.Add(KeyValuePair.Create(key, ReadValue(depth)));
        }

        Expect("}"u8);
        return new(entries.ToImmutable());
    }

    private PhpBool ReadBool()
    {
        var value = ReadInteger((byte)';');
        return value is 0 or 1 ? new PhpBool(value == 1) : throw Invalid("A bool that is neither 0 nor 1");
    }

    // serialize() writes integers without plus sign, leading zeros or minus zero.
    private long ReadInteger(byte terminator)
    {
        var number = ReadNumber(terminator);
        var digits = number.StartsWith("-"u8) ? number[1..] : number;
        // Checked digit by digit, as .NET's parser lets NUL bytes follow.
        var plain = (digits is [not (byte)'0', ..] || number is [(byte)'0']) && !digits.ContainsAnyExceptInRange((byte)'0', (byte)'9');
        return plain && long.TryParse(number, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out var value)
            ? value
            : throw Invalid("An integer that is not in its plain form or beyond 64 bits");
    }

    private int ReadLength()
    {
        var length = ReadInteger((byte)':');
        return length is >= 0 and <= PhpSerializer.MaxBytes ? (int)length : throw Invalid("A length that cannot be");
    }

    private double ReadDouble() =>
        PhpDoubleFormat.TryParse(ReadNumber((byte)';'), out var value)
            ? value
            : throw Invalid("A number that is not in its plain form or not finite");

    private ReadOnlySpan<byte> ReadNumber(byte terminator)
    {
        var rest = _input[_position..];
        var length = rest[..Math.Min(rest.Length, MaxNumberBytes)].IndexOf(terminator);
        if (length < 1)
        {
            throw Invalid("A number that is missing or too long");
        }

        _position += length + 1;
        return rest[..length];
    }

    // From the length on: 5:"bytes"
    private string ReadText()
    {
        var length = ReadLength();
        Expect("\""u8);
        if (length > _input.Length - _position)
        {
            throw Invalid("A text that is longer than what is left");
        }

        var bytes = _input.Slice(_position, length);
        try
        {
            var text = Utf8.GetString(bytes);
            _position += length;
            Expect("\""u8);
            return text;
        }
        catch (DecoderFallbackException)
        {
            // Without the inner exception: it quotes the bytes.
            throw Invalid("A text that is not UTF-8");
        }
    }

    private void Expect(scoped ReadOnlySpan<byte> expected)
    {
        if (!_input[_position..].StartsWith(expected))
        {
            throw Invalid("The value is cut short or damaged");
        }

        _position += expected.Length;
    }

    private readonly PhpFormatException Invalid(string reason) => new(_position, reason);
}
