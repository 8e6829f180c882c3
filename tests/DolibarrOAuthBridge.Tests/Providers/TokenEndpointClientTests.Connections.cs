// SPDX-License-Identifier: GPL-3.0-or-later

using System.Net;
using DolibarrOAuthBridge.Providers;
using DolibarrOAuthBridge.Tests.Support;

namespace DolibarrOAuthBridge.Tests.Providers;

/// <content>Endless, redirected, silent and broken connections.</content>
public sealed partial class TokenEndpointClientTests
{
    [Fact]
    public async Task Case_128_A_body_beyond_a_mebibyte_is_cut_off()
    {
        var read = 0L;
        var handler = StubHandler.Of(() =>
            new HttpResponseMessage(HttpStatusCode.OK) { Content = new StreamContent(new EndlessStream(count => read += count)) }
        );

        Assert.Equal("too_large", Assert.IsType<TokenAnswer.Unavailable>(await PostAsync(handler)).Reason);
        Assert.InRange(read, ProviderHttpClient.LargestBody, 2 * ProviderHttpClient.LargestBody);
    }

    [Theory]
    [InlineData(301)]
    [InlineData(302)]
    [InlineData(303)]
    [InlineData(307)]
    [InlineData(308)]
    public async Task Case_129_A_redirect_is_an_answer_and_not_followed(int status)
    {
        var handler = StubHandler.Of(() =>
            new HttpResponseMessage((HttpStatusCode)status) { Headers = { Location = new Uri("http://169.254.169.254/") } }
        );

        var answer = Assert.IsType<TokenAnswer.Unavailable>(await PostAsync(handler));

        Assert.Equal($"http_{status}", answer.Reason);
        Assert.Contains("redirects are not followed", answer.Detail, StringComparison.Ordinal);
        Assert.Single(handler.Requests);
    }

    [Fact]
    public async Task Case_122_One_deadline_covers_silence_before_the_headers()
    {
        var handler = new StubHandler(
            static async (_, cancellation) =>
            {
                await Task.Delay(Timeout.Infinite, cancellation);
                throw new InvalidOperationException();
            }
        );
        await TimesOutAsync(handler);
    }

    [Fact]
    public async Task Case_122_One_deadline_covers_the_body()
    {
        var handler = StubHandler.Of(static () =>
            new HttpResponseMessage(HttpStatusCode.OK) { Content = new StreamContent(new SilentStream()) }
        );
        await TimesOutAsync(handler);
    }

    [Theory]
    [InlineData(HttpRequestError.ConnectionError, "network")]
    [InlineData(HttpRequestError.NameResolutionError, "network")]
    [InlineData(HttpRequestError.SecureConnectionError, "tls")]
    [InlineData(HttpRequestError.ResponseEnded, "network")]
    public async Task Case_121_127_A_broken_connection_is_named(HttpRequestError error, string word)
    {
        var handler = new StubHandler((_, _) => throw new HttpRequestException(error, "the message might name secrets"));

        var answer = Assert.IsType<TokenAnswer.Unavailable>(await PostAsync(handler));

        Assert.Equal(word, answer.Reason);
        Assert.DoesNotContain("secrets", answer.Detail, StringComparison.Ordinal);
    }
}
