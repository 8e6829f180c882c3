// SPDX-License-Identifier: GPL-3.0-or-later

using DolibarrOAuthBridge.Login;
using DolibarrOAuthBridge.LoginTests.Support;
using Microsoft.AspNetCore.Http;

namespace DolibarrOAuthBridge.LoginTests.Relying;

/// <summary>The userinfo endpoint, and providers that do not answer as they should.</summary>
public sealed class UserInfoTests
{
    [Fact]
    public async Task Userinfo_is_not_asked_where_the_id_token_says_everything()
    {
        await using var signIn = await SignIn.CreateAsync();
        await signIn.RunAsync();

        Assert.Empty(signIn.Authority.Server.RequestsTo(OpenIdAuthority.UserInfoPath));
    }

    [Theory]
    [InlineData(401, "application/json", """{"error":"invalid_token"}""")]
    [InlineData(500, "application/json", "{}")]
    [InlineData(302, "application/json", "{}")]
    [InlineData(200, "application/json", "[]")]
    [InlineData(200, "application/json", "null")]
    [InlineData(200, "application/json", """{"sub":"1001","sub":"1002"}""")]
    [InlineData(200, "application/jwt", "eyJhbGciOiJub25lIn0.e30.")]
    [InlineData(200, "text/html", "<html>")]
    public async Task Without_usable_userinfo_nobody_signs_in_who_needs_it(int status, string type, string body)
    {
        await using var signIn = await SignIn.CreateAsync();
        signIn.Authority.Server.Map(OpenIdAuthority.UserInfoPath, context =>
        {
            (context.Response.StatusCode, context.Response.ContentType) = (status, type);
            return context.Response.WriteAsync(body, context.RequestAborted);
        });
        signIn.Authority.ChangeClaims = static claims => claims.Remove("name");
        Assert.Null((await signIn.RunAsync()).Name);
        signIn.LeaveClaimsToUserInfo();

        await signIn.RejectAsync(RejectionReason.UserInfoUnusable, OpenIdAuthority.UserInfoPath);
    }

    [Fact]
    public async Task Userinfo_without_a_subject_is_about_nobody()
    {
        await using var signIn = await SignIn.CreateAsync();
        signIn.LeaveClaimsToUserInfo();
        signIn.Authority.ChangeUserInfo = static claims => claims.Remove("sub");

        await signIn.RejectAsync(RejectionReason.UserInfoSubjectMismatch, OpenIdAuthority.UserInfoPath);
    }

    [Fact]
    public async Task Userinfo_does_not_verify_the_address_of_the_id_token()
    {
        await using var signIn = await SignIn.CreateAsync();
        signIn.Authority.ChangeClaims = static claims =>
        {
            claims.Remove("name");
            claims["email_verified"] = false;
            claims["email"] = "admin@example.com";
        };

        var identity = await signIn.RunAsync();
        Assert.Equal(("admin@example.com", false), (identity.Email, identity.EmailVerified));
    }

    [Fact]
    public async Task What_the_provider_refuses_is_not_asked_for_again()
    {
        await using var signIn = await SignIn.CreateAsync();
        signIn.ChangeResponse = static response => (response["error"], response["error_description"]) = ("server_error", "<script>");

        await signIn.RejectAsync(RejectionReason.AuthorizationRefused, OpenIdAuthority.DiscoveryPath);
    }

    [Fact]
    public async Task A_code_that_the_provider_does_not_know_signs_nobody_in()
    {
        await using var signIn = await SignIn.CreateAsync();
        signIn.ChangeResponse = static response => response["code"] = "another-code";

        await signIn.RejectAsync(RejectionReason.CodeRefused, OpenIdAuthority.TokenPath);
    }

    [Theory]
    [InlineData(401, """{"error":"invalid_client"}""", ProblemCode.ProviderRejected)]
    [InlineData(400, """{"error":"temporarily_unavailable"}""", ProblemCode.ProviderUnavailable)]
    [InlineData(503, "", ProblemCode.ProviderUnavailable)]
    [InlineData(307, "", ProblemCode.ProviderUnavailable)]
    [InlineData(200, "<html>", ProblemCode.ProviderUnavailable)]
    public async Task A_provider_that_fails_is_told_from_a_user_who_may_not(int status, string body, string code)
    {
        await using var signIn = await SignIn.CreateAsync();
        signIn.Authority.Server.MapJson(OpenIdAuthority.TokenPath, body, status);

        Assert.Equal(code, (await Assert.ThrowsAsync<BridgeException>(() => signIn.RunAsync())).Code);
        Assert.Equal(OpenIdAuthority.TokenPath, signIn.Authority.Paths[^1]);
    }

    [Theory]
    [InlineData("1")]
    [InlineData("/")]
    [InlineData(null)]
    public async Task The_issuer_of_a_refusal_counts_too(string? ending)
    {
        await using var signIn = await SignIn.CreateAsync();
        signIn.ChangeResponse = response =>
        {
            response["error"] = "access_denied";
            if (ending is null)
            {
                response.Remove("iss");
            }
            else
            {
                response["iss"] += ending;
            }
        };

        await signIn.RejectAsync(
            ending is null ? RejectionReason.ResponseIssuerMissing : RejectionReason.ResponseIssuerMismatch,
            OpenIdAuthority.DiscoveryPath
        );
    }

    [Theory]
    [InlineData("")]
    [InlineData("line\r\nbreak")]
    [InlineData("nul\0")]
    public async Task A_code_that_is_none_goes_nowhere(string code)
    {
        await using var signIn = await SignIn.CreateAsync();
        signIn.ChangeResponse = response => response["code"] = code;

        Assert.Equal(ProblemCode.InvalidRequest, (await Assert.ThrowsAsync<BridgeException>(() => signIn.RunAsync())).Code);
        Assert.Equal([OpenIdAuthority.DiscoveryPath], signIn.Authority.Paths);
    }
}
