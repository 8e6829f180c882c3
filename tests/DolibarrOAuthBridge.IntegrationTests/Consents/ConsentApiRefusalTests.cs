// SPDX-License-Identifier: GPL-3.0-or-later

using System.Net;
using System.Text;
using System.Text.Json;
using DolibarrOAuthBridge.IntegrationTests.Support;

namespace DolibarrOAuthBridge.IntegrationTests.Consents;

/// <summary>What the consent calls refuse before they look at anything.</summary>
public sealed class ConsentApiRefusalTests(ServedWorld served) : IClassFixture<ServedWorld>
{
    [Theory]
    [InlineData("/v1/entries/GOOGLE-Mail/consent", "{}", "invalid_request")]
    [InlineData("/v1/entries/GOOGLE-Mail/consent", """{"flow":"implicit","session_binding":"s"}""", "invalid_request")]
    [InlineData("/v1/entries/GOOGLE-Mail/consent", """{"session_binding":""}""", "invalid_request")]
    [InlineData(
        "/v1/entries/GOOGLE-Mail/consent",
        """{"session_binding":"s","redirect_uri":"http://evil.example/callback"}""",
        "invalid_request"
    )]
    [InlineData("/v1/entries/GOOGLE-Mail/consent", """{"session_binding":"s","login_hint":"a\r\nb"}""", "invalid_request")]
    [InlineData("/v1/entries/GOOGLE-Mail/consent", "not json", "invalid_request")]
    [InlineData("/v1/entries/GOOGLE-Nobody/consent", """{"session_binding":"s"}""", "entry_not_found")]
    [InlineData("/v1/consent/callback", """{"session_binding":"s","code":"c"}""", "state_invalid")]
    [InlineData("/v1/consent/callback", """{"state":"","session_binding":"s","code":"c"}""", "state_invalid")]
    [InlineData("/v1/consent/callback", """{"state":"unknown","session_binding":"s","code":"c"}""", "state_invalid")]
    [InlineData("/v1/consent/callback", """{"state":["a"],"session_binding":"s","code":"c"}""", "invalid_request")]
    [InlineData("/v1/consent/callback", """{"state":"a","state":"b","session_binding":"s","code":"c"}""", "invalid_request")]
    [InlineData("/v1/consent/callback", """{"state":"a","session_binding":"s","code":"c","code":"d"}""", "invalid_request")]
    [InlineData("/v1/consent/callback", """{"state":"a","session_binding":"s"}""", "invalid_request")]
    [InlineData("/v1/consent/callback", """{"state":"a","code":"c"}""", "state_invalid")]
    [InlineData("/v1/consent/callback", """{"state":"a","session_binding":"s","code":"c\r\nd"}""", "invalid_request")]
    [InlineData("/v1/consent/callback", """{"state":"a","session_binding":"s","code":"c\u0000"}""", "invalid_request")]
    [InlineData("/v1/consent/callback", """{"state":"a","session_binding":"s","code":"\ud83d\ude00"}""", "invalid_request")]
    public async Task What_is_missing_or_malformed_is_refused_and_no_provider_is_asked(string path, string body, string code)
    {
        using var response = await served.Sidecar.Client.PostAsync(
            new Uri(path, UriKind.Relative),
            new StringContent(body, Encoding.UTF8, "application/json")
        );

        Assert.Equal("application/problem+json", response.Content.Headers.ContentType?.MediaType);
        Assert.Equal(code, JsonDocument.Parse(await response.Content.ReadAsStringAsync()).RootElement.GetProperty("code").GetString());
        Assert.Equal(0, served.World.Authority.Asked);
    }

    [Theory]
    [InlineData(5_000)]
    [InlineData(60_000)]
    [InlineData(100_000)]
    public async Task A_state_or_code_of_absurd_length_is_refused(int length)
    {
        foreach (
            var body in new object[]
            {
                new
                {
                    state = "s",
                    session_binding = "s",
                    code = new string('c', length * 2),
                },
                new
                {
                    state = new string('s', length),
                    session_binding = "s",
                    code = "c",
                },
            }
        )
        {
            var (status, problem) = await PostAsync("/v1/consent/callback", body);

            Assert.True(status is HttpStatusCode.BadRequest or HttpStatusCode.RequestEntityTooLarge);
            Assert.Equal("invalid_request", problem.GetProperty("code").GetString());
        }
    }

    [Fact]
    public async Task A_consent_that_nobody_began_is_not_found()
    {
        var (status, code) = await served.Sidecar.ProblemAsync(HttpMethod.Get, $"/v1/consent/{new string('0', 32)}");

        Assert.Equal((404, "not_found"), (status, code));
    }

    private async Task<(HttpStatusCode Status, JsonElement Body)> PostAsync(string path, object body)
    {
        using var response = await served.Sidecar.Client.PostAsync(
            new Uri(path, UriKind.Relative),
            new StringContent(JsonSerializer.Serialize(body), Encoding.UTF8, "application/json")
        );
        return (response.StatusCode, JsonDocument.Parse(await response.Content.ReadAsStringAsync()).RootElement);
    }
}
