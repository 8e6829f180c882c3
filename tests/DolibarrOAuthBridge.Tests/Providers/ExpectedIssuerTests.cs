// SPDX-License-Identifier: GPL-3.0-or-later

using DolibarrOAuthBridge.Providers;

namespace DolibarrOAuthBridge.Tests.Providers;

/// <summary>RFC 9207: simple string comparison, and no answer without <c>iss</c> where the server promises one.</summary>
public sealed class ExpectedIssuerTests
{
    private static readonly Uri Endpoint = new("https://a.example/authorize");

    [Theory]
    [InlineData("https://a.example", true)]
    [InlineData("https://a.example/", false)]
    [InlineData("https://A.example", false)]
    [InlineData("https://b.example", false)]
    [InlineData("", false)]
    public void A_known_issuer_is_compared_character_by_character(string iss, bool isOwn) =>
        Assert.Equal(isOwn, new ExpectedIssuer("https://a.example", false).Refusal(iss, Endpoint) is null);

    [Theory]
    [InlineData(true, false)]
    [InlineData(false, true)]
    public void An_answer_without_issuer_is_refused_where_the_server_promises_one(bool isRequired, bool isOwn) =>
        Assert.Equal(isOwn, new ExpectedIssuer("https://a.example", isRequired).Refusal(null, Endpoint) is null);

    [Theory]
    [InlineData("https://a.example/login/oauth", true)]
    [InlineData("https://b.example/login/oauth", false)]
    [InlineData("http://a.example", false)]
    [InlineData("https://a.example:444", false)]
    [InlineData("https://a.example@b.example", false)]
    [InlineData("a.example", false)]
    public void An_unknown_issuer_must_at_least_be_of_the_host_that_was_asked(string iss, bool isOwn) =>
        Assert.Equal(isOwn, ExpectedIssuer.Unknown.Refusal(iss, Endpoint) is null);
}
