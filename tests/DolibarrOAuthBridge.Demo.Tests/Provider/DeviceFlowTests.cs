// SPDX-License-Identifier: GPL-3.0-or-later

using System.Net;
using DolibarrOAuthBridge.Demo.Provider;
using DolibarrOAuthBridge.Demo.Tests.Support;
using Microsoft.Extensions.Time.Testing;

namespace DolibarrOAuthBridge.Demo.Tests.Provider;

public sealed class DeviceFlowTests
{
    private readonly FakeTimeProvider _time = new(DateTimeOffset.UnixEpoch.AddYears(60));

    private StandInProviderOptions Options => TestClient.Options with { TimeProvider = _time };

    [Theory]
    [InlineData("oauth/device", "oauth/token")]
    [InlineData("device/code", "token")]
    [InlineData("common/oauth2/v2.0/devicecode", "common/oauth2/v2.0/token")]
    [InlineData("login/device/code", "login/oauth/access_token")]
    public async Task A_device_gets_tokens_once_its_user_has_consented(string devicePath, string tokenPath)
    {
        await using var provider = await StandInProvider.StartAsync(Options, TestClient.Cancel);
        using var client = new TestClient(provider);

        var device = await StartAsync(client, devicePath);
        var early = await PollAsync(client, device, tokenPath);
        await provider.AnswerDeviceAsync(device["user_code"]!, subject: "grace@example.com", cancellationToken: TestClient.Cancel);
        _time.Advance(TimeSpan.FromSeconds(6));
        var tokens = await PollAsync(client, device, tokenPath);
        var introspected = await client.IntrospectAsync(tokens.AccessToken);
        _time.Advance(TimeSpan.FromSeconds(6));
        var again = await PollAsync(client, device, tokenPath);

        Assert.Equal("5", device["interval"]);
        Assert.Equal(provider.Endpoint("device").AbsoluteUri, device["verification_uri"]);
        Assert.Contains(device["user_code"]!, device["verification_uri_complete"], StringComparison.Ordinal);
        Assert.Equal("authorization_pending", early.Error);
        Assert.Equal(HttpStatusCode.OK, tokens.Status);
        Assert.NotNull(tokens.RefreshToken);
        Assert.Equal("grace@example.com", introspected["email"]);
        Assert.NotNull(again.Error);
        Assert.Contains("Done", (await client.GetAsync("device/done")).Body, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Asking_too_often_is_told_to_slow_down()
    {
        await using var provider = await StandInProvider.StartAsync(Options, TestClient.Cancel);
        using var client = new TestClient(provider);
        var device = await StartAsync(client);

        var first = await PollAsync(client, device);
        _time.Advance(TimeSpan.FromSeconds(4));
        var hasty = await PollAsync(client, device);
        _time.Advance(TimeSpan.FromSeconds(5));
        var patient = await PollAsync(client, device);

        Assert.Equal(["authorization_pending", "slow_down", "authorization_pending"], [first.Error, hasty.Error, patient.Error]);
    }

    [Fact]
    public async Task A_user_may_say_no()
    {
        await using var provider = await StandInProvider.StartAsync(Options, TestClient.Cancel);
        using var client = new TestClient(provider);
        var device = await StartAsync(client);

        await provider.AnswerDeviceAsync(device["user_code"]!, allow: false, cancellationToken: TestClient.Cancel);

        Assert.Equal("access_denied", (await PollAsync(client, device)).Error);
    }

    [Fact]
    public async Task A_code_ends()
    {
        await using var provider = await StandInProvider.StartAsync(Options, TestClient.Cancel);
        using var client = new TestClient(provider);
        var device = await StartAsync(client);

        _time.Advance(TimeSpan.FromHours(1));

        Assert.Equal("expired_token", (await PollAsync(client, device)).Error);
    }

    [Fact]
    public async Task A_wrong_code_shows_the_question_again()
    {
        await using var provider = await StandInProvider.StartAsync(Options, TestClient.Cancel);
        using var client = new TestClient(provider);

        Assert.DoesNotContain("unknown", (await client.GetAsync("device")).Body, StringComparison.Ordinal);
        Assert.Contains("unknown", (await client.GetAsync("device?user_code=0000-0000-0000")).Body, StringComparison.Ordinal);
        await Assert.ThrowsAsync<InvalidOperationException>(() =>
            provider.AnswerDeviceAsync("0000-0000-0000", cancellationToken: TestClient.Cancel)
        );
    }

    private static Task<Answer> StartAsync(TestClient client, string path = "oauth/device") =>
        client.PostAsync(path, ("client_id", TestClient.Id), ("client_secret", TestClient.Secret), ("scope", "email offline_access read"));

    private static Task<Answer> PollAsync(TestClient client, Answer device, string path = "oauth/token") =>
        client.PostAsync(
            path,
            ("grant_type", "urn:ietf:params:oauth:grant-type:device_code"),
            ("device_code", device["device_code"]!),
            ("client_id", TestClient.Id),
            ("client_secret", TestClient.Secret)
        );
}
