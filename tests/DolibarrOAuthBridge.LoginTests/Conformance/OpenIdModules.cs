// SPDX-License-Identifier: GPL-3.0-or-later

using System.Runtime.CompilerServices;
using System.Text;
using DolibarrOAuthBridge.Login;
using DolibarrOAuthBridge.LoginTests.Support;

namespace DolibarrOAuthBridge.LoginTests.Conformance;

/// <summary>
/// The modules of the OpenID Connect relying party plans (Basic and Config profile) for the code flow, and those of the
/// comprehensive plan that apply.
/// </summary>
public sealed class OpenIdModules
{
    private const string Signature = "detects a bad signature";

    [Fact, Module("oidcc-client-test", "signs a user in with authorization code")]
    public Task oidcc_client_test() => PlayAsync();

    [Fact, Module("oidcc-client-test-invalid-iss", "rejects an ID token whose iss differs", Rejects = RejectionReason.IssuerMismatch)]
    public Task oidcc_client_test_invalid_iss() =>
        PlayAsync(signIn => signIn.Authority.ChangeClaims = claims => claims["iss"] = (string)claims["iss"]! + "1");

    [Fact, Module("oidcc-client-test-missing-sub", "rejects an ID token without sub", Rejects = RejectionReason.SubjectMissing)]
    public Task oidcc_client_test_missing_sub() => PlayAsync(signIn => signIn.Authority.ChangeClaims = claims => claims.Remove("sub"));

    [Fact, Module("oidcc-client-test-invalid-aud", "rejects a wrong aud", Rejects = RejectionReason.AudienceMismatch)]
    public Task oidcc_client_test_invalid_aud() =>
        PlayAsync(signIn => signIn.Authority.ChangeClaims = claims => claims["aud"] = (string)claims["aud"]! + "1");

    [Fact, Module("oidcc-client-test-missing-aud", "rejects an ID token without aud", Rejects = RejectionReason.AudienceMissing)]
    public Task oidcc_client_test_missing_aud() => PlayAsync(signIn => signIn.Authority.ChangeClaims = claims => claims.Remove("aud"));

    [Fact, Module("oidcc-client-test-missing-iat", "rejects an ID token without iat", Rejects = RejectionReason.IssuedAtMissing)]
    public Task oidcc_client_test_missing_iat() => PlayAsync(signIn => signIn.Authority.ChangeClaims = claims => claims.Remove("iat"));

    [Fact, Module("oidcc-client-test-kid-absent-single-jwks", "uses the only key where the token names none")]
    public Task oidcc_client_test_kid_absent_single_jwks() =>
        PlayAsync(signIn =>
        {
            signIn.Authority.ChangeHeader = header => header.Remove("kid");
            signIn.Authority.Publish(TestKeys.Jwk(TestKeys.Rsa, null), TestKeys.Jwk(TestKeys.Ec, "other"));
        });

    [
        Fact,
        Module(
            "oidcc-client-test-kid-absent-multiple-jwks",
            "rejects, or tries every key; this one always rejects",
            Rejects = RejectionReason.KeyAmbiguous
        )
    ]
    public Task oidcc_client_test_kid_absent_multiple_jwks() =>
        PlayAsync(signIn =>
        {
            signIn.Authority.ChangeHeader = header => header.Remove("kid");
            signIn.Authority.Publish(TestKeys.Jwk(TestKeys.Rsa, "key-1"), TestKeys.Jwk(TestKeys.OtherRsa, "key-2"));
        });

    [Fact, Module("oidcc-client-test-idtoken-sig-rs256", "accepts RS256")]
    public Task oidcc_client_test_idtoken_sig_rs256() => PlayAsync();

    [
        Fact,
        Module(
            "oidcc-client-test-idtoken-sig-none",
            "may accept an unsigned token in the code flow; this one does not",
            Rejects = RejectionReason.AlgorithmNotAllowed
        )
    ]
    public Task oidcc_client_test_idtoken_sig_none() =>
        PlayAsync(
            signIn =>
            {
                signIn.Authority.ChangeHeader = header => header["alg"] = "none";
                signIn.Authority.Sign = static _ => [];
            },
            OpenIdAuthority.TokenPath
        );

    [Fact, Module("oidcc-client-test-invalid-sig-rs256", Signature, Rejects = RejectionReason.SignatureInvalid)]
    public Task oidcc_client_test_invalid_sig_rs256() =>
        PlayAsync(signIn => signIn.Authority.Sign = static input => Spoil(TestKeys.Rs256(input)));

    [
        Fact,
        Module(
            "oidcc-client-test-invalid-sig-hs256",
            "detects a bad HMAC; this one takes none at all",
            Rejects = RejectionReason.AlgorithmNotAllowed
        )
    ]
    public Task oidcc_client_test_invalid_sig_hs256() =>
        PlayAsync(
            signIn =>
            {
                signIn.Authority.ChangeHeader = header => header["alg"] = "HS256";
                signIn.Authority.Sign = static input => Spoil(TestKeys.Hs256(Encoding.UTF8.GetBytes(OpenIdAuthority.ClientSecret))(input));
            },
            OpenIdAuthority.TokenPath
        );

    [Fact, Module("oidcc-client-test-invalid-sig-es256", Signature, Rejects = RejectionReason.SignatureInvalid)]
    public Task oidcc_client_test_invalid_sig_es256() =>
        PlayAsync(signIn =>
        {
            signIn.Authority.Publish(TestKeys.Jwk(TestKeys.Ec, "key-1"));
            signIn.Authority.ChangeHeader = header => header["alg"] = "ES256";
            signIn.Authority.Sign = static input => Spoil(TestKeys.Es256(input));
        });

    [
        Fact,
        Module(
            "oidcc-client-test-userinfo-invalid-sub",
            "discards userinfo about another user",
            Rejects = RejectionReason.UserInfoSubjectMismatch
        )
    ]
    public Task oidcc_client_test_userinfo_invalid_sub() =>
        PlayAsync(
            signIn =>
            {
                signIn.LeaveClaimsToUserInfo();
                signIn.Authority.ChangeUserInfo = claims => claims["sub"] = (string)claims["sub"]! + "1";
            },
            OpenIdAuthority.UserInfoPath
        );

    [Fact, Module("oidcc-client-test-nonce-invalid", "rejects another nonce", Rejects = RejectionReason.NonceMismatch)]
    public Task oidcc_client_test_nonce_invalid() =>
        PlayAsync(signIn => signIn.Authority.ChangeClaims = claims => claims["nonce"] = (string)claims["nonce"]! + "1");

    [Fact, Module("oidcc-client-test-nonce-unless-code-flow", "sends a nonce; this one also in the code flow", Result = "nonce sent")]
    public Task oidcc_client_test_nonce_unless_code_flow() =>
        PlayAsync(signIn => signIn.ChangeResponse = _ => Assert.NotEmpty(signIn.Authority.Requested("nonce")));

    [
        Fact,
        Module(
            "oidcc-client-test-scope-userinfo-claims",
            "asks for the scopes profile and email and uses the claims",
            Result = "claims used"
        )
    ]
    public async Task oidcc_client_test_scope_userinfo_claims()
    {
        var identity = await PlayAsync(signIn =>
        {
            signIn.LeaveClaimsToUserInfo();
            signIn.ChangeResponse = _ => Assert.Equal("openid email profile", signIn.Authority.Requested("scope"));
        });

        Assert.Equal("Ada Lovelace", identity!.Name);
    }

    [Fact, Module("oidcc-client-test-client-secret-basic", "authenticates by client_secret_basic, form-encoded (RFC 6749, appendix B)")]
    public Task oidcc_client_test_client_secret_basic() =>
        PlayAsync(signIn =>
        {
            signIn.Authority.Metadata["token_endpoint_auth_methods_supported"] = new System.Text.Json.Nodes.JsonArray(
                "client_secret_basic"
            );
            signIn.Authority.WantsBasic = true;
        });

    [
        Fact,
        Module(
            "oidcc-client-test-userinfo-bearer-header",
            "sends the access token in the header, never in the query",
            Result = "header used"
        )
    ]
    public Task oidcc_client_test_userinfo_bearer_header() =>
        PlayAsync(signIn =>
        {
            signIn.LeaveClaimsToUserInfo();
            signIn.Authority.ChangeUserInfo = _ =>
            {
                var request = Assert.Single(signIn.Authority.Server.RequestsTo(OpenIdAuthority.UserInfoPath));
                Assert.Equal("Bearer the-access-token", request.Headers["Authorization"]);
                Assert.Empty(request.Query);
            };
        });

    [Fact, Module("oidcc-client-test-invalid-athash", "rejects a wrong at_hash", Rejects = RejectionReason.AccessTokenHashMismatch)]
    public Task oidcc_client_test_invalid_athash() =>
        PlayAsync(signIn => signIn.Authority.ChangeClaims = claims => claims["at_hash"] = "AAAAAAAAAAAAAAAAAAAAAA");

    private static byte[] Spoil(byte[] signature)
    {
        signature[^1] ^= 1;
        return signature;
    }

    private static Task<Identity?> PlayAsync(
        Action<SignIn>? change = null,
        string? last = OpenIdAuthority.JwksPath,
        [CallerMemberName] string test = ""
    ) => Play.AsTheAttributeSaysAsync(typeof(OpenIdModules), test, change, last);
}
