// SPDX-License-Identifier: GPL-3.0-or-later

using System.Text.Json.Nodes;
using DolibarrOAuthBridge.Login;
using DolibarrOAuthBridge.LoginTests.Support;

namespace DolibarrOAuthBridge.LoginTests.Relying;

/// <summary>What a token with a good signature may and may not say.</summary>
public sealed class ClaimTests
{
    [Theory]
    [InlineData("exp", -301, RejectionReason.Expired)]
    [InlineData("exp", -120, RejectionReason.Expired)]
    [InlineData("exp", -119, null)]
    [InlineData("nbf", 301, RejectionReason.NotYetValid)]
    [InlineData("nbf", 121, RejectionReason.NotYetValid)]
    [InlineData("nbf", 120, null)]
    [InlineData("nbf", -301, null)]
    [InlineData("iat", -8 * 86400, RejectionReason.IssuedAtImplausible)]
    [InlineData("iat", -3721, RejectionReason.IssuedAtImplausible)]
    [InlineData("iat", -3720, null)]
    [InlineData("iat", 600, RejectionReason.IssuedAtImplausible)]
    [InlineData("iat", 121, RejectionReason.IssuedAtImplausible)]
    [InlineData("iat", 120, null)]
    public async Task Clocks_may_differ_by_two_minutes(string claim, int seconds, string? reason)
    {
        await using var signIn = await SignIn.CreateAsync();
        var now = signIn.Clock.GetUtcNow().ToUnixTimeSeconds();
        await EndsAsync(signIn, claims => claims[claim] = now + seconds, reason);
    }

    [Theory]
    [InlineData("exp", "1e300", RejectionReason.ExpiryMissing)]
    [InlineData("exp", "\"1900000000\"", RejectionReason.ExpiryMissing)]
    [InlineData("exp", "-1", RejectionReason.ExpiryMissing)]
    [InlineData("exp", "null", RejectionReason.ExpiryMissing)]
    [InlineData("exp", "1900000000.5", null)]
    [InlineData("exp", "253402300799", null)]
    [InlineData("iat", "\"now\"", RejectionReason.IssuedAtMissing)]
    [InlineData("nbf", "\"0\"", RejectionReason.NotYetValid)]
    [InlineData("aud", "[]", RejectionReason.AudienceMissing)]
    [InlineData("aud", "{}", RejectionReason.AudienceMissing)]
    [InlineData("aud", "[1]", RejectionReason.AudienceMismatch)]
    [InlineData("aud", "\"CLIENT-OF-THE-TESTS\"", RejectionReason.AudienceMismatch)]
    [InlineData("azp", "\"another-client\"", RejectionReason.AuthorizedPartyMismatch)]
    [InlineData("azp", "[\"client-of-the-tests\"]", RejectionReason.AuthorizedPartyMismatch)]
    [InlineData("azp", "\"client-of-the-tests\"", null)]
    [InlineData("iss", "null", RejectionReason.IssuerMissing)]
    [InlineData("nonce", "1", RejectionReason.NonceMissing)]
    [InlineData("sub", "1001", RejectionReason.SubjectMissing)]
    [InlineData("sub", "\"\"", RejectionReason.SubjectMissing)]
    [InlineData("sub", "\"ren\u00e9\"", RejectionReason.SubjectMissing)]
    [InlineData("at_hash", "1", RejectionReason.AccessTokenHashMismatch)]
    [InlineData("at_hash", "\"uby9Z8Gb_H_x4fPjwNzguw\"", null)]
    [InlineData("name", "[\"Ada\"]", RejectionReason.ClaimMalformed)]
    [InlineData("name", "\"Ada\\u202eecalevoL\"", RejectionReason.ClaimMalformed)]
    [InlineData("name", "\"Ada\\u0000\"", RejectionReason.ClaimMalformed)]
    [InlineData("name", "\"Ren\u00e9e O'Neill-\u0141ukasz \u5c71\u7530\"", null)]
    [InlineData("preferred_username", "{}", RejectionReason.ClaimMalformed)]
    [InlineData("email", "\"a@evil@good.example\"", RejectionReason.ClaimMalformed)]
    [InlineData("email", "\"\\\"a b\\\"@good.example\"", RejectionReason.ClaimMalformed)]
    [InlineData("email", "\"a(b)@good.example\"", RejectionReason.ClaimMalformed)]
    [InlineData("email", "\"@good.example\"", RejectionReason.ClaimMalformed)]
    [InlineData("email", "\"ada@\"", RejectionReason.ClaimMalformed)]
    [InlineData("email", "\"ada\\u0000@good.example\"", RejectionReason.ClaimMalformed)]
    [InlineData("email", "\"ada\\u200b@good.example\"", RejectionReason.ClaimMalformed)]
    [InlineData("email", "true", RejectionReason.ClaimMalformed)]
    public async Task A_claim_is_of_its_type_and_nothing_else(string claim, string json, string? reason)
    {
        await using var signIn = await SignIn.CreateAsync();
        await EndsAsync(signIn, claims => claims[claim] = JsonNode.Parse(json), reason);
    }

    [Fact]
    public async Task A_claim_of_endless_length_is_refused()
    {
        await using var signIn = await SignIn.CreateAsync();
        await EndsAsync(signIn, static claims => claims["name"] = new string('a', 300), RejectionReason.ClaimMalformed);
    }

    [Theory]
    [InlineData("true", true)]
    [InlineData("false", false)]
    [InlineData("null", false)]
    [InlineData("\"true\"", false)]
    [InlineData("1", false)]
    public async Task An_address_is_verified_only_by_the_value_true(string json, bool expected)
    {
        await using var signIn = await SignIn.CreateAsync();
        signIn.Authority.ChangeClaims = claims => claims["email_verified"] = JsonNode.Parse(json);

        Assert.Equal(expected, (await signIn.RunAsync()).EmailVerified);
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task A_second_audience_is_refused_whoever_is_the_authorized_party(bool withParty)
    {
        await using var signIn = await SignIn.CreateAsync();
        await EndsAsync(
            signIn,
            claims =>
            {
                claims["aud"] = new JsonArray(OpenIdAuthority.ClientId, "other");
                claims["azp"] = withParty ? OpenIdAuthority.ClientId : null;
            },
            RejectionReason.AudienceUntrusted
        );
    }

    [Theory]
    [InlineData("project", OpenIdAuthority.ClientId, null)]
    [InlineData("project", null, RejectionReason.AuthorizedPartyMismatch)]
    [InlineData("project", "other", RejectionReason.AuthorizedPartyMismatch)]
    [InlineData("stranger", OpenIdAuthority.ClientId, RejectionReason.AudienceUntrusted)]
    public async Task A_second_audience_may_be_one_that_the_configuration_trusts(string second, string? party, string? reason)
    {
        await using var signIn = await SignIn.CreateAsync(static _ =>
            new() { ["Entries:GENERIC-Login:TrustedAudiences"] = "project other" }
        );
        await EndsAsync(
            signIn,
            claims =>
            {
                claims["aud"] = new JsonArray(OpenIdAuthority.ClientId, second);
                claims.Remove("azp");
                if (party is not null)
                {
                    claims["azp"] = party;
                }
            },
            reason
        );
    }

    [Fact]
    public async Task A_token_of_another_sign_in_is_a_replay()
    {
        await using var signIn = await SignIn.CreateAsync();
        await EndsAsync(signIn, static claims => claims["nonce"] = "the-nonce-of-somebody-else", RejectionReason.NonceMismatch);
    }

    private static async Task EndsAsync(SignIn signIn, Action<JsonObject> change, string? reason)
    {
        signIn.Authority.ChangeClaims = change;
        if (reason is null)
        {
            Assert.Equal("1001", (await signIn.RunAsync()).Subject);
        }
        else
        {
            await signIn.RejectAsync(reason);
        }
    }
}
