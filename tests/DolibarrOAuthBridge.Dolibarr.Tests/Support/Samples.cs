// SPDX-License-Identifier: GPL-3.0-or-later

using System.Globalization;
using System.Text;
using System.Text.Json;
using DolibarrOAuthBridge.Dolibarr.Php;
using DolibarrOAuthBridge.Dolibarr.Tokens;

namespace DolibarrOAuthBridge.Dolibarr.Tests.Support;

/// <summary>Generated values, the same in every run.</summary>
internal sealed class Samples(int seed)
{
    public static readonly string[] Ciphers =
    [
        "AES-256-CTR",
        "AES-192-CTR",
        "AES-128-CTR",
        "AES-256-CBC",
        "AES-192-CBC",
        "AES-128-CBC",
        "aes-256-ctr",
        "Aes-128-Cbc",
    ];

    public static readonly string[] Keys =
    [
        "84b5bc91f83b56e458db71e0adac2b62",
        "short",
        "k",
        "e17d7cabbf9afb078519667381f962e2559517e87871d6c0eab6e0211afb5291",
        "clé-avec-accents-éàü",
        "鍵鍵鍵鍵鍵鍵鍵鍵鍵鍵鍵鍵",
        "it's \"quoted\" \\ $key",
        "0h3anuG_t0OptoDi",
    ];

    private readonly Random _random = new(seed);

    public static StoredToken Token(
        string access = "access",
        string? refresh = "refresh",
        long end = 1_893_456_000,
        string extra = """{"scope":"a b"}"""
    ) => new(access, refresh, new EndOfLife(end), PhpArray.FromJson(JsonDocument.Parse(extra).RootElement));

    public int Next(int limit) => _random.Next(limit);

    public T Pick<T>(params T[] items) => items[_random.Next(items.Length)];

    public double Double() =>
        _random.Next(4) switch
        {
            0 => BitConverter.Int64BitsToDouble(_random.NextInt64(long.MinValue, long.MaxValue)),
            1 => Math.Round(_random.NextDouble() * 1e6, _random.Next(7)),
            2 => _random.NextInt64(1, 1000) * Math.Pow(10, _random.Next(-30, 30)),
            _ => _random.Next(-1_000_000, 1_000_000),
        };

    /// <summary>An IV of 16 ASCII characters whose last one makes the counter carry sooner or later, or at once.</summary>
    public string Iv() =>
        string.Concat(Enumerable.Range(0, 15).Select(_ => Pick("0123456789abcdef".ToCharArray()))) + Pick('0', 'f', '9', 'a', '~', '\x7f');

    public string Text(int length)
    {
        var text = new StringBuilder();
        while (text.Length < length)
        {
            text.Append(
                _random.Next(12) switch
                {
                    0 => "é",
                    1 => "漢",
                    2 => "😀",
                    3 => Pick("\";}", "\0", "\n", "\\", "s:1:\"a\";", "\u007f", "\u0085", "\uFFFF"),
                    _ => ((char)_random.Next(' ', 127)).ToString(),
                }
            );
        }

        return text.ToString();
    }

    public string Ascii(int length) => string.Concat(Enumerable.Range(0, length).Select(_ => (char)_random.Next('!', ':')));

    /// <summary>An object as a provider could send it: every kind of value, odd keys, nesting.</summary>
    public string Json(int depth = 0)
    {
        var members = Enumerable.Range(0, _random.Next(depth == 0 ? 8 : 4)).Select(_ => $"{JsonKey()}:{JsonValue(depth + 1)}");
        return "{" + string.Join(',', members) + "}";
    }

    private string JsonKey() =>
        JsonSerializer.Serialize(
            Pick(
                "scope",
                "token_type",
                "expires_in",
                "id_token",
                "",
                "0",
                "5",
                "-5",
                "-0",
                "05",
                "+5",
                " 5",
                "5 ",
                "1e1",
                "9223372036854775807",
                "-9223372036854775808",
                "9223372036854775808",
                "clé",
                Text(3)
            )
        );

    private string JsonValue(int depth) =>
        _random.Next(depth < 5 ? 12 : 9) switch
        {
            0 => Pick("true", "false", "null"),
            1 => Pick(
                "0",
                "-0",
                "1",
                "-1",
                "3599",
                "9223372036854775807",
                "-9223372036854775808",
                "9223372036854775808",
                "-9223372036854775809",
                "1e2",
                "1.0",
                "0.1",
                "-0.0",
                "1E25",
                "1e-7",
                "123456789012345678901234567890"
            ),
            2 => Double() is var number && double.IsFinite(number) ? number.ToString("R", CultureInfo.InvariantCulture) : "0.5",
            3 => _random.Next().ToString(CultureInfo.InvariantCulture),
            9 => Json(depth),
            10 or 11 => "[" + string.Join(',', Enumerable.Range(0, _random.Next(4)).Select(_ => JsonValue(depth + 1))) + "]",
            _ => JsonSerializer.Serialize(Text(_random.Next(40))),
        };
}
