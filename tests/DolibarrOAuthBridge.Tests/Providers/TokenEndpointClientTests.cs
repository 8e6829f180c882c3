// SPDX-License-Identifier: GPL-3.0-or-later

using System.Net;
using System.Text;
using DolibarrOAuthBridge.Providers;
using DolibarrOAuthBridge.Tests.Support;
using Microsoft.Extensions.Time.Testing;

namespace DolibarrOAuthBridge.Tests.Providers;

/// <summary>Everything a token endpoint may answer. The numbers are those of the fault list.</summary>
public sealed partial class TokenEndpointClientTests
{
    private const string Good = """{"access_token":"at","refresh_token":"rt","token_type":"Bearer","expires_in":3600,"scope":"a b"}""";

    private readonly FakeTimeProvider _time = new(Make.Now);

    [Fact]
    public async Task A_good_answer_is_issued()
    {
        var handler = StubHandler.Of(HttpStatusCode.OK, Good);

        var issued = Assert.IsType<TokenAnswer.Issued>(await PostAsync(handler));

        Assert.Equal(
            ("at", "rt", 3600L, "a b"),
            (issued.Response.AccessToken, issued.Response.RefreshToken, issued.Response.ExpiresIn, issued.Response.Scope)
        );
        var (uri, body, request) = Assert.Single(handler.Requests);
        Assert.Equal(("https://provider.example/token", "a=%26%2B+%C3%A9"), (uri.AbsoluteUri, body));
        Assert.Equal(
            (HttpMethod.Post, "application/json", true),
            (request.Method, request.Headers.Accept.ToString(), request.Headers.ConnectionClose)
        );
    }

    [Theory]
    [InlineData(400, """{"error":"invalid_grant","error_description":"gone"}""", "invalid_grant", "gone")]
    [InlineData(401, """{"error":"invalid_client"}""", "invalid_client", "")]
    [InlineData(
        200,
        """{"error":"bad_refresh_token","error_description":"GitHub says no with 200"}""",
        "bad_refresh_token",
        "GitHub says no with 200"
    )]
    [InlineData(403, """{"error":"access_denied","error_description":42}""", "access_denied", "")]
    [InlineData(400, """{"error":"invalid_request","error_description":"line\r\nbreak\u0000"}""", "invalid_request", "line  break ")]
    [InlineData(200, """{"error":"both","access_token":"at"}""", "both", "")]
    public async Task An_error_member_is_a_refusal_whatever_the_status(int status, string body, string error, string description) =>
        Assert.Equal(new TokenAnswer.Refused(error, description), await PostAsync(StubHandler.Of((HttpStatusCode)status, body)));

    [Fact]
    public async Task A_long_description_is_cut()
    {
        var refused = Assert.IsType<TokenAnswer.Refused>(
            await PostAsync(
                StubHandler.Of(HttpStatusCode.BadRequest, $$"""{"error":"x","error_description":"{{new string('d', 5000)}}"}""")
            )
        );

        Assert.InRange(refused.Description.Length, 100, 201);
    }

    [Theory]
    [InlineData(500)]
    [InlineData(502)]
    [InlineData(503)]
    [InlineData(504)]
    [InlineData(408)]
    [InlineData(429)]
    public async Task Case_123_124_A_server_error_or_throttling_is_no_refusal_even_with_an_error_member(int status)
    {
        var answer = Assert.IsType<TokenAnswer.Unavailable>(
            await PostAsync(StubHandler.Of((HttpStatusCode)status, """{"error":"invalid_grant"}"""))
        );

        Assert.Equal(($"http_{status}", status == 429 ? 60.0 : null), (answer.Reason, answer.RetryAfter?.TotalSeconds));
    }

    [Theory]
    [InlineData("120", 120)]
    [InlineData("Tue, 24 Nov 2026 12:05:00 GMT", 300)]
    [InlineData("Tue, 24 Nov 2026 11:00:00 GMT", 60)]
    [InlineData("soon", 60)]
    [InlineData("", 60)]
    [InlineData("-5", 60)]
    [InlineData("0", 60)]
    [InlineData("1.5", 60)]
    [InlineData("999999", 3600)]
    [InlineData("99999999999999999999", 60)]
    public async Task Case_123_Retry_after_is_read_in_every_form(string header, int seconds)
    {
        var handler = StubHandler.Of(() =>
        {
            var response = new HttpResponseMessage(HttpStatusCode.ServiceUnavailable);
            response.Headers.TryAddWithoutValidation("Retry-After", header);
            return response;
        });

        Assert.Equal(TimeSpan.FromSeconds(seconds), Assert.IsType<TokenAnswer.Unavailable>(await PostAsync(handler)).RetryAfter);
    }

    public static TheoryData<int, string, string?> Malformed =>
        new()
        {
            { 200, "", "application/json" },
            { 200, "null", "application/json" },
            { 200, "[]", "application/json" },
            { 200, "\"text\"", "application/json" },
            { 200, "1", "application/json" },
            { 200, "<html>", null },
            { 200, Good + "x", "application/json" },
            { 200, Good + Good, "application/json" },
            { 200, Good + "\0", "application/json" },
            { 200, "{}", "application/json" },
            { 200, """{"access_token":"a","access_token":"b"}""", "application/json" },
            { 200, """{"access_token":"a","\u0061ccess_token":"b"}""", "application/json" },
            { 200, """{"access_token":null}""", "application/json" },
            { 200, """{"access_token":["a"]}""", "application/json" },
            { 200, """{"access_token":1}""", "application/json" },
            { 200, """{"access_token":""}""", "application/json" },
            { 200, """{"access_token":"a b"}""", "application/json" },
            { 200, """{"access_token":"a\r\nRCPT TO"}""", "application/json" },
            { 200, """{"access_token":"\u0001"}""", "application/json" },
            { 200, """{"access_token":"\u00e9"}""", "application/json" },
            { 200, """{"access_token":"dolcrypt:x"}""", "application/json" },
            { 200, "{\"access_token\":\"a\",\"x\":" + new string('[', 20) + new string(']', 20) + "}", "application/json" },
            { 200, "{'access_token':'a'}", "application/json" },
            { 200, """{"access_token":"a",}""", "application/json" },
            { 200, """{"access_token":"a"/**/}""", "application/json" },
            { 200, "access_token=a", null },
            { 200, "access_token=a&access_token=b", "application/x-www-form-urlencoded" },
            { 200, """{"error":""}""", "application/json" },
            { 200, """{"error":null}""", "application/json" },
            { 400, """{"error":{"code":1}}""", "application/json" },
            { 204, "", null },
            { 400, "{}", "application/json" },
            { 404, "<html>", "text/html" },
            { 400, """{"error":"a\u0000b"}""", "application/json" },
        };

    [Theory]
    [MemberData(nameof(Malformed))]
    public async Task Case_125_130_131_What_is_no_oauth_answer_is_never_issued(int status, string body, string? contentType)
    {
        var answer = Assert.IsType<TokenAnswer.Unavailable>(await PostAsync(StubHandler.Of((HttpStatusCode)status, body, contentType)));

        Assert.Equal(status is >= 200 and < 300 ? "malformed" : $"http_{status}", answer.Reason);
        Assert.Null(answer.RetryAfter);
    }

    [Fact]
    public async Task Case_125_Utf_16_is_never_issued() =>
        Assert.IsType<TokenAnswer.Unavailable>(await PostAsync(StubHandler.Of(HttpStatusCode.OK, Encoding.Unicode.GetBytes(Good))));

    [Fact]
    public async Task Case_126_A_good_answer_cut_at_any_byte_is_never_issued()
    {
        var bytes = Encoding.UTF8.GetBytes(Good);
        for (var length = 0; length < bytes.Length; length++)
        {
            Assert.Equal(
                "malformed",
                Assert.IsType<TokenAnswer.Unavailable>(await PostAsync(StubHandler.Of(HttpStatusCode.OK, bytes[..length]))).Reason
            );
        }
    }

    [Theory]
    [InlineData("bearer")]
    [InlineData("BEARER")]
    [InlineData(null)]
    public async Task Case_108_Bearer_is_read_in_any_case_and_may_be_missing(string? type) =>
        Assert.IsType<TokenAnswer.Issued>(
            await PostAsync(
                StubHandler.Of(
                    HttpStatusCode.OK,
                    type is null ? """{"access_token":"a"}""" : $$"""{"access_token":"a","token_type":"{{type}}"}"""
                )
            )
        );

    private async Task TimesOutAsync(StubHandler handler)
    {
        var call = PostAsync(handler);
        _time.Advance(TimeSpan.FromSeconds(14.9));
        Assert.False(call.IsCompleted);
        _time.Advance(TimeSpan.FromSeconds(0.2));

        Assert.Equal("timeout", Assert.IsType<TokenAnswer.Unavailable>(await call.WaitAsync(TimeSpan.FromSeconds(20))).Reason);
    }

    private async Task<TokenAnswer> PostAsync(StubHandler handler)
    {
        using var http = new HttpClient(handler)
        {
            MaxResponseContentBufferSize = ProviderHttpClient.LargestBody,
            Timeout = Timeout.InfiniteTimeSpan,
        };
        var client = new TokenEndpointClient(http, _time, new BridgeOptions());
        return await client.PostAsync(new Uri("https://provider.example/token"), new Dictionary<string, string> { ["a"] = "&+ é" });
    }

    private sealed class EndlessStream(Action<int> count) : MemoryStream
    {
        public override int Read(Span<byte> buffer)
        {
            buffer.Fill((byte)' ');
            count(buffer.Length);
            return buffer.Length;
        }

        public override ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default) =>
            ValueTask.FromResult(Read(buffer.Span));

        public override Task CopyToAsync(Stream destination, int bufferSize, CancellationToken cancellationToken) =>
            CopyAsync(destination, cancellationToken);

        private async Task CopyAsync(Stream destination, CancellationToken cancellationToken)
        {
            var chunk = new byte[8192];
            while (true)
            {
                count(chunk.Length);
                await destination.WriteAsync(chunk, cancellationToken);
            }
        }
    }

    private sealed class SilentStream : MemoryStream
    {
        public override async ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default)
        {
            await Task.Delay(Timeout.Infinite, cancellationToken);
            return 0;
        }

        public override Task CopyToAsync(Stream destination, int bufferSize, CancellationToken cancellationToken) =>
            Task.Delay(Timeout.Infinite, cancellationToken);
    }
}
