// SPDX-License-Identifier: GPL-3.0-or-later

using DolibarrOAuthBridge.Demo.Provider;
using DolibarrOAuthBridge.Demo.Tests.Support;
using Microsoft.Extensions.Time.Testing;

namespace DolibarrOAuthBridge.Demo.Tests.Provider;

public sealed class RefreshTests
{
    [Fact]
    public async Task A_refresh_rotates_and_using_the_old_token_again_ends_the_whole_grant()
    {
        await using var provider = await StandInProvider.StartAsync(TestClient.Options, TestClient.Cancel);
        using var client = new TestClient(provider);
        var first = await client.SignInAsync();

        var second = await client.RefreshAsync(first.RefreshToken);
        var aliveBefore = await client.IntrospectAsync(second.AccessToken);
        var reuse = await client.RefreshAsync(first.RefreshToken);
        var third = await client.RefreshAsync(second.RefreshToken);
        var aliveAfter = await client.IntrospectAsync(second.AccessToken);

        Assert.NotNull(second.RefreshToken);
        Assert.NotEqual(first.RefreshToken, second.RefreshToken);
        Assert.NotEqual(first.AccessToken, second.AccessToken);
        Assert.Equal("True", aliveBefore["active"]);
        Assert.Equal("invalid_grant", reuse.Error);
        Assert.Equal("invalid_grant", third.Error);
        Assert.Equal("False", aliveAfter["active"]);
        Assert.Equal(3, provider.Requests.RefreshCount);
        Assert.Equal(1, provider.Requests.RefreshesGranted);
    }

    [Fact]
    public async Task Of_parallel_refreshes_with_one_token_only_one_succeeds()
    {
        await using var provider = await StandInProvider.StartAsync(TestClient.Options, TestClient.Cancel);
        using var client = new TestClient(provider);
        var tokens = await client.SignInAsync();

        var answers = await Task.WhenAll(Enumerable.Range(0, 16).Select(_ => client.RefreshAsync(tokens.RefreshToken)));

        Assert.Single(answers, answer => answer.RefreshToken is not null);
        Assert.Equal(15, answers.Count(answer => answer.Error == "invalid_grant"));
        Assert.Equal(16, provider.Requests.RefreshCount);
    }

    [Fact]
    public async Task Within_the_leeway_the_old_token_still_works()
    {
        var time = new FakeTimeProvider(DateTimeOffset.UnixEpoch.AddYears(60));
        await using var provider = await StandInProvider.StartAsync(
            TestClient.Options with
            {
                RefreshTokenLeeway = TimeSpan.FromSeconds(30),
                TimeProvider = time,
            },
            TestClient.Cancel
        );
        using var client = new TestClient(provider);
        var first = await client.SignInAsync();
        await client.RefreshAsync(first.RefreshToken);

        time.Advance(TimeSpan.FromSeconds(29));
        var within = await client.RefreshAsync(first.RefreshToken);
        time.Advance(TimeSpan.FromSeconds(32));
        var after = await client.RefreshAsync(first.RefreshToken);

        Assert.NotNull(within.RefreshToken);
        Assert.Equal("invalid_grant", after.Error);
    }

    [Fact]
    public async Task As_at_google_the_first_refresh_token_stays_and_none_is_returned()
    {
        await using var provider = await StandInProvider.StartAsync(
            TestClient.Options with
            {
                Rotation = RefreshTokenRotation.Keep,
            },
            TestClient.Cancel
        );
        using var client = new TestClient(provider);
        var first = await client.SignInAsync();

        var second = await client.RefreshAsync(first.RefreshToken, "token");
        var third = await client.RefreshAsync(first.RefreshToken, "token");

        Assert.NotNull(first.RefreshToken);
        Assert.Null(second.RefreshToken);
        Assert.NotEqual(second.AccessToken, third.AccessToken);
        Assert.Equal(first["scope"], third["scope"]);
    }

    [Fact]
    public async Task As_at_microsoft_a_new_refresh_token_is_given_and_the_old_one_stays()
    {
        await using var provider = await StandInProvider.StartAsync(
            TestClient.Options with
            {
                Rotation = RefreshTokenRotation.Renew,
            },
            TestClient.Cancel
        );
        using var client = new TestClient(provider);
        var first = await client.SignInAsync();

        var second = await client.RefreshAsync(first.RefreshToken);
        var third = await client.RefreshAsync(first.RefreshToken);
        var fourth = await client.RefreshAsync(second.RefreshToken);

        Assert.Equal(4, new[] { first, second, third, fourth }.Select(answer => answer.RefreshToken!).Distinct().Count());
    }

    [Fact]
    public async Task Lifetimes_follow_the_providers_clock()
    {
        var time = new FakeTimeProvider(DateTimeOffset.UnixEpoch.AddYears(60));
        await using var provider = await StandInProvider.StartAsync(
            TestClient.Options with
            {
                AccessTokenLifetime = TimeSpan.FromMinutes(5),
                RefreshTokenLifetime = TimeSpan.FromDays(1),
                TimeProvider = time,
            },
            TestClient.Cancel
        );
        using var client = new TestClient(provider);
        var first = await client.SignInAsync();
        provider.AccessTokenLifetime = TimeSpan.FromMinutes(10);
        var second = await client.RefreshAsync(first.RefreshToken);
        time.Advance(TimeSpan.FromMinutes(11));
        var gone = await client.IntrospectAsync(second.AccessToken);
        time.Advance(TimeSpan.FromHours(24));
        var late = await client.RefreshAsync(second.RefreshToken);

        Assert.Equal("300", first["expires_in"]);
        Assert.Equal("600", second["expires_in"]);
        Assert.Equal("False", gone["active"]);
        Assert.Equal("invalid_grant", late.Error);
        Assert.Equal(time.GetUtcNow(), provider.Requests.All[^1].At);
    }

    [Fact]
    public async Task As_at_google_a_second_consent_gives_no_refresh_token_unless_forced()
    {
        var like = TestClient.Registration with { RefreshTokens = RefreshTokenPolicy.LikeGoogle };
        await using var provider = await StandInProvider.StartAsync(TestClient.Options with { Clients = [like] }, TestClient.Cancel);
        using var client = new TestClient(provider);
        (string, string) scope = ("scope", "https://mail.google.com/"),
            offline = ("access_type", "offline");

        var online = await client.SignInAsync(scope, ("login_hint", "grace@example.com"));
        var first = await client.SignInAsync(scope, offline);
        var second = await client.SignInAsync(scope, offline);
        var forced = await client.SignInAsync(scope, offline, ("prompt", "consent"));
        var refreshed = await client.RefreshAsync(first.RefreshToken);

        Assert.Null(online.RefreshToken);
        Assert.NotNull(first.RefreshToken);
        Assert.Null(second.RefreshToken);
        Assert.NotNull(forced.RefreshToken);
        Assert.Equal("https://mail.google.com/", refreshed["scope"]);
    }

    [Theory]
    [InlineData(RefreshTokenPolicy.Always, "read write", true)]
    [InlineData(RefreshTokenPolicy.Never, "read write offline_access", false)]
    [InlineData(RefreshTokenPolicy.WhenAsked, "read write", false)]
    [InlineData(RefreshTokenPolicy.WhenAsked, "read write offline_access", true)]
    public async Task Clients_get_refresh_tokens_by_their_policy(RefreshTokenPolicy policy, string scope, bool expected)
    {
        await using var provider = await StandInProvider.StartAsync(
            TestClient.Options with
            {
                Clients = [TestClient.Registration with { RefreshTokens = policy }],
            },
            TestClient.Cancel
        );
        using var client = new TestClient(provider);

        Assert.Equal(expected, (await client.SignInAsync(("scope", scope))).RefreshToken is not null);
    }

    [Fact]
    public async Task A_grant_that_was_taken_back_cannot_be_refreshed()
    {
        await using var provider = await StandInProvider.StartAsync(TestClient.Options, TestClient.Cancel);
        using var client = new TestClient(provider);
        var tokens = await client.SignInAsync();

        await provider.RevokeGrantsAsync(cancellationToken: TestClient.Cancel);

        Assert.Equal("invalid_grant", (await client.RefreshAsync(tokens.RefreshToken)).Error);
        Assert.Equal("invalid_grant", provider.Requests.All[^1].Outcome);
    }

    [Fact]
    public async Task Another_clients_secret_is_refused()
    {
        await using var provider = await StandInProvider.StartAsync(TestClient.Options, TestClient.Cancel);
        using var client = new TestClient(provider);
        var tokens = await client.SignInAsync();

        var answer = await client.PostAsync(
            "oauth/token",
            ("grant_type", "refresh_token"),
            ("refresh_token", tokens.RefreshToken!),
            ("client_id", TestClient.Id),
            ("client_secret", "wrong")
        );

        Assert.Equal("invalid_client", answer.Error);
        Assert.NotNull((await client.RefreshAsync(tokens.RefreshToken)).RefreshToken);
    }

    [Fact]
    public async Task A_refresh_may_ask_for_less_and_not_for_more()
    {
        await using var provider = await StandInProvider.StartAsync(TestClient.Options, TestClient.Cancel);
        using var client = new TestClient(provider);
        var tokens = await client.SignInAsync(("scope", "read write offline_access"));

        Task<Answer> Refresh(string? token, string scope) =>
            client.PostAsync(
                "oauth/token",
                ("grant_type", "refresh_token"),
                ("refresh_token", token!),
                ("scope", scope),
                ("client_id", TestClient.Id),
                ("client_secret", TestClient.Secret)
            );
        var more = await Refresh(tokens.RefreshToken, "read write email");
        var less = await Refresh(tokens.RefreshToken, "read");
        var all = await client.RefreshAsync(less.RefreshToken);

        Assert.NotNull(more.Error);
        Assert.Equal("read", (await client.IntrospectAsync(less.AccessToken))["scope"]);
        Assert.Equal("read write offline_access", all["scope"]);
    }
}
