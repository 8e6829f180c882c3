// SPDX-License-Identifier: GPL-3.0-or-later

using DolibarrOAuthBridge.Dolibarr.Database;
using DolibarrOAuthBridge.Http;
using Microsoft.AspNetCore.Http;

namespace DolibarrOAuthBridge.Tests.Http;

public sealed class RequestValuesTests
{
    [Theory]
    [InlineData(null, 1)]
    [InlineData("1", 1)]
    [InlineData("42", 42)]
    [InlineData("0", null)]
    [InlineData("-1", null)]
    [InlineData("", null)]
    [InlineData(" 1", null)]
    [InlineData("1,2", null)]
    [InlineData("0x1", null)]
    [InlineData("99999999999", null)]
    public void A_company_is_a_whole_number_from_one(string? text, int? entity)
    {
        if (entity is null)
        {
            Assert.Equal(ProblemCode.InvalidRequest, Assert.Throws<BridgeException>(() => RequestValues.Entity(text)).Code);
        }
        else
        {
            Assert.Equal(entity, RequestValues.Entity(text));
        }
    }

    [Theory]
    [InlineData(null, null, true)]
    [InlineData("0", 0.0, true)]
    [InlineData("86400", 86400.0, true)]
    [InlineData("86401", null, false)]
    [InlineData("-1", null, false)]
    [InlineData("1.5", null, false)]
    [InlineData("1e3", null, false)]
    public void A_lifetime_is_a_number_of_seconds_up_to_a_day(string? text, double? seconds, bool allowed)
    {
        var exception = Record.Exception(() => Assert.Equal(seconds, RequestValues.MinTtl(text)?.TotalSeconds));

        Assert.Equal(allowed, exception is null);
        Assert.True(allowed || exception is BridgeException { Code: ProblemCode.InvalidRequest });
    }

    [Theory]
    [InlineData(null, false)]
    [InlineData("false", false)]
    [InlineData("0", false)]
    [InlineData("true", true)]
    [InlineData("1", true)]
    public void A_flag_is_yes_or_no(string? text, bool value) => Assert.Equal(value, RequestValues.Flag(text, "revoke"));

    [Theory]
    [InlineData("yes")]
    [InlineData("TRUE")]
    [InlineData("")]
    public void Anything_else_is_no_flag(string text) => Assert.Throws<BridgeException>(() => RequestValues.Flag(text, "revoke"));

    [Theory]
    [InlineData("?entity=2", 2)]
    [InlineData("?entity=2&entity=3", 1)]
    [InlineData("?entity=x", 1)]
    [InlineData("", 1)]
    public void The_key_of_an_unclear_company_is_the_first_ones(string query, int entity)
    {
        var context = new DefaultHttpContext();
        context.Request.QueryString = new QueryString(query);

        Assert.Equal(entity, RequestValues.EntityOrDefault(context.Request));
    }

    [Theory]
    [InlineData("http://127.0.0.1:8765", "127.0.0.1:8765")]
    [InlineData("http://localhost:1;http://[::1]:2", "127.0.0.1:1,::1:2")]
    [InlineData(" http://127.0.0.1:0/ ; ", "127.0.0.1:0")]
    [InlineData("", "")]
    [InlineData("http://0.0.0.0:8765", null)]
    [InlineData("http://[::]:8765", null)]
    [InlineData("http://192.168.1.1", null)]
    [InlineData("http://example.com", null)]
    [InlineData("http://localhost.evil.example", null)]
    [InlineData("http://127.0.0.1:8765;http://0.0.0.0:1", null)]
    [InlineData("https://127.0.0.1", null)]
    [InlineData("http://127.0.0.1/path", null)]
    [InlineData("http://u:p@127.0.0.1", null)]
    [InlineData("127.0.0.1:8765", null)]
    [InlineData("http://*:8765", null)]
    [InlineData("http://+:8765", null)]
    public void The_sidecar_listens_on_this_machine_only(string urls, string? expected)
    {
        if (expected is null)
        {
            Assert.Throws<FormatException>(() => ListenAddress.Parse(urls));
        }
        else
        {
            Assert.Equal(expected, string.Join(',', ListenAddress.Parse(urls).Select(address => $"{address.Address}:{address.Port}")));
        }
    }

    [Theory]
    [InlineData(StoreFailure.Busy, ProblemCode.StoreNotWritable)]
    [InlineData(StoreFailure.NotWritable, ProblemCode.StoreNotWritable)]
    [InlineData(StoreFailure.Unavailable, ProblemCode.StoreUnavailable)]
    [InlineData(StoreFailure.Other, ProblemCode.StoreUnavailable)]
    public void A_failure_of_the_database_has_its_code_and_a_time_to_try_again(StoreFailure failure, string code)
    {
        var told = BridgeException.From(new StoreException(failure, "The words."));

        Assert.Equal(code, told.Code);
        Assert.NotNull(told.RetryAfter);
        Assert.StartsWith("The words.", told.Message, StringComparison.Ordinal);
    }
}
