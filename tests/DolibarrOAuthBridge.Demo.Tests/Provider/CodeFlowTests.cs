// SPDX-License-Identifier: GPL-3.0-or-later

using System.Globalization;
using System.Net;
using DolibarrOAuthBridge.Demo.Provider;
using DolibarrOAuthBridge.Demo.Tests.Support;
using Microsoft.IdentityModel.JsonWebTokens;
using Microsoft.IdentityModel.Tokens;

namespace DolibarrOAuthBridge.Demo.Tests.Provider;

public sealed class CodeFlowTests
{
    [Theory]
    [InlineData("oauth/authorize", "oauth/token")]
    [InlineData("o/oauth2/v2/auth", "token")]
    [InlineData("o/oauth2/auth", "o/oauth2/token")]
    [InlineData("common/oauth2/v2.0/authorize", "common/oauth2/v2.0/token")]
    [InlineData("123456ab-1234-5678-abdc-12345678abcd/oauth2/v2.0/authorize", "123456ab-1234-5678-abdc-12345678abcd/oauth2/v2.0/token")]
    [InlineData("login/oauth/authorize", "login/oauth/access_token")]
    public async Task A_code_with_pkce_gives_tokens_at_every_providers_paths(string authorizePath, string tokenPath)
    {
        await using var provider = await StandInProvider.StartAsync(TestClient.Options, TestClient.Cancel);
        using var client = new TestClient(provider);

        var callback = await provider.ApproveAsync(client.AuthorizationUrl(authorizePath), "ada@example.com", TestClient.Cancel);
        var tokens = await client.RedeemAsync(TestClient.CodeOf(callback), tokenPath);

        Assert.StartsWith(TestClient.RedirectUri.AbsoluteUri, callback.AbsoluteUri, StringComparison.Ordinal);
        Assert.Equal("state-1", TestClient.Parameter(callback, "state"));
        Assert.Equal(provider.BaseAddress.AbsoluteUri, TestClient.Parameter(callback, "iss"));
        Assert.Equal(HttpStatusCode.OK, tokens.Status);
        Assert.InRange(int.Parse(tokens["expires_in"]!, CultureInfo.InvariantCulture), 3590, 3600);
        Assert.Equal("Bearer", tokens["token_type"]);
        Assert.NotNull(tokens.RefreshToken);
        Assert.Equal(["ok", "ok", "ok"], provider.Requests.All.Select(request => request.Outcome));
        Assert.Equal("/" + tokenPath, provider.Requests.All[^1].Path);
        Assert.Equal(TestClient.Id, provider.Requests.All[^1].ClientId);
    }

    [Fact]
    public async Task The_id_token_is_signed_by_the_published_key_and_holds_the_users_claims()
    {
        var user = new StandInUser("7", "kim@example.com", "Kim", EmailVerified: false)
        {
            Claims = new Dictionary<string, string> { ["tid"] = "tenant-1" },
        };
        await using var provider = await StandInProvider.StartAsync(TestClient.Options with { Users = [user] }, TestClient.Cancel);
        using var client = new TestClient(provider);
        var tokens = await client.SignInAsync(("nonce", "nonce-1"), ("scope", "openid email profile"));

        var discovery = await client.GetAsync(".well-known/openid-configuration");
        var keys = new JsonWebKeySet((await client.GetAsync(new Uri(discovery["jwks_uri"]!).AbsolutePath)).Body);
        var read = await new JsonWebTokenHandler().ValidateTokenAsync(
            tokens["id_token"],
            new TokenValidationParameters
            {
                ValidIssuer = provider.BaseAddress.AbsoluteUri,
                ValidAudience = TestClient.Id,
                IssuerSigningKeys = keys.GetSigningKeys(),
            }
        );

        Assert.True(read.IsValid, read.Exception?.Message);
        Assert.Equal("7", read.Claims["sub"]);
        Assert.Equal("kim@example.com", read.Claims["email"]);
        Assert.Equal(false, read.Claims["email_verified"]);
        Assert.Equal("Kim", read.Claims["name"]);
        Assert.Equal("tenant-1", read.Claims["tid"]);
        Assert.Equal("nonce-1", read.Claims["nonce"]);
        Assert.Equal(provider.BaseAddress.AbsoluteUri, discovery["issuer"]);
        Assert.Equal("True", discovery["authorization_response_iss_parameter_supported"]);
        Assert.DoesNotContain("plain", discovery["code_challenge_methods_supported"], StringComparison.Ordinal);
        Assert.Null(tokens.RefreshToken);
    }

    [Fact]
    public async Task Userinfo_answers_for_a_live_token_only()
    {
        await using var provider = await StandInProvider.StartAsync(TestClient.Options, TestClient.Cancel);
        using var client = new TestClient(provider);
        var tokens = await client.SignInAsync();

        var user = await client.GetAsync("v1/userinfo", tokens.AccessToken);
        await provider.RevokeGrantsAsync(TestClient.Id, TestClient.Cancel);
        var afterwards = await client.GetAsync("v1/userinfo", tokens.AccessToken);

        Assert.Equal("ada@example.com", user["email"]);
        Assert.Equal(HttpStatusCode.Unauthorized, afterwards.Status);
    }

    [Fact]
    public async Task A_request_without_pkce_is_refused()
    {
        await using var provider = await StandInProvider.StartAsync(TestClient.Options, TestClient.Cancel);
        using var client = new TestClient(provider);

        var error = await Assert.ThrowsAsync<InvalidOperationException>(() =>
            provider.ApproveAsync(
                client.AuthorizationUrl(changes: [("code_challenge", ""), ("code_challenge_method", "")]),
                cancellationToken: TestClient.Cancel
            )
        );

        Assert.Contains("code_challenge", error.Message, StringComparison.Ordinal);
        Assert.Equal("invalid_request", provider.Requests.All[0].Outcome);
    }

    [Theory]
    [InlineData("code_challenge_method", "plain", "invalid_request")]
    [InlineData("scope", "openid https://www.googleapis.com/auth/drive", "invalid_scope")]
    [InlineData("response_type", "token", "unsupported_response_type")]
    [InlineData("client_id", "somebody", "invalid_request")]
    [InlineData("redirect_uri", "https://dolibarr.example.com/custom/oauthbridge/callback.php/../evil", "invalid_request")]
    public async Task A_bad_authorization_request_is_refused_on_the_page(string name, string value, string error)
    {
        await using var provider = await StandInProvider.StartAsync(TestClient.Options, TestClient.Cancel);
        using var client = new TestClient(provider);

        await Assert.ThrowsAsync<InvalidOperationException>(() =>
            provider.ApproveAsync(client.AuthorizationUrl(changes: (name, value)), cancellationToken: TestClient.Cancel)
        );
        Assert.Equal((400, error), (provider.Requests.All[0].Status!.Value, provider.Requests.All[0].Outcome));
    }

    [Fact]
    public async Task A_code_needs_its_verifier_and_works_once()
    {
        await using var provider = await StandInProvider.StartAsync(TestClient.Options, TestClient.Cancel);
        using var client = new TestClient(provider);
        var other = TestClient.CodeOf(await provider.ApproveAsync(client.AuthorizationUrl(), cancellationToken: TestClient.Cancel));
        var code = TestClient.CodeOf(await provider.ApproveAsync(client.AuthorizationUrl(), cancellationToken: TestClient.Cancel));

        var wrong = await client.RedeemAsync(other, verifier: new string('x', 43));
        var first = await client.RedeemAsync(code);
        var second = await client.RedeemAsync(code);
        var refresh = await client.RefreshAsync(first.RefreshToken);

        Assert.Equal("invalid_grant", wrong.Error);
        Assert.NotNull(first.RefreshToken);
        Assert.Equal("invalid_grant", second.Error);
        Assert.Equal("invalid_grant", refresh.Error);
    }

    [Fact]
    public async Task A_user_may_say_no()
    {
        await using var provider = await StandInProvider.StartAsync(TestClient.Options, TestClient.Cancel);
        using var client = new TestClient(provider);

        var callback = await provider.DenyAsync(client.AuthorizationUrl(), TestClient.Cancel);

        Assert.Equal("access_denied", TestClient.Parameter(callback, "error"));
        Assert.Equal("state-1", TestClient.Parameter(callback, "state"));
        Assert.Equal(provider.BaseAddress.AbsoluteUri, TestClient.Parameter(callback, "iss"));
    }

    [Fact]
    public async Task Auto_approval_takes_the_hinted_user_without_a_page()
    {
        await using var provider = await StandInProvider.StartAsync(TestClient.Options with { AutoApprove = true }, TestClient.Cancel);
        using var client = new TestClient(provider);
        using var http = new HttpClient(new SocketsHttpHandler { AllowAutoRedirect = false });

        using var response = await http.GetAsync(client.AuthorizationUrl(changes: ("login_hint", "grace@example.com")), TestClient.Cancel);
        var tokens = await client.RedeemAsync(TestClient.CodeOf(response.Headers.Location!));

        Assert.Equal("grace@example.com", new JsonWebToken(tokens["id_token"]).GetClaim("email").Value);
    }

    [Fact]
    public async Task Pkce_can_be_optional_as_for_stock_dolibarr()
    {
        await using var provider = await StandInProvider.StartAsync(TestClient.Options with { RequirePkce = false }, TestClient.Cancel);
        using var client = new TestClient(provider);

        var callback = await provider.ApproveAsync(
            client.AuthorizationUrl(changes: [("code_challenge", ""), ("code_challenge_method", "")]),
            cancellationToken: TestClient.Cancel
        );

        Assert.NotNull(TestClient.Parameter(callback, "code"));
    }

    [Fact]
    public async Task A_native_client_may_be_called_back_on_any_loopback_port()
    {
        var native = TestClient.Registration with { RedirectUris = [new("http://127.0.0.1/callback")], IsNative = true };
        await using var provider = await StandInProvider.StartAsync(TestClient.Options with { Clients = [native] }, TestClient.Cancel);
        using var client = new TestClient(provider);

        var callback = await provider.ApproveAsync(
            client.AuthorizationUrl(changes: ("redirect_uri", "http://127.0.0.1:40321/callback")),
            cancellationToken: TestClient.Cancel
        );

        Assert.Equal(40321, callback.Port);
        Assert.NotNull(TestClient.Parameter(callback, "code"));
    }

    [Fact]
    public async Task The_consent_page_encodes_what_the_request_brings()
    {
        await using var provider = await StandInProvider.StartAsync(TestClient.Options, TestClient.Cancel);
        using var client = new TestClient(provider);

        var page = await client.GetAsync(client.AuthorizationUrl(changes: ("state", "\"><script>alert(1)</script>")).PathAndQuery);

        Assert.Contains("mail-client asks for access", page.Body, StringComparison.Ordinal);
        Assert.Contains("https://mail.google.com/", page.Body, StringComparison.Ordinal);
        Assert.DoesNotContain("<script", page.Body, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Tokens_can_be_issued_without_a_trace()
    {
        await using var provider = await StandInProvider.StartAsync(TestClient.Options, TestClient.Cancel);
        using var client = new TestClient(provider);
        provider.Faults.Always(TokenFault.Html());

        var issued = await provider.IssueAsync(TestClient.Id, "grace@example.com", "https://mail.google.com/", TestClient.Cancel);
        provider.Faults.Clear();

        Assert.Empty(provider.Requests.All);
        Assert.Equal("https://mail.google.com/", issued.Scope);
        Assert.Equal("True", (await client.IntrospectAsync(issued.AccessToken))["active"]);
        Assert.NotNull((await client.RefreshAsync(issued.RefreshToken)).RefreshToken);
    }
}
