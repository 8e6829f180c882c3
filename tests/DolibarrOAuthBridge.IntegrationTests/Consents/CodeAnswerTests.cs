// SPDX-License-Identifier: GPL-3.0-or-later

using System.Buffers.Text;
using System.Text;
using System.Text.Json;
using DolibarrOAuthBridge.Consents;
using DolibarrOAuthBridge.IntegrationTests.Support;

namespace DolibarrOAuthBridge.IntegrationTests.Consents;

/// <summary>What a token endpoint may answer to a code, at a provider that answers as a test likes.</summary>
public sealed class CodeAnswerTests(SharedServer shared)
{
    [Theory]
    [InlineData(400, """{"error":"invalid_grant","error_description":"PKCE verification failed"}""", ProblemCode.ProviderRejected)]
    [InlineData(401, """{"error":"invalid_client"}""", ProblemCode.ProviderRejected)]
    [InlineData(200, """{"error":"bad_verification_code"}""", ProblemCode.ProviderRejected)]
    [InlineData(500, "{}", ProblemCode.ProviderUnavailable)]
    [InlineData(429, "{}", ProblemCode.ProviderUnavailable)]
    [InlineData(200, "<html>captive portal</html>", ProblemCode.ProviderUnavailable)]
    [InlineData(200, """{"access_token":"a\r\nb","token_type":"Bearer"}""", ProblemCode.ProviderUnavailable)]
    [InlineData(200, """{"access_token":"at-canary-1","token_type":"mac"}""", ProblemCode.ProviderUnavailable)]
    [InlineData(200, """{"access_token":"at-canary-1","access_token":"at-canary-2"}""", ProblemCode.ProviderUnavailable)]
    [InlineData(200, "{}", ProblemCode.ProviderUnavailable)]
    public async Task A_refusal_or_nonsense_leaves_everything_as_it_was(int status, string json, string code)
    {
        await using var world = await CreateAsync();
        await world.GrantAsync(TimeSpan.FromHours(1));
        var before = await world.QueryAsync("SELECT * FROM llx_oauth_token");
        var host = world.Open();
        world.Authority.Next(Authority.Json(status, json));
        var started = await host.BeginAsync();

        await BridgeHost.FailAsync(() => host.FinishAsync(Consenting.Answer(started)), code);

        Assert.Equal(1, world.Authority.Asked);
        Assert.Equal(before, await world.QueryAsync("SELECT * FROM llx_oauth_token"));
        Assert.Equal(ConsentStatus.Denied, (await host.Get<ConsentService>().GetAsync(started.ConsentId!, 1)).Status);
        Assert.Null((await host.MemoryAsync()).GrantedAt);
    }

    [Fact]
    public async Task A_setting_that_cannot_be_used_is_named_and_the_consent_can_be_finished_once_it_is_right()
    {
        await using var world = await CreateAsync();
        var right = world.Settings;
        world.Settings = new Dictionary<string, string?>(right) { [$"Entries:{World.Entry}:ClientAuthentication"] = "private_key_jwt" };
        var started = await world.Open().BeginAsync();

        var refusal = await BridgeHost.FailAsync(
            () => world.Open().FinishAsync(Consenting.Answer(started)),
            ProblemCode.EntryIncomplete
        );

        Assert.Contains("has no Certificate", refusal.Message, StringComparison.Ordinal);
        Assert.Equal(0, world.Authority.Asked);
        world.Settings = right;
        world.Authority.Next(Issued("at-canary-1"));
        Assert.Equal("valid", (await world.Open().FinishAsync(Consenting.Answer(started))).Token.Status);
    }

    [Fact]
    public async Task The_code_goes_out_once_with_everything_that_belongs_to_it_and_no_redirect_is_followed()
    {
        await using var world = await CreateAsync();
        var host = world.Open();
        world.Authority.Next(context =>
        {
            context.Response.StatusCode = 307; // the form would go there, secret and all
            context.Response.Headers.Location = "/elsewhere";
            return Task.CompletedTask;
        });
        var started = await host.BeginAsync();

        await BridgeHost.FailAsync(() => host.FinishAsync(Consenting.Answer(started)), ProblemCode.ProviderUnavailable);

        var request = Assert.Single(world.Authority.Server.Requests);
        Assert.Equal(
            ("authorization_code", "canary-code", Consenting.CallbackPage, World.ClientId, World.ClientSecret),
            (request["grant_type"], request["code"], request["redirect_uri"], request["client_id"], request["client_secret"])
        );
        Assert.Equal(started.Parameter("code_challenge"), AuthorizationSecrets.Challenge(request["code_verifier"]!));
    }

    [Fact]
    public async Task Of_two_callers_the_one_who_waits_for_a_slow_provider_gets_the_answer_too()
    {
        await using var world = await CreateAsync();
        var (one, two) = (world.Open(), world.Open());
        var gate = new Gate();
        world.Authority.Next(async context =>
        {
            await gate.PassAsync(context.RequestAborted);
            await Issued("at-canary-1")(context);
        });
        var started = await one.BeginAsync();
        var first = one.FinishAsync(Consenting.Answer(started));
        await gate.Arrived;
        var second = two.FinishAsync(Consenting.Answer(started));
        Assert.Equal(ConsentStatus.Pending, (await two.Get<ConsentService>().GetAsync(started.ConsentId!, 1)).Status);
        gate.Release();

        Assert.Equal("valid", (await first).Token.Status);
        Assert.Equal("valid", (await second).Token.Status);
        Assert.Equal(1, world.Authority.Asked);
    }

    [Theory]
    [InlineData("\"scope\":\"https://mail.google.com/ openid\"", false)]
    [InlineData("\"scope\":\"openid\"", true)]
    [InlineData("\"x\":1", false)]
    public async Task Less_than_mail_needs_is_stored_and_reported(string scope, bool isReported)
    {
        await using var world = await CreateAsync();
        var host = world.Open();
        world.Authority.Next(
            Authority.Json(200, $$"""{"access_token":"at-canary-1","refresh_token":"rt-canary-1","expires_in":3600,{{scope}}}""")
        );

        var result = await host.FinishAsync(Consenting.Answer(await host.BeginAsync()));

        Assert.Equal(isReported, result.Warnings.Any(warning => warning.Code == "scope_not_granted"));
        Assert.Equal("at-canary-1", (await world.StoredAsync()).AccessToken);
    }

    [Fact]
    public async Task An_id_token_made_for_another_request_is_refused()
    {
        await using var world = await CreateAsync("gmail_full,openid");
        var before = await world.QueryAsync("SELECT * FROM llx_oauth_token");
        var host = world.Open();
        var started = await host.BeginAsync();
        Assert.Equal(43, started.Parameter("nonce")!.Length);
        world.Authority.Next(Issued("at-canary-1", IdToken("""{"sub":"1001","nonce":"another"}""")));

        await BridgeHost.FailAsync(() => host.FinishAsync(Consenting.Answer(started)), ProblemCode.ProviderRejected);

        Assert.Equal(before, await world.QueryAsync("SELECT * FROM llx_oauth_token"));
    }

    [Fact]
    public async Task An_error_that_a_browser_brings_is_told_in_one_short_line()
    {
        await using var world = await CreateAsync();
        var host = world.Open();
        var started = await host.BeginAsync();
        var answer = new AuthorizationResponse
        {
            State = started.State,
            SessionBinding = Consenting.Binding,
            Error = "access_denied",
            ErrorDescription = "<script>alert(1)</script>\r\nSet-Cookie: a=b" + new string('x', 5000),
        };

        var refusal = await BridgeHost.FailAsync(() => host.FinishAsync(answer), ProblemCode.ProviderRejected);

        Assert.DoesNotContain('\n', refusal.Message);
        Assert.True(refusal.Message.Length < 400);
        Assert.Equal(0, world.Authority.Asked);
    }

    [Fact]
    public async Task Stripes_account_is_stored_where_dolibarr_looks_for_it()
    {
        await using var world = await World.CreateAsync(shared.Server);
        world.Settings = new Dictionary<string, string?> { ["Providers:StripeTest:TokenEndpoint"] = world.Authority.TokenEndpoint };
        await SetAsync(world, "STRIPETEST", "");
        await world.ExecuteAsync(
            """INSERT INTO llx_oauth_token (service, tokenstring, entity) """
                + """VALUES ('StripeTest', '{"stripe_user_id":"acct_old","type":"standard"}', 1)"""
        );
        var host = world.Open();
        world.Authority.Next(
            Authority.Json(
                200,
                """{"access_token":"sk_test_canary","refresh_token":"rt-canary-1","livemode":false,"""
                    + """ "token_type":"bearer","scope":"read_write","stripe_user_id":"acct_1","""
                    + """ "stripe_publishable_key":"pk_test"}"""
            )
        );
        var started = await host.BeginAsync("STRIPETEST");
        Assert.Equal("read_write", started.Parameter("scope"));

        var result = await host.FinishAsync(Consenting.Answer(started));

        Assert.Equal("acct_1", result.Account);
        var row = await world.QueryAsync("SELECT tokenstring, token LIKE 'dolcrypt:%' FROM llx_oauth_token WHERE service = 'StripeTest'");
        Assert.Equal("""{"stripe_user_id":"acct_1"}|1""", row);
        var stored = await world.StoredAsync("STRIPETEST");
        Assert.Equal(
            ("sk_test_canary", "acct_1", "pk_test"),
            (stored.AccessToken, stored.ExtraParams.GetString("stripe_user_id"), stored.ExtraParams.GetString("stripe_publishable_key"))
        );
    }

    [Fact]
    public async Task A_server_whose_tokens_never_end_is_stored_as_dolibarr_does()
    {
        await using var world = await World.CreateAsync(shared.Server);
        await SetAsync(world, "GENERIC-Mastodon", "read,write");
        await world.Install.SetConstAsync("OAUTH_GENERIC-Mastodon_URL", world.Authority.Server.BaseAddress.AbsoluteUri);
        await world.ExecuteAsync("DELETE FROM llx_oauth_token");
        var host = world.Open();
        world.Authority.Next(
            Authority.Json(200, """{"access_token":"at-canary-1","token_type":"Bearer","scope":"read write","created_at":1573979017}""")
        );

        var result = await host.FinishAsync(Consenting.Answer(await host.BeginAsync("GENERIC-Mastodon")));

        Assert.Equal("never_expires", result.Token.Status);
        var stored = await world.StoredAsync("GENERIC-Mastodon");
        Assert.True(stored.EndOfLife.IsNever);
        Assert.Null(stored.RefreshToken);
        Assert.Equal(1573979017, stored.ExtraParams.GetInt("created_at"));
    }

    private static Func<Microsoft.AspNetCore.Http.HttpContext, Task> Issued(string accessToken, string? idToken = null) =>
        Authority.Json(
            200,
            JsonSerializer.Serialize(
                new
                {
                    access_token = accessToken,
                    refresh_token = "rt-canary-1",
                    expires_in = 3600,
                    token_type = "bEARER",
                    id_token = idToken ?? "x",
                }
            )
        );

    private static string IdToken(string payload) => $"e30.{Base64Url.EncodeToString(Encoding.UTF8.GetBytes(payload))}.canary";

    private static async Task SetAsync(World world, string entry, string scope)
    {
        await world.Install.SetConstAsync($"OAUTH_{entry}_ID", World.ClientId);
        await world.Install.SetConstAsync($"OAUTH_{entry}_SECRET", World.ClientSecret);
        await world.Install.SetConstAsync($"OAUTH_{entry}_SCOPE", scope);
    }

    private async Task<World> CreateAsync(string scope = "gmail_full")
    {
        var world = await World.CreateAsync(shared.Server);
        await SetAsync(world, World.Entry, scope);
        return world;
    }
}
