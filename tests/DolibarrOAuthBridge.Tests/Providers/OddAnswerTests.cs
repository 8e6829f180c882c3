// SPDX-License-Identifier: GPL-3.0-or-later

using System.IO.Compression;
using System.Net;
using System.Text;
using System.Text.Json.Nodes;
using DolibarrOAuthBridge.Dolibarr.Php;
using DolibarrOAuthBridge.Providers;
using DolibarrOAuthBridge.Tests.Support;
using Microsoft.Extensions.Time.Testing;

namespace DolibarrOAuthBridge.Tests.Providers;

/// <summary>
/// Answers with a usable access token and something odd beside it: the refresh token was spent for them, so they are kept.
/// </summary>
public sealed class OddAnswerTests
{
    public static TheoryData<string, string?, int> Odd =>
        new()
        {
            { """{"access_token":"at","refresh_token":"rt","expires_in":""}""", "application/json", 200 },
            { """{"access_token":"at","refresh_token":"rt","expires_in":true}""", "application/json", 200 },
            { """{"access_token":"at","refresh_token":"rt","expires_in":[]}""", "application/json", 200 },
            { """{"access_token":"at","refresh_token":"rt","expires_in":1e400}""", "application/json", 200 },
            { """{"access_token":"at","refresh_token":"rt","error":null}""", "application/json", 200 },
            { """{"access_token":"at","refresh_token":"rt","error":""}""", "application/json", 200 },
            { """{"access_token":"at","refresh_token":"rt","error":{}}""", "application/json", 200 },
            { """{"access_token":"at","refresh_token":"rt","token_type":null}""", "application/json", 200 },
            { """{"access_token":"at","refresh_token":"rt","token_type":"odd"}""", "application/json", 200 },
            { """{"access_token":"at","refresh_token":"rt","scope":null,"id_token":null}""", "application/json", 200 },
            { """{"access_token":"at","refresh_token":"rt","x":1e999,"y":"\ud800"}""", "application/json", 200 },
            { """{"access_token":"at","refresh_token":"rt","display_name":"Jos\u00e9"}""", "application/json", 200 },
            { """{"access_token":"at","refresh_token":"rt"}""", "text/plain", 200 },
            { """{"access_token":"at","refresh_token":"rt"}""", "text/html", 200 },
            { """{"access_token":"at","refresh_token":"rt"}""", null, 201 },
            { "\uFEFF" + """{"access_token":"at","refresh_token":"rt"}""", "application/json", 200 },
            { "access_token=at&refresh_token=rt&scope=&token_type=bearer", "application/x-www-form-urlencoded", 200 },
        };

    [Theory]
    [MemberData(nameof(Odd))]
    public async Task A_usable_access_token_is_kept_whatever_stands_beside_it(string body, string? type, int status)
    {
        var response = await IssuedAsync(StubHandler.Of((HttpStatusCode)status, body, type));

        Assert.Equal(("at", "rt"), (response.AccessToken, response.RefreshToken));
    }

    [Theory]
    [InlineData("null")]
    [InlineData("\"\"")]
    [InlineData("{}")]
    public async Task An_empty_refresh_token_counts_as_not_said(string refreshToken) =>
        Assert.Null((await IssuedAsync(Json($$"""{"access_token":"at","refresh_token":{{refreshToken}}}"""))).RefreshToken);

    [Fact]
    public async Task Members_that_stock_code_cannot_read_back_are_left_out()
    {
        var members = string.Concat(Enumerable.Range(0, 1001).Select(index => $",\"m{index}\":1"));

        var few = await IssuedAsync(Json("""{"access_token":"at","name":"José","scope":"s"}"""));
        var many = await IssuedAsync(Json($$"""{"access_token":"at","scope":"s"{{members}}}"""));

        Assert.Equal(["scope"], few.Parameters.Entries.Select(entry => ((PhpString)entry.Key).Value));
        Assert.Equal(["scope"], many.Parameters.Entries.Select(entry => ((PhpString)entry.Key).Value));
    }

    [Theory]
    [InlineData("gzip")]
    [InlineData("deflate")]
    [InlineData("br")]
    public async Task A_compressed_answer_is_read_and_bounded_after_it_is_inflated(string coding)
    {
        var small = await AskAsync(Compressed(coding, """{"access_token":"at"}"""));
        var bomb = await AskAsync(Compressed(coding, "{\"access_token\":\"at\",\"x\":\"" + new string('x', 2_000_000) + "\"}"));

        Assert.Equal("at", Assert.IsType<TokenAnswer.Issued>(small).Response.AccessToken);
        Assert.Equal("malformed", Assert.IsType<TokenAnswer.Unavailable>(bomb).Reason);
    }

    [Fact]
    public async Task A_description_that_echoes_the_request_loses_every_secret_of_it()
    {
        const string Secret = "s3cr3t/+ü value";
        string[] echoes =
        [
            Secret,
            Uri.EscapeDataString(Secret),
            WebUtility.UrlEncode(Secret),
            Convert.ToBase64String(Encoding.UTF8.GetBytes(Secret)),
        ];
        var description = string.Join(" | ", echoes) + "\u202e\u0007";

        var answer = await AskAsync(
            Json(new JsonObject { ["error"] = "invalid_client", ["error_description"] = description }.ToJsonString()),
            KeyValuePair.Create("client_secret", Secret)
        );

        var refused = Assert.IsType<TokenAnswer.Refused>(answer);
        Assert.Equal("[redacted] | [redacted] | [redacted] | [redacted]", refused.Description.Trim());
    }

    private static StubHandler Json(string body) => StubHandler.Of(HttpStatusCode.OK, body, "application/json");

    private static StubHandler Compressed(string coding, string body)
    {
        using var bytes = new MemoryStream();
        using (
            Stream coder = coding switch
            {
                "gzip" => new GZipStream(bytes, CompressionLevel.Fastest, true),
                "deflate" => new ZLibStream(bytes, CompressionLevel.Fastest, true),
                _ => new BrotliStream(bytes, CompressionLevel.Fastest, true),
            }
        )
        {
            coder.Write(Encoding.UTF8.GetBytes(body));
        }

        var whole = bytes.ToArray();
        return StubHandler.Of(() =>
        {
            var response = new HttpResponseMessage(HttpStatusCode.OK) { Content = new ByteArrayContent(whole) };
            response.Content.Headers.ContentEncoding.Add(coding);
            response.Content.Headers.ContentType = new("application/json");
            return response;
        });
    }

    private static async Task<TokenResponse> IssuedAsync(StubHandler handler) =>
        Assert.IsType<TokenAnswer.Issued>(await AskAsync(handler)).Response;

    private static async Task<TokenAnswer> AskAsync(StubHandler handler, params KeyValuePair<string, string>[] form)
    {
        using var http = new HttpClient(handler) { MaxResponseContentBufferSize = ProviderHttpClient.LargestBody };
        return await new TokenEndpointClient(http, new FakeTimeProvider(Make.Now), new BridgeOptions()).PostAsync(
            new Uri("https://provider.example/token"),
            form
        );
    }
}
