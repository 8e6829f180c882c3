// SPDX-License-Identifier: GPL-3.0-or-later

using System.Text.Json;
using DolibarrOAuthBridge.Dolibarr.Php;

namespace DolibarrOAuthBridge.Dolibarr.Tests.Serialization;

public sealed class PhpArrayTests
{
    [Fact]
    public void A_value_is_replaced_in_its_place_and_added_at_the_end()
    {
        var array = Of("""{"a":1,"b":2}""");

        var changed = array.With("a", new PhpInt(3)).With("c", new PhpInt(4));

        Assert.Equal(Of("""{"a":3,"b":2,"c":4}"""), changed);
        Assert.Equal(Of("""{"a":1,"b":2}"""), array);
    }

    [Fact]
    public void A_key_is_taken_away()
    {
        Assert.Equal(Of("""{"b":2}"""), Of("""{"a":1,"b":2}""").Without("a").Without("none"));
    }

    [Fact]
    public void Keys_that_look_like_integers_are_integers()
    {
        var array = Of("""{"5":"five"}""");

        Assert.Equal("five", array["5"] is PhpString { Value: var text } ? text : null);
        Assert.IsType<PhpInt>(array.Entries[0].Key);
        Assert.Equal(PhpArray.Empty.With("5", new PhpString("five")), array);
    }

    [Fact]
    public void Order_counts_for_equality()
    {
        Assert.NotEqual(Of("""{"a":1,"b":2}"""), Of("""{"b":2,"a":1}"""));
        Assert.Equal(Of("""{"a":[1,{}]}"""), Of("""{ "a" : [ 1 , {} ] }"""));
        Assert.Equal(Of("""{"a":[1,{}]}""").GetHashCode(), Of("""{ "a" : [ 1 , [] ] }""").GetHashCode());
    }

    [Theory]
    [InlineData("""{"v":3600}""", 3600L)]
    [InlineData("""{"v":"3600"}""", 3600L)]
    [InlineData("""{"v":"-5"}""", -5L)]
    [InlineData("""{"v":"soon"}""", null)]
    [InlineData("""{"v":""}""", null)]
    [InlineData("""{"v":3600.5}""", null)]
    [InlineData("""{"v":true}""", null)]
    [InlineData("""{"v":"99999999999999999999"}""", null)]
    [InlineData("""{}""", null)]
    public void Integers_are_also_read_from_text(string json, long? expected) => Assert.Equal(expected, Of(json).GetInt("v"));

    [Fact]
    public void Only_text_is_text()
    {
        var array = Of("""{"a":"x","b":1,"c":null}""");

        Assert.Equal("x", array.GetString("a"));
        Assert.Null(array.GetString("b"));
        Assert.Null(array.GetString("c"));
        Assert.Null(array.GetString("d"));
    }

    [Fact]
    public void A_member_given_twice_keeps_its_first_place_and_last_value() =>
        Assert.Equal(Of("""{"1":3,"a":2}"""), Of("""{"1":1,"a":2,"1":3}"""));

    [Theory]
    [InlineData("\"text\"")]
    [InlineData("1")]
    [InlineData("null")]
    [InlineData("""{"a":"\ud800"}""")]
    [InlineData("""{"\ud800":1}""")]
    [InlineData("""{"a":1e999}""")]
    public void JSON_that_PHP_could_not_store_is_refused(string json) => Assert.Throws<PhpFormatException>(() => Of(json));

    [Fact]
    public void JSON_is_bounded_in_depth_and_size()
    {
        Assert.NotNull(Of(Nested(PhpSerializer.MaxDepth)));
        Assert.Throws<PhpFormatException>(() => Of(Nested(PhpSerializer.MaxDepth + 1)));
        Assert.Equal(PhpSerializer.MaxElements, Of(List(PhpSerializer.MaxElements)).Count);
        Assert.Throws<PhpFormatException>(() => Of(List(PhpSerializer.MaxElements + 1)));

        static string Nested(int depth) => new string('[', depth) + new string(']', depth);
        static string List(int count) => $"[{string.Join(',', Enumerable.Repeat('0', count))}]";
    }

    [Fact]
    public void No_value_shows_its_content()
    {
        foreach (var value in (PhpValue[])[new PhpString("secret"), Of("""{"secret":"secret"}"""), new PhpInt(123), PhpNull.Instance])
        {
            Assert.Equal(value.GetType().Name, value.ToString());
        }
    }

    private static PhpArray Of(string json) => PhpArray.FromJson(JsonDocument.Parse(json).RootElement);
}
