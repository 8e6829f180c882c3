// SPDX-License-Identifier: GPL-3.0-or-later

using System.Net;
using DolibarrOAuthBridge.Demo.Provider;
using DolibarrOAuthBridge.Demo.Tests.Support;

namespace DolibarrOAuthBridge.Demo.Tests.Provider;

public sealed class OtherEndpointTests
{
    [Fact]
    public async Task Client_credentials_give_a_token_without_a_refresh_token()
    {
        await using var provider = await StandInProvider.StartAsync(TestClient.Options, TestClient.Cancel);
        using var client = new TestClient(provider);

        var tokens = await client.PostAsync(
            "tenant-1/oauth2/v2.0/token",
            ("grant_type", "client_credentials"),
            ("scope", "https://outlook.office365.com/SMTP.Send"),
            ("client_id", TestClient.Id),
            ("client_secret", TestClient.Secret)
        );
        var introspected = await client.IntrospectAsync(tokens.AccessToken);

        Assert.Null(tokens.RefreshToken);
        Assert.Equal(TestClient.Id, introspected["sub"]);
        Assert.Equal("https://outlook.office365.com/SMTP.Send", introspected["scope"]);
        Assert.Equal("client_credentials", provider.Requests.All[0].GrantType);
    }

    [Fact]
    public async Task A_token_is_alive_until_its_grant_is_ended()
    {
        await using var provider = await StandInProvider.StartAsync(TestClient.Options, TestClient.Cancel);
        var tokens = await provider.IssueAsync(TestClient.Id, null, "openid email", TestClient.Cancel);

        var before = await provider.IsAliveAsync(TestClient.Id, tokens.RefreshToken!, TestClient.Cancel);
        await provider.RevokeGrantsAsync(TestClient.Id, TestClient.Cancel);
        var after = await provider.IsAliveAsync(TestClient.Id, tokens.RefreshToken!, TestClient.Cancel);

        Assert.Equal((true, false, 0), (before, after, provider.Requests.All.Count));
    }

    [Fact]
    public async Task A_public_client_has_no_client_credentials()
    {
        await using var provider = await StandInProvider.StartAsync(
            TestClient.Options with
            {
                Clients = [TestClient.Registration with { ClientSecret = null }],
            },
            TestClient.Cancel
        );
        using var client = new TestClient(provider);

        var answer = await client.PostAsync("oauth/token", ("grant_type", "client_credentials"), ("client_id", TestClient.Id));

        Assert.Equal((HttpStatusCode.BadRequest, "invalid_request"), (answer.Status, answer.Error));
    }

    [Fact]
    public async Task Introspection_tells_the_mail_server_whose_token_it_is_and_tells_others_nothing()
    {
        var stranger = TestClient.Registration with { ClientId = "stranger" };
        await using var provider = await StandInProvider.StartAsync(
            TestClient.Options with
            {
                Clients = [.. TestClient.Options.Clients, stranger],
            },
            TestClient.Cancel
        );
        using var client = new TestClient(provider);
        var tokens = await client.SignInAsync(("scope", "https://mail.google.com/"));

        var forServer = await client.IntrospectAsync(tokens.AccessToken);
        var forStranger = await client.PostAsync(
            "oauth/introspect",
            ("token", tokens.AccessToken),
            ("client_id", "stranger"),
            ("client_secret", TestClient.Secret)
        );
        var forNobody = await client.PostAsync(
            "oauth/introspect",
            ("token", tokens.AccessToken),
            ("client_id", TestClient.MailServer.ClientId),
            ("client_secret", "wrong")
        );
        var garbage = await client.IntrospectAsync("garbage");

        Assert.Equal("True", forServer["active"]);
        Assert.Equal("ada@example.com", forServer["email"]);
        Assert.Equal("https://mail.google.com/", forServer["scope"]);
        Assert.NotEqual("True", forStranger["active"]);
        Assert.Equal("invalid_client", forNobody.Error);
        Assert.Equal("False", garbage["active"]);
    }

    [Fact]
    public async Task A_revoked_refresh_token_refreshes_no_more()
    {
        await using var provider = await StandInProvider.StartAsync(TestClient.Options, TestClient.Cancel);
        using var client = new TestClient(provider);
        var tokens = await client.SignInAsync();

        var revoked = await client.PostAsync(
            "oauth/revoke",
            ("token", tokens.RefreshToken!),
            ("client_id", TestClient.Id),
            ("client_secret", TestClient.Secret)
        );

        Assert.Equal(HttpStatusCode.OK, revoked.Status);
        Assert.Equal("invalid_grant", (await client.RefreshAsync(tokens.RefreshToken)).Error);
        Assert.Equal(StandInEndpoint.Revocation, provider.Requests.All[^2].Endpoint);
    }

    [Fact]
    public async Task Revocation_needs_the_clients_secret()
    {
        await using var provider = await StandInProvider.StartAsync(TestClient.Options, TestClient.Cancel);
        using var client = new TestClient(provider);
        var tokens = await client.SignInAsync();

        var revoked = await client.PostAsync(
            "oauth/revoke",
            ("token", tokens.RefreshToken!),
            ("client_id", TestClient.Id),
            ("client_secret", "wrong")
        );

        Assert.Equal("invalid_client", revoked.Error);
        Assert.Null((await client.RefreshAsync(tokens.RefreshToken)).Error);
    }

    [Theory]
    [InlineData("refresh_token")]
    [InlineData("access_token")]
    public async Task Google_revokes_the_whole_grant_for_whoever_has_a_token(string kind)
    {
        await using var provider = await StandInProvider.StartAsync(TestClient.Options, TestClient.Cancel);
        using var client = new TestClient(provider);
        var tokens = await client.SignInAsync();

        var first = await client.PostAsync("revoke", ("token", tokens[kind]!));
        var second = await client.PostAsync("revoke", ("token", tokens[kind]!));
        var garbage = await client.PostAsync("revoke", ("token", "garbage"));

        Assert.Equal(HttpStatusCode.OK, first.Status);
        Assert.Equal("invalid_token", second.Error);
        Assert.Equal("invalid_token", garbage.Error);
        Assert.Equal("invalid_grant", (await client.RefreshAsync(tokens.RefreshToken)).Error);
        Assert.Equal("False", (await client.IntrospectAsync(tokens.AccessToken))["active"]);
    }

    [Theory]
    [InlineData(".well-known/openid-configuration")]
    [InlineData(".well-known/oauth-authorization-server")]
    [InlineData("common/v2.0/.well-known/openid-configuration")]
    public async Task Discovery_names_the_endpoints(string path)
    {
        await using var provider = await StandInProvider.StartAsync(TestClient.Options, TestClient.Cancel);
        using var client = new TestClient(provider);

        var document = await client.GetAsync(path);

        Assert.Equal(provider.Endpoint("oauth/authorize").AbsoluteUri, document["authorization_endpoint"]);
        Assert.Equal(provider.Endpoint("oauth/token").AbsoluteUri, document["token_endpoint"]);
        Assert.Equal(provider.Endpoint("oauth/device").AbsoluteUri, document["device_authorization_endpoint"]);
        Assert.Equal(provider.Endpoint("oauth/introspect").AbsoluteUri, document["introspection_endpoint"]);
        Assert.Equal(provider.Endpoint("oauth/revoke").AbsoluteUri, document["revocation_endpoint"]);
        Assert.Equal(provider.Endpoint("oauth/userinfo").AbsoluteUri, document["userinfo_endpoint"]);
        Assert.Equal(StandInEndpoint.Discovery, provider.Requests.All[0].Endpoint);
    }

    [Fact]
    public async Task GitHub_answers_in_its_own_way()
    {
        var app = TestClient.Registration with { RefreshTokens = RefreshTokenPolicy.Always };
        await using var provider = await StandInProvider.StartAsync(TestClient.Options with { Clients = [app] }, TestClient.Cancel);
        using var client = new TestClient(provider);
        using var plain = new HttpClient();

        var callback = await provider.ApproveAsync(
            client.AuthorizationUrl("login/oauth/authorize", ("scope", "user,public_repo")),
            cancellationToken: TestClient.Cancel
        );
        var tokens = await client.RedeemAsync(TestClient.CodeOf(callback), "login/oauth/access_token");
        var refused = await client.RefreshAsync("garbage", "login/oauth/access_token");
        using var form = new FormUrlEncodedContent([
            new("grant_type", "refresh_token"),
            new("refresh_token", tokens.RefreshToken!),
            new("client_id", TestClient.Id),
            new("client_secret", TestClient.Secret),
        ]);
        using var asForm = await plain.PostAsync(provider.Endpoint("login/oauth/access_token"), form, TestClient.Cancel);

        Assert.Equal("user,public_repo", tokens["scope"]);
        Assert.Equal((HttpStatusCode.OK, "bad_refresh_token"), (refused.Status, refused.Error));
        Assert.Equal("application/x-www-form-urlencoded", asForm.Content.Headers.ContentType?.MediaType);
        Assert.Contains("refresh_token=", await asForm.Content.ReadAsStringAsync(TestClient.Cancel), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Two_providers_know_nothing_of_each_other()
    {
        await using var one = await StandInProvider.StartAsync(TestClient.Options, TestClient.Cancel);
        await using var two = await StandInProvider.StartAsync(TestClient.Options, TestClient.Cancel);
        using var client = new TestClient(two);

        var issued = await one.IssueAsync(TestClient.Id, null, "read", TestClient.Cancel);

        Assert.Equal("invalid_grant", (await client.RefreshAsync(issued.RefreshToken)).Error);
        Assert.Equal("False", (await client.IntrospectAsync(issued.AccessToken))["active"]);
    }

    [Fact]
    public async Task A_port_can_be_given()
    {
        var first = await StandInProvider.StartAsync(TestClient.Options, TestClient.Cancel);
        await first.DisposeAsync();

        await using var second = await StandInProvider.StartAsync(
            TestClient.Options with
            {
                Port = first.BaseAddress.Port,
            },
            TestClient.Cancel
        );

        Assert.Equal(first.BaseAddress, second.BaseAddress);
    }
}
