// SPDX-License-Identifier: GPL-3.0-or-later

using System.Text.Json;
using DolibarrOAuthBridge.Dolibarr.Php;
using DolibarrOAuthBridge.Dolibarr.Tokens;
using DolibarrOAuthBridge.Providers;
using DolibarrOAuthBridge.Tests.Support;

namespace DolibarrOAuthBridge.Tests.Providers;

public sealed class TokenResponseTests
{
    [Theory]
    [InlineData("3600", 3600)]
    [InlineData("\"3600\"", 3600)]
    [InlineData("3600.9", 3600)]
    [InlineData("\"3600.5\"", 3600)]
    [InlineData("0", 0)]
    [InlineData("-5", 0)]
    [InlineData("1e18", 315_360_000)]
    [InlineData("1e308", 315_360_000)]
    [InlineData("9223372036854775808", 315_360_000)]
    public void Case_107_The_lifetime_is_read_in_every_form_and_bounded(string expiresIn, long seconds)
    {
        var response = Parse($$"""{"access_token":"a","expires_in":{{expiresIn}}}""");

        Assert.Equal(seconds, response.ExpiresIn);
        Assert.Equal(Make.Now.AddSeconds(seconds), response.ToStoredToken(null, MissingExpiry.Never, Make.Now).EndOfLife.ExpiresAt);
    }

    [Fact]
    public void Zohos_lifetime_in_seconds_counts_before_the_one_in_milliseconds()
    {
        const string Answer = """{"access_token":"a","expires_in":3600000,"expires_in_sec":3600}""";

        Assert.Equal(3600, Parse(Answer).ExpiresIn);
        Assert.Equal(3600, AnswerSalvage.Find(System.Text.Encoding.ASCII.GetBytes(Answer[..^1] + ","))!.ExpiresIn);
    }

    [Theory]
    [InlineData("""{"access_token":"a"}""", MissingExpiry.OneHour, 3600L)]
    [InlineData("""{"access_token":"a","expires_in":null}""", MissingExpiry.OneHour, 3600L)]
    [InlineData("""{"access_token":"a"}""", MissingExpiry.Never, null)]
    [InlineData("""{"access_token":"a","refresh_token":"r"}""", MissingExpiry.Never, 3600L)]
    internal void Case_107_A_missing_lifetime_means_what_the_provider_means(string json, MissingExpiry meaning, long? seconds)
    {
        var end = Parse(json).ToStoredToken(null, meaning, Make.Now).EndOfLife;

        Assert.Equal(seconds is null ? EndOfLife.Never : EndOfLife.At(Make.Now.AddSeconds(seconds.Value)), end);
    }

    [Fact]
    public void Case_105_The_old_refresh_token_and_parameters_stay_where_the_answer_is_silent()
    {
        var previous = Make.Token(
            TimeSpan.Zero,
            "old-refresh",
            extra: PhpArray.Empty.With("id_token", new PhpString("id")).With("scope", new PhpString("old"))
        );

        var token = Parse("""{"access_token":"new","scope":"new scope","expires_in":60}""")
            .ToStoredToken(previous, MissingExpiry.OneHour, Make.Now);

        Assert.Equal(("new", "old-refresh", "id", "new scope"), (token.AccessToken, token.RefreshToken, token.IdToken, token.Scope));
    }

    [Fact]
    public void Other_members_are_kept_as_dolibarr_keeps_them()
    {
        var response = Parse("""{"access_token":"a","refresh_token":"r","expires_in":1,"scope":"s","n":5,"deep":{"x":[1,true,null]}}""");

        Assert.Equal(["scope", "n", "deep"], response.Parameters.Entries.Select(entry => ((PhpString)entry.Key).Value));
    }

    [Fact]
    public void Members_too_long_to_store_are_left_out_and_the_usual_ones_stay()
    {
        var response = Parse($$"""{"access_token":"a","scope":"s","id_token":"i","x":"{{new string('x', 9000)}}","y":1}""");

        Assert.Equal(["scope", "id_token"], response.Parameters.Entries.Select(entry => ((PhpString)entry.Key).Value));
        Assert.Empty(Parse($$"""{"access_token":"a","id_token":"{{new string('x', 9000)}}"}""").Parameters.Entries);
    }

    [Theory]
    [InlineData(48 * 1024, true)]
    [InlineData((48 * 1024) + 1, false)]
    public void Case_130_A_token_is_bounded_by_the_column(int length, bool fits)
    {
        var json = $$"""{"access_token":"{{new string('a', length)}}"}""";

        Assert.Equal(fits, Record.Exception(() => Parse(json)) is not FormatException);
    }

    [Theory]
    [InlineData("604800", 604800.0)]
    [InlineData("\"600\"", 600.0)]
    [InlineData("0", null)]
    [InlineData("-1", null)]
    [InlineData("99999999999", null)]
    public void The_refresh_tokens_own_lifetime_is_read_under_either_name(string seconds, double? expected) =>
        Assert.All(
            ["refresh_token_expires_in", "refresh_expires_in"],
            name => Assert.Equal(expected, Parse($$"""{"access_token":"a","{{name}}":{{seconds}}}""").RefreshTokenExpiresIn?.TotalSeconds)
        );

    [Fact]
    public void It_prints_nothing_of_itself() =>
        Assert.DoesNotContain("secret-token", Parse("""{"access_token":"secret-token"}""").ToString(), StringComparison.Ordinal);

    private static TokenResponse Parse(string json)
    {
        using var document = JsonDocument.Parse(json);
        return TokenResponse.Parse(document.RootElement);
    }
}
