// SPDX-License-Identifier: GPL-3.0-or-later

using System.Text.Json.Nodes;
using DolibarrOAuthBridge.Login;
using DolibarrOAuthBridge.LoginTests.Support;

namespace DolibarrOAuthBridge.LoginTests.Relying;

/// <summary>The provider's signing keys: how often they are asked for, and what is made of strange ones.</summary>
public sealed class KeyTests
{
    [Fact]
    public async Task A_flood_of_unknown_keys_costs_one_fetch_a_minute()
    {
        await using var signIn = await SignIn.CreateAsync();
        await signIn.RunAsync();
        signIn.Authority.ChangeHeader = static header => header["kid"] = Guid.NewGuid().ToString("N");
        for (var count = 0; count < 50; count++)
        {
            await signIn.RejectAsync(
                RejectionReason.KeyUnknown,
                signIn.Authority.Paths[^1] == OpenIdAuthority.TokenPath || count > 0 ? OpenIdAuthority.TokenPath : OpenIdAuthority.JwksPath
            );
        }

        Assert.Equal(2, Fetches(signIn));
        signIn.Clock.Advance(TimeSpan.FromSeconds(60));
        await signIn.RejectAsync(RejectionReason.KeyUnknown);
        Assert.Equal(3, Fetches(signIn));
    }

    [Fact]
    public async Task Many_sign_ins_at_once_fetch_the_keys_once()
    {
        await using var signIn = await SignIn.CreateAsync();
        await Task.WhenAll(Enumerable.Range(0, 20).Select(_ => signIn.RunAsync("the-same-nonce")));

        Assert.Equal(1, Fetches(signIn));
    }

    [Fact]
    public async Task Keys_are_fetched_again_after_ten_minutes()
    {
        await using var signIn = await SignIn.CreateAsync();
        await signIn.RunAsync();
        signIn.Clock.Advance(TimeSpan.FromSeconds(599));
        await signIn.RunAsync();
        Assert.Equal(1, Fetches(signIn));
        signIn.Clock.Advance(TimeSpan.FromSeconds(1));
        await signIn.RunAsync();
        Assert.Equal(2, Fetches(signIn));
    }

    [Theory]
    [InlineData(500, """{"keys":[]}""")]
    [InlineData(302, """{"keys":[]}""")]
    [InlineData(200, "[]")]
    [InlineData(200, """{"keys":{}}""")]
    [InlineData(200, "<html>")]
    public async Task Old_keys_serve_for_a_day_while_the_provider_does_not_answer(int status, string body)
    {
        await using var signIn = await SignIn.CreateAsync();
        await signIn.RunAsync();
        signIn.Authority.Server.MapJson(OpenIdAuthority.JwksPath, body, status);
        signIn.Clock.Advance(TimeSpan.FromHours(23));
        await signIn.RunAsync();
        signIn.Clock.Advance(TimeSpan.FromHours(1));

        Assert.Equal(ProblemCode.ProviderUnavailable, (await Assert.ThrowsAsync<BridgeException>(() => signIn.RunAsync())).Code);
    }

    [Fact]
    public async Task Keys_that_cannot_verify_are_passed_over()
    {
        await using var signIn = await SignIn.CreateAsync();
        var wrongUse = TestKeys.Jwk(TestKeys.OtherRsa, "key-1");
        wrongUse["use"] = "enc";
        signIn.Authority.Publish(
            new JsonObject
            {
                ["kty"] = "oct",
                ["kid"] = "key-1",
                ["k"] = "AAAA",
            },
            new JsonObject { ["kty"] = "OKP", ["kid"] = "key-1" },
            new JsonObject
            {
                ["kty"] = "RSA",
                ["kid"] = "key-1",
                ["n"] = "not base64!",
                ["e"] = "AQAB",
            },
            wrongUse,
            TestKeys.Jwk(TestKeys.OtherRsa, "key-1", "RS512"),
            TestKeys.Jwk(TestKeys.Rsa, "key-1", "RS256")
        );

        Assert.Equal("1001", (await signIn.RunAsync()).Subject);
    }

    [Fact]
    public async Task A_key_of_another_algorithm_does_not_count()
    {
        await using var signIn = await SignIn.CreateAsync();
        signIn.Authority.Publish(TestKeys.Jwk(TestKeys.Rsa, "key-1", "PS256"));

        await signIn.RejectAsync(RejectionReason.KeyUnknown);
    }

    [Fact]
    public async Task Ten_thousand_keys_are_too_many()
    {
        await using var signIn = await SignIn.CreateAsync();
        var key = TestKeys.Jwk(TestKeys.Rsa, "other").ToJsonString();
        var last = TestKeys.Jwk(TestKeys.Rsa, "key-1").ToJsonString();
        signIn.Authority.Server.MapJson(
            OpenIdAuthority.JwksPath,
            $$"""{"keys":[{{string.Join(',', Enumerable.Repeat(key, 1000))}},{{last}}]}"""
        );

        await signIn.RejectAsync(RejectionReason.KeyUnknown);
    }

    [Fact]
    public async Task An_endless_key_set_is_cut_off()
    {
        await using var signIn = await SignIn.CreateAsync();
        signIn.Authority.Server.Map(OpenIdAuthority.JwksPath, static async context =>
        {
            context.Response.ContentType = "application/json";
            var blanks = new byte[64 * 1024];
            Array.Fill(blanks, (byte)' ');
            while (!context.RequestAborted.IsCancellationRequested)
            {
                await context.Response.Body.WriteAsync(blanks, context.RequestAborted);
            }
        });

        Assert.Equal(ProblemCode.ProviderUnavailable, (await Assert.ThrowsAsync<BridgeException>(() => signIn.RunAsync())).Code);
    }

    private static int Fetches(SignIn signIn) => signIn.Authority.Server.RequestsTo(OpenIdAuthority.JwksPath).Count;
}
