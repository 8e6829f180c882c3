// SPDX-License-Identifier: GPL-3.0-or-later

using System.Collections.Immutable;
using System.Text.Json;

namespace DolibarrOAuthBridge.Dolibarr.Php;

/// <summary>JSON to PHP values as <c>json_decode($json, true)</c> does it, within the limits of what can be stored.</summary>
internal static class PhpJson
{
    public static PhpArray ReadArray(JsonElement json)
    {
        var elements = 0;
        return Read(json, 0, ref elements) as PhpArray ?? throw new PhpFormatException(0, "The JSON is neither an object nor an array");
    }

    private static PhpValue Read(JsonElement json, int depth, ref int elements) =>
        json.ValueKind switch
        {
            JsonValueKind.Object => ReadObject(json, depth + 1, ref elements),
            JsonValueKind.Array => ReadList(json, depth + 1, ref elements),
            JsonValueKind.String => new PhpString(Text(json)),
            JsonValueKind.Number => ReadNumber(json),
            JsonValueKind.True => new PhpBool(true),
            JsonValueKind.False => new PhpBool(false),
            JsonValueKind.Null => PhpNull.Instance,
            _ => throw new PhpFormatException(0, "The JSON has no value"),
        };

    private static PhpArray ReadObject(JsonElement json, int depth, ref int elements)
    {
        CheckDepth(depth);
        var entries = ImmutableArray.CreateBuilder<KeyValuePair<PhpValue, PhpValue>>();
        var places = new Dictionary<PhpValue, int>();
        foreach (var property in json.EnumerateObject())
        {
            Count(ref elements);
            var entry = KeyValuePair.Create(PhpArray.KeyOf(Name(property)), Read(property.Value, depth, ref elements));
            // A member given twice keeps its first place and its last value, as in PHP.
            if (places.TryAdd(entry.Key, entries.Count))
            {
                entries.Add(entry);
            }
            else
            {
                entries[places[entry.Key]] = entry;
            }
        }

        return new(entries.ToImmutable());
    }

    private static PhpArray ReadList(JsonElement json, int depth, ref int elements)
    {
        CheckDepth(depth);
        var entries = ImmutableArray.CreateBuilder<KeyValuePair<PhpValue, PhpValue>>();
        foreach (var item in json.EnumerateArray())
        {
            Count(ref elements);
            entries.Add(KeyValuePair.Create<PhpValue, PhpValue>(new PhpInt(entries.Count), Read(item, depth, ref elements)));
        }

        return new(entries.ToImmutable());
    }

    private static PhpValue ReadNumber(JsonElement json)
    {
        if (json.TryGetInt64(out var integer))
        {
            return new PhpInt(integer);
        }

        return json.TryGetDouble(out var value) && double.IsFinite(value)
            ? new PhpDouble(value)
            : throw new PhpFormatException(0, "The JSON holds a number too large to store");
    }

    private static string Text(JsonElement json) => Unicode(json.GetString)!;

    private static string Name(JsonProperty property) => Unicode(() => property.Name)!;

    // System.Text.Json says that an escaped lone surrogate is an invalid operation.
    private static string? Unicode(Func<string?> read)
    {
        try
        {
            return read();
        }
        catch (InvalidOperationException)
        {
            throw new PhpFormatException(0, "The JSON holds text that is not Unicode");
        }
    }

    private static void CheckDepth(int depth)
    {
        if (depth > PhpSerializer.MaxDepth)
        {
            throw new PhpFormatException(0, $"The JSON is nested deeper than {PhpSerializer.MaxDepth} levels");
        }
    }

    private static void Count(ref int elements)
    {
        if (++elements > PhpSerializer.MaxElements)
        {
            throw new PhpFormatException(0, $"The JSON has more than {PhpSerializer.MaxElements} elements");
        }
    }
}
