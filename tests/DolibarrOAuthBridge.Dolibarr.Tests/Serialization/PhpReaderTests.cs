// SPDX-License-Identifier: GPL-3.0-or-later

using System.Text;
using DolibarrOAuthBridge.Dolibarr.Php;

namespace DolibarrOAuthBridge.Dolibarr.Tests.Serialization;

public sealed class PhpReaderTests
{
    [Theory]
    [InlineData("""C:4:"Evil":2:{aa}""")]
    [InlineData("""E:7:"Foo:Bar";""")]
    [InlineData("""O:4:"Evil":0:{}""")]
    [InlineData("""O:+4:"Evil":0:{}""")]
    [InlineData("""O:8:"stdClass":1:{s:1:"a";i:1;}""")]
    [InlineData("""a:1:{i:0;O:8:"stdClass":0:{}}""")]
    [InlineData("""a:2:{i:0;i:1;i:1;R:2;}""")]
    [InlineData("""a:2:{i:0;i:1;i:1;r:2;}""")]
    [InlineData("""S:1:"\61";""")]
    [InlineData("""o:1:{}""")]
    public void Kinds_of_value_that_a_token_never_has_are_refused(string serialized) => Refuses(serialized);

    [Theory]
    [InlineData("i:01;")]
    [InlineData("i:+1;")]
    [InlineData("i:-0;")]
    [InlineData("i: 1;")]
    [InlineData("i:1 ;")]
    [InlineData("i:1\0;")]
    [InlineData("i:12a;")]
    [InlineData("i:;")]
    [InlineData("i:-;")]
    [InlineData("i:1.0;")]
    [InlineData("i:0x1;")]
    [InlineData("i:1,0;")]
    [InlineData("i:9223372036854775808;")]
    [InlineData("i:-9223372036854775809;")]
    [InlineData("i:99999999999999999999;")]
    [InlineData("i:1")]
    [InlineData("b:2;")]
    [InlineData("b:-1;")]
    [InlineData("b:;")]
    [InlineData("b:true;")]
    [InlineData("N")]
    [InlineData("N:")]
    [InlineData("n;")]
    public void Integers_bools_and_nulls_in_another_form_than_PHP_writes_are_refused(string serialized) => Refuses(serialized);

    [Theory]
    [InlineData("d:NAN;")]
    [InlineData("d:INF;")]
    [InlineData("d:-INF;")]
    [InlineData("d:1.0E+999;")]
    [InlineData("d:.5;")]
    [InlineData("d:5.;")]
    [InlineData("d:+5;")]
    [InlineData("d:05;")]
    [InlineData("d:1E5;")]
    [InlineData("d:1.0e+5;")]
    [InlineData("d:1,5;")]
    [InlineData("d:1.5\0;")]
    [InlineData("d: 1;")]
    [InlineData("d:1.0E+;")]
    [InlineData("d:--1;")]
    [InlineData("d:;")]
    [InlineData("d:0.11111111111111111111111111111111111111111111111111;")]
    public void Numbers_that_are_not_finite_or_in_another_form_than_PHP_writes_are_refused(string serialized) => Refuses(serialized);

    [Theory]
    [InlineData("""s:-1:"a";""")]
    [InlineData("""s:+1:"a";""")]
    [InlineData("""s:01:"a";""")]
    [InlineData("""s:2:"a";""")]
    [InlineData("""s:0:"a";""")]
    [InlineData("""s:1:"a"; """)]
    [InlineData("""s:1:"a";i:1;""")]
    [InlineData("""s:1:'a';""")]
    [InlineData("""s:1:"a""")]
    [InlineData("""s:1:"a" """)]
    [InlineData("""s:4294967297:"a";""")]
    [InlineData("""s:2147483647:"a";""")]
    [InlineData("""s:9223372036854775807:"a";""")]
    [InlineData("""s:99999999999999999999:"a";""")]
    [InlineData("""s:1:"é";""")]
    [InlineData("""s""")]
    [InlineData("""s:""")]
    [InlineData("")]
    public void Texts_whose_length_does_not_fit_and_what_follows_a_value_are_refused(string serialized) => Refuses(serialized);

    [Theory]
    [InlineData("a:-1:{}")]
    [InlineData("a:1:{}")]
    [InlineData("a:0:{i:0;i:0;}")]
    [InlineData("a:0:{};")]
    [InlineData("a:0{}")]
    [InlineData("a:0:{")]
    [InlineData("a:1:{i:0;}")]
    [InlineData("a:1000000:{}")]
    [InlineData("a:2147483647:{}")]
    [InlineData("a:9223372036854775807:{}")]
    [InlineData("a:2:{i:0;i:1;i:0;i:2;}")]
    [InlineData("""a:2:{s:1:"a";i:1;s:1:"a";i:2;}""")]
    [InlineData("""a:1:{s:1:"5";i:1;}""")]
    [InlineData("a:1:{N;i:1;}")]
    [InlineData("a:1:{b:1;i:1;}")]
    [InlineData("a:1:{d:1;i:1;}")]
    [InlineData("a:1:{a:0:{}i:1;}")]
    public void Arrays_with_wrong_counts_or_keys_that_PHP_never_writes_are_refused(string serialized) => Refuses(serialized);

    [Theory]
    [InlineData(new byte[] { 0xff })]
    [InlineData(new byte[] { 0xc3 })]
    [InlineData(new byte[] { 0xc0, 0x80 })]
    [InlineData(new byte[] { 0xed, 0xa0, 0x80 })]
    [InlineData(new byte[] { 0xf4, 0x90, 0x80, 0x80 })]
    public void Text_that_is_not_UTF8_is_refused(byte[] bytes)
    {
        byte[] serialized = [.. Encoding.ASCII.GetBytes($"s:{bytes.Length}:\""), .. bytes, .. "\";"u8];

        Assert.Equal("A text that is not UTF-8", Assert.Throws<PhpFormatException>(() => PhpSerializer.ReadValue(serialized)).Reason);
    }

    [Fact]
    public void Arrays_nest_to_the_limit_and_no_deeper()
    {
        Assert.NotNull(Read(Nested(PhpSerializer.MaxDepth)));
        Refuses(Nested(PhpSerializer.MaxDepth + 1));
        Refuses(Nested(5000));

        static string Nested(int depth) => string.Concat(Enumerable.Repeat("a:1:{i:0;", depth - 1)) + "a:0:{}" + new string('}', depth - 1);
    }

    [Fact]
    public void Array_elements_are_counted_over_all_arrays()
    {
        Assert.NotNull(Read($"a:2:{{i:0;{List(499)}i:1;{List(499)}}}"));
        Refuses($"a:2:{{i:0;{List(500)}i:1;{List(499)}}}");
        Refuses(List(1001));

        static string List(int count) => $"a:{count}:{{{string.Concat(Enumerable.Range(0, count).Select(i => $"i:{i};N;"))}}}";
    }

    [Fact]
    public void A_mebibyte_is_read_and_a_byte_more_is_not()
    {
        var overhead = "s:1048564:\"\";".Length;

        Assert.NotNull(Read(Text(PhpSerializer.MaxBytes - overhead)));
        Refuses(Text(PhpSerializer.MaxBytes - overhead + 1));

        static string Text(int length) => $"s:{length}:\"{new string('a', length)}\";";
    }

    [Fact]
    public void Text_may_hold_what_looks_like_the_format_itself()
    {
        var text = "\";}s:1:\"a\";\0é漢😀'\\";

        var value = PhpSerializer.ReadValue(PhpSerializer.WriteValue(new PhpString(text)));

        Assert.Equal(new PhpString(text), value);
    }

    [Fact]
    public void An_error_tells_the_place_and_never_the_content()
    {
        var error = Assert.Throws<PhpFormatException>(() => Read("a:1:{i:0;s:9:\"topsecret\"i}"));

        Assert.Equal(24, error.Offset);
        Assert.DoesNotContain("topsecret", error.ToString(), StringComparison.Ordinal);
    }

    private static PhpValue Read(string serialized) => PhpSerializer.ReadValue(Encoding.UTF8.GetBytes(serialized));

    private static void Refuses(string serialized)
    {
        var error = Assert.Throws<PhpFormatException>(() => Read(serialized));
        Assert.InRange(error.Offset, 0, Encoding.UTF8.GetByteCount(serialized));
    }
}
