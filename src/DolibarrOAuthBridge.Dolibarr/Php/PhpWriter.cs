// SPDX-License-Identifier: GPL-3.0-or-later

using System.Buffers;
using System.Globalization;
using System.Text;

namespace DolibarrOAuthBridge.Dolibarr.Php;

/// <summary>Writes values as <c>serialize()</c> does, within the limits that the reader keeps.</summary>
internal sealed class PhpWriter
{
    private static readonly UTF8Encoding Utf8 = new(encoderShouldEmitUTF8Identifier: false, throwOnInvalidBytes: true);

    private readonly ArrayBufferWriter<byte> _output = new();
    private int _elements;

    public byte[] ToArray() =>
        _output.WrittenCount <= PhpSerializer.MaxBytes
            ? _output.WrittenSpan.ToArray()
            : throw Invalid($"The value is longer than {PhpSerializer.MaxBytes} bytes");

    public void WriteValue(PhpValue value) => WriteValue(value, 0);

    public void WriteObject(string className, PhpArray properties)
    {
        Write("O:");
        WriteText(className);
        Write($":{properties.Count}:");
        WriteEntries(properties, 0);
    }

    private void WriteValue(PhpValue value, int depth)
    {
        switch (value)
        {
            case PhpNull:
                Write("N;");
                break;
            case PhpBool { Value: var flag }:
                Write(flag ? "b:1;" : "b:0;");
                break;
            case PhpInt { Value: var integer }:
                Write(string.Create(CultureInfo.InvariantCulture, $"i:{integer};"));
                break;
            case PhpDouble { Value: var number }:
                Write($"d:{(double.IsFinite(number) ? PhpDoubleFormat.Format(number) : throw Invalid("A number that is not finite"))};");
                break;
            case PhpString { Value: var text }:
                Write("s:");
                WriteText(text);
                Write(";");
                break;
            case PhpArray array:
                WriteArray(array, depth + 1);
                break;
            default:
                throw Invalid("No value");
        }
    }

    private void WriteArray(PhpArray array, int depth)
    {
        _elements += array.Count;
        if (depth > PhpSerializer.MaxDepth || _elements > PhpSerializer.MaxElements)
        {
            throw Invalid($"Arrays nested deeper than {PhpSerializer.MaxDepth} levels, or more than {PhpSerializer.MaxElements} elements");
        }

        Write($"a:{array.Count}:");
        WriteEntries(array, depth);
    }

    private void WriteEntries(PhpArray array, int depth)
    {
        Write("{");
        foreach (var (key, value) in array.Entries)
        {
            WriteValue(key, depth);
            WriteValue(value, depth);
        }

        Write("}");
    }

    private void WriteText(string text)
    {
        try
        {
            Write($"{Utf8.GetByteCount(text)}:\"");
            Write(text);
            Write("\"");
        }
        catch (EncoderFallbackException)
        {
            // Without the inner exception: it quotes the character.
            throw Invalid("A text that is not Unicode");
        }
    }

    private void Write(string text) => Utf8.GetBytes(text, _output);

    private PhpFormatException Invalid(string reason) => new(_output.WrittenCount, reason);
}
