// SPDX-License-Identifier: GPL-3.0-or-later

using System.Net;
using DolibarrOAuthBridge.Demo.Provider;
using DolibarrOAuthBridge.Demo.Tests.Support;
using Microsoft.AspNetCore.Http;

namespace DolibarrOAuthBridge.Demo.Tests.Provider;

public sealed class ScriptedProviderTests
{
    [Fact]
    public async Task It_answers_as_told_and_keeps_every_request()
    {
        await using var provider = await ScriptedProvider.StartAsync(TestClient.Cancel);
        using var http = new HttpClient();
        provider.MapJson("/oauth/token", """{"error":"server_error"}""", 500);

        using var form = new FormUrlEncodedContent([new("grant_type", "refresh_token"), new("refresh_token", "r+/=")]);
        using var first = await http.PostAsync(provider.Endpoint("oauth/token?a=1"), form, TestClient.Cancel);
        provider.Map("oauth/token", context => context.Response.WriteAsync(context.Request.Form["refresh_token"] + "!"));
        using var again = new FormUrlEncodedContent([new("refresh_token", "second")]);
        using var second = await http.PostAsync(provider.Endpoint("oauth/token"), again, TestClient.Cancel);
        using var unmapped = await http.GetAsync(provider.Endpoint("nowhere"), TestClient.Cancel);

        Assert.Equal(HttpStatusCode.InternalServerError, first.StatusCode);
        Assert.Equal("second!", await second.Content.ReadAsStringAsync(TestClient.Cancel));
        Assert.Equal(HttpStatusCode.NotFound, unmapped.StatusCode);
        Assert.Equal(
            ["POST /oauth/token", "POST /oauth/token", "GET /nowhere"],
            provider.Requests.Select(request => $"{request.Method} {request.Path}")
        );
        Assert.Equal(("r+/=", "1"), (provider.Requests[0]["refresh_token"], provider.Requests[0].Query["a"]));
        Assert.Equal("application/x-www-form-urlencoded", provider.Requests[0].Headers["content-type"]);
        Assert.Empty(provider.Requests[2].Form);
        Assert.Equal(2, provider.RequestsTo("oauth/token").Count);
    }

    [Fact]
    public async Task A_test_can_wait_for_a_request_and_an_answer_without_end_does_not_keep_it_from_ending()
    {
        using var http = new HttpClient();
        Task<HttpResponseMessage> request;
        await using (var provider = await ScriptedProvider.StartAsync(TestClient.Cancel))
        {
            provider.Map("/hang", context => Task.Delay(Timeout.Infinite, context.RequestAborted));
            request = http.GetAsync(provider.Endpoint("hang"), TestClient.Cancel);
            await provider.WaitForAsync("/hang", cancellationToken: TestClient.Cancel);
        }

        await Assert.ThrowsAsync<HttpRequestException>(() => request);
    }
}
