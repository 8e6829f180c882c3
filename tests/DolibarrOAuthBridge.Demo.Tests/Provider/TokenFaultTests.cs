// SPDX-License-Identifier: GPL-3.0-or-later

using System.Net;
using System.Text.Json;
using DolibarrOAuthBridge.Demo.Provider;
using DolibarrOAuthBridge.Demo.Tests.Support;
using Microsoft.Extensions.Time.Testing;

namespace DolibarrOAuthBridge.Demo.Tests.Provider;

public sealed class TokenFaultTests : IAsyncLifetime
{
    private readonly FakeTimeProvider _time = new(DateTimeOffset.UnixEpoch.AddYears(60));
    private StandInProvider _provider = null!;
    private TestClient _client = null!;
    private string _refreshToken = null!;

    public async ValueTask InitializeAsync()
    {
        _provider = await StandInProvider.StartAsync(TestClient.Options with { TimeProvider = _time }, TestClient.Cancel);
        _client = new TestClient(_provider);
        _refreshToken = (await _provider.IssueAsync(TestClient.Id, null, "read", TestClient.Cancel)).RefreshToken!;
    }

    public async ValueTask DisposeAsync()
    {
        _client.Dispose();
        await _provider.DisposeAsync();
    }

    [Theory]
    [InlineData(HttpStatusCode.InternalServerError, null)]
    [InlineData(HttpStatusCode.ServiceUnavailable, 30)]
    [InlineData(HttpStatusCode.TooManyRequests, 120)]
    public async Task A_status_instead_of_an_answer_spends_nothing(HttpStatusCode status, int? retryAfter)
    {
        _provider.Faults.Next(TokenFault.Status(status, retryAfter is { } seconds ? TimeSpan.FromSeconds(seconds) : null), times: 2);

        using var first = await SendAsync();
        using var second = await SendAsync();

        Assert.Equal([status, status], [first.StatusCode, second.StatusCode]);
        Assert.Equal(retryAfter, first.Headers.RetryAfter?.Delta?.TotalSeconds is { } wait ? (int)wait : null);
        Assert.Equal(0, _provider.Faults.Pending);
        Assert.Equal($"fault:status_{(int)status}", _provider.Requests.All[0].Outcome);
        await AssertNotSpentAsync();
    }

    [Fact]
    public async Task An_oauth_error_can_be_given()
    {
        _provider.Faults.Next(TokenFault.Error("temporarily_unavailable", "Try later"));

        var answer = await _client.RefreshAsync(_refreshToken);

        Assert.Equal(
            (HttpStatusCode.BadRequest, "temporarily_unavailable", "Try later"),
            (answer.Status, answer.Error, answer["error_description"])
        );
        await AssertNotSpentAsync();
    }

    [Fact]
    public async Task A_hanging_request_ends_when_the_client_gives_up()
    {
        _provider.Faults.Next(TokenFault.Hang());
        using var patience = CancellationTokenSource.CreateLinkedTokenSource(TestClient.Cancel);

        var request = SendAsync(patience.Token);
        await _provider.Requests.WaitForAsync(arrived => arrived.IsRefresh, TestClient.Cancel);
        await patience.CancelAsync();

        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => request);
        var ended = await _provider.Requests.WaitForAsync(log => log.Outcome is not null, TestClient.Cancel);
        Assert.Equal(("fault:hang", null), (ended.Outcome, ended.Status));
        await AssertNotSpentAsync();
    }

    [Fact]
    public async Task Clearing_the_faults_lets_a_hanging_request_go_on()
    {
        _provider.Faults.Next(TokenFault.Hang());
        _provider.Faults.Always(TokenFault.Html());

        var request = SendAsync();
        await _provider.Requests.WaitForAsync(arrived => arrived.IsRefresh, TestClient.Cancel);
        _provider.Faults.Clear();

        using var response = await request;
        Assert.Equal("application/json", response.Content.Headers.ContentType?.MediaType);
    }

    [Fact]
    public async Task A_redirect_leads_elsewhere()
    {
        _provider.Faults.Next(TokenFault.Redirect(new Uri("http://127.0.0.1:9/steal")));

        using var response = await SendAsync();

        Assert.Equal(HttpStatusCode.TemporaryRedirect, response.StatusCode);
        Assert.Equal(new Uri("http://127.0.0.1:9/steal"), response.Headers.Location);
        await AssertNotSpentAsync();
    }

    [Fact]
    public async Task Html_comes_with_status_200()
    {
        _provider.Faults.Next(TokenFault.Html());

        using var response = await SendAsync();

        Assert.Equal((HttpStatusCode.OK, "text/html"), (response.StatusCode, response.Content.Headers.ContentType?.MediaType));
        await AssertNotSpentAsync();
    }

    [Fact]
    public async Task A_huge_body_is_json_without_end()
    {
        _provider.Faults.Next(TokenFault.HugeBody(3_000_000));

        using var response = await SendAsync();
        var body = await response.Content.ReadAsStringAsync(TestClient.Cancel);

        Assert.True(body.Length > 3_000_000);
        Assert.NotNull(JsonDocument.Parse(body).RootElement.GetProperty("access_token").GetString());
        await AssertNotSpentAsync();
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task Truncated_json_comes_in_a_whole_http_answer(bool issue)
    {
        _provider.Faults.Next(TokenFault.TruncatedJson(issue));

        using var response = await SendAsync();
        var body = await response.Content.ReadAsStringAsync(TestClient.Cancel);

        Assert.Equal(HttpStatusCode.OK, response.StatusCode);
        Assert.ThrowsAny<JsonException>(() => JsonDocument.Parse(body));
        await (issue ? AssertSpentAsync() : AssertNotSpentAsync());
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task A_truncated_body_ends_before_its_promised_length(bool issue)
    {
        _provider.Faults.Next(TokenFault.TruncatedBody(issue));

        await Assert.ThrowsAsync<HttpRequestException>(() => SendAsync());

        await (issue ? AssertSpentAsync() : AssertNotSpentAsync());
    }

    [Fact]
    public async Task A_dropped_connection_before_the_work_spends_nothing()
    {
        _provider.Faults.Next(TokenFault.DropBefore());

        await Assert.ThrowsAsync<HttpRequestException>(() => SendAsync());

        await AssertNotSpentAsync();
    }

    [Fact]
    public async Task A_dropped_connection_after_the_work_spends_the_refresh_token()
    {
        _provider.Faults.Next(TokenFault.DropAfter());

        await Assert.ThrowsAsync<HttpRequestException>(() => SendAsync());

        Assert.Equal(("fault:drop_after", null), (_provider.Requests.All[0].Outcome, _provider.Requests.All[0].Status));
        await AssertSpentAsync();
    }

    [Fact]
    public async Task A_delay_goes_by_the_providers_clock()
    {
        _provider.Faults.Next(TokenFault.Delay(TimeSpan.FromMinutes(2)));

        var request = SendAsync();
        await _provider.Requests.WaitForAsync(arrived => arrived.IsRefresh, TestClient.Cancel);
        await Eventually.IsTrueAsync(
            () =>
            {
                // Once is not enough where the clock is moved before the delay has begun.
                _time.Advance(TimeSpan.FromMinutes(3));
                return request.IsCompleted;
            },
            "the answer has come"
        );

        using var response = await request;
        Assert.Equal(HttpStatusCode.OK, response.StatusCode);
        Assert.Equal(StandInRequest.Ok, _provider.Requests.All[0].Outcome);
    }

    [Fact]
    public async Task A_gate_holds_a_request_before_or_after_the_work()
    {
        var before = _provider.Faults.HoldNext();
        var after = _provider.Faults.HoldNextAnswer();

        var first = _client.RefreshAsync(_refreshToken);
        await before.Arrived.WaitAsync(TestClient.Cancel);
        var second = _client.RefreshAsync(_refreshToken);
        await after.Arrived.WaitAsync(TestClient.Cancel);
        before.Release();
        var answer = await first;
        Assert.False(second.IsCompleted);
        after.Release();

        Assert.Equal("invalid_grant", answer.Error);
        Assert.NotNull((await second).RefreshToken);
    }

    [Fact]
    public async Task Only_the_token_endpoint_goes_wrong()
    {
        _provider.Faults.Always(TokenFault.Status(HttpStatusCode.InternalServerError));

        var callback = await _provider.ApproveAsync(_client.AuthorizationUrl(), cancellationToken: TestClient.Cancel);
        var discovery = await _client.GetAsync(".well-known/openid-configuration");
        var tokens = await _client.RedeemAsync(TestClient.CodeOf(callback), "common/oauth2/v2.0/token");

        Assert.Equal(HttpStatusCode.OK, discovery.Status);
        Assert.Equal(HttpStatusCode.InternalServerError, tokens.Status);
    }

    [Fact]
    public async Task The_log_counts_and_holds_no_secret()
    {
        var basic = Convert.ToBase64String("mail-client:mail-client-secret"u8);
        using var http = new HttpClient();
        using var request = new HttpRequestMessage(HttpMethod.Post, _provider.Endpoint("token"))
        {
            Content = new FormUrlEncodedContent([new("grant_type", "refresh_token"), new("refresh_token", _refreshToken)]),
            Headers = { { "Authorization", "Basic " + basic } },
        };
        using var response = await http.SendAsync(request, TestClient.Cancel);
        await _client.RefreshAsync("garbage");

        var log = _provider.Requests;
        Assert.Equal((2, 1, 2), (log.RefreshCount, log.RefreshesGranted, log.TokenRequestCount));
        Assert.Equal([TestClient.Id, TestClient.Id], log.All.Select(entry => entry.ClientId));
        Assert.DoesNotContain("secret", string.Join(' ', log.All), StringComparison.Ordinal);
        Assert.DoesNotContain(_refreshToken, string.Join(' ', log.All), StringComparison.Ordinal);
        log.Clear();
        Assert.Empty(log.All);
    }

    private async Task<HttpResponseMessage> SendAsync(CancellationToken? patience = null)
    {
        using var http = new HttpClient(new SocketsHttpHandler { AllowAutoRedirect = false });
        using var form = new FormUrlEncodedContent([
            new("grant_type", "refresh_token"),
            new("refresh_token", _refreshToken),
            new("client_id", TestClient.Id),
            new("client_secret", TestClient.Secret),
        ]);
        return await http.PostAsync(_provider.Endpoint("oauth/token"), form, patience ?? TestClient.Cancel);
    }

    private async Task AssertNotSpentAsync() => Assert.NotNull((await _client.RefreshAsync(_refreshToken)).RefreshToken);

    private async Task AssertSpentAsync() => Assert.Equal("invalid_grant", (await _client.RefreshAsync(_refreshToken)).Error);
}
