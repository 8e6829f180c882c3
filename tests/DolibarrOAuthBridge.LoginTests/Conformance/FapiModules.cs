// SPDX-License-Identifier: GPL-3.0-or-later

using System.Runtime.CompilerServices;
using System.Text.Json.Nodes;
using DolibarrOAuthBridge.Login;
using DolibarrOAuthBridge.LoginTests.Support;

namespace DolibarrOAuthBridge.LoginTests.Conformance;

/// <summary>The client modules of the FAPI 2.0 security profile whose check makes sense without PAR, DPoP and JARM.</summary>
public sealed class FapiModules
{
    [Fact, Module("fapi2-security-profile-final-client-test-happy-path", "signs a user in")]
    public Task fapi2_security_profile_final_client_test_happy_path() => PlayAsync();

    [
        Fact,
        Module(
            "fapi2-security-profile-final-client-test-discovery-issuer-mismatch",
            "stops where the metadata names another issuer",
            Rejects = RejectionReason.MetadataIssuerMismatch
        )
    ]
    public Task fapi2_security_profile_final_client_test_discovery_issuer_mismatch() =>
        PlayAsync(signIn => signIn.Authority.Metadata["issuer"] = "https://elsewhere.example", OpenIdAuthority.DiscoveryPath);

    [
        Fact,
        Module(
            "fapi2-security-profile-final-client-test-invalid-authorization-response-iss",
            "rejects a response of another issuer and calls no other endpoint",
            Rejects = RejectionReason.ResponseIssuerMismatch
        )
    ]
    public Task fapi2_security_profile_final_client_test_invalid_authorization_response_iss() =>
        PlayAsync(signIn => signIn.ChangeResponse = response => response["iss"] += "1", OpenIdAuthority.DiscoveryPath);

    [
        Fact,
        Module(
            "fapi2-security-profile-final-client-test-remove-authorization-response-iss",
            "rejects a response without the iss that the metadata promises",
            Rejects = RejectionReason.ResponseIssuerMissing
        )
    ]
    public Task fapi2_security_profile_final_client_test_remove_authorization_response_iss() =>
        PlayAsync(signIn => signIn.ChangeResponse = response => response.Remove("iss"), OpenIdAuthority.DiscoveryPath);

    [
        Fact,
        Module(
            "fapi2-security-profile-final-client-test-invalid-iss",
            "rejects an ID token whose iss differs",
            Rejects = RejectionReason.IssuerMismatch
        )
    ]
    public Task fapi2_security_profile_final_client_test_invalid_iss() =>
        PlayAsync(Claims(static claims => claims["iss"] = (string)claims["iss"]! + "1"));

    [
        Fact,
        Module(
            "fapi2-security-profile-final-client-test-invalid-missing-iss",
            "rejects an ID token without iss",
            Rejects = RejectionReason.IssuerMissing
        )
    ]
    public Task fapi2_security_profile_final_client_test_invalid_missing_iss() => PlayAsync(Claims(static claims => claims.Remove("iss")));

    [
        Fact,
        Module("fapi2-security-profile-final-client-test-invalid-aud", "rejects a wrong aud", Rejects = RejectionReason.AudienceMismatch)
    ]
    public Task fapi2_security_profile_final_client_test_invalid_aud() =>
        PlayAsync(Claims(static claims => claims["aud"] = "another-client"));

    [
        Fact,
        Module(
            "fapi2-security-profile-final-client-test-invalid-missing-aud",
            "rejects an ID token without aud",
            Rejects = RejectionReason.AudienceMissing
        )
    ]
    public Task fapi2_security_profile_final_client_test_invalid_missing_aud() => PlayAsync(Claims(static claims => claims.Remove("aud")));

    [
        Fact,
        Module(
            "fapi2-security-profile-final-client-test-invalid-secondary-aud",
            "rejects an audience that it does not know besides its own",
            Rejects = RejectionReason.AudienceUntrusted
        )
    ]
    public Task fapi2_security_profile_final_client_test_invalid_secondary_aud() =>
        PlayAsync(Claims(static claims => claims["aud"] = new JsonArray(OpenIdAuthority.ClientId, "another-client")));

    [Fact, Module("fapi2-security-profile-final-client-test-valid-aud-as-array", "accepts its own aud in an array")]
    public Task fapi2_security_profile_final_client_test_valid_aud_as_array() =>
        PlayAsync(Claims(static claims => claims["aud"] = new JsonArray(OpenIdAuthority.ClientId)));

    [
        Fact,
        Module("fapi2-security-profile-final-client-test-invalid-nonce", "rejects another nonce", Rejects = RejectionReason.NonceMismatch)
    ]
    public Task fapi2_security_profile_final_client_test_invalid_nonce() =>
        PlayAsync(Claims(static claims => claims["nonce"] = "another-nonce"));

    [
        Fact,
        Module(
            "fapi2-security-profile-final-client-test-invalid-missing-nonce",
            "rejects an ID token without nonce",
            Rejects = RejectionReason.NonceMissing
        )
    ]
    public Task fapi2_security_profile_final_client_test_invalid_missing_nonce() =>
        PlayAsync(Claims(static claims => claims.Remove("nonce")));

    [
        Fact,
        Module(
            "fapi2-security-profile-final-client-test-invalid-expired-exp",
            "rejects an ID token that ended five minutes ago",
            Rejects = RejectionReason.Expired
        )
    ]
    public Task fapi2_security_profile_final_client_test_invalid_expired_exp() =>
        PlayAsync(Claims(static claims => claims["exp"] = (long)claims["iat"]! - 300));

    [
        Fact,
        Module(
            "fapi2-security-profile-final-client-test-invalid-missing-exp",
            "rejects an ID token without exp",
            Rejects = RejectionReason.ExpiryMissing
        )
    ]
    public Task fapi2_security_profile_final_client_test_invalid_missing_exp() => PlayAsync(Claims(static claims => claims.Remove("exp")));

    [
        Fact,
        Module(
            "fapi2-security-profile-final-client-test-invalid-null-alg",
            "rejects alg none",
            Rejects = RejectionReason.AlgorithmNotAllowed
        )
    ]
    public Task fapi2_security_profile_final_client_test_invalid_null_alg() =>
        PlayAsync(
            static signIn =>
            {
                signIn.Authority.ChangeHeader = static header => header["alg"] = "none";
                signIn.Authority.Sign = static _ => [];
            },
            OpenIdAuthority.TokenPath
        );

    [
        Fact,
        Module(
            "fapi2-security-profile-final-client-test-invalid-alternate-alg",
            "rejects an algorithm that it does not allow",
            Rejects = RejectionReason.AlgorithmNotAllowed
        )
    ]
    public Task fapi2_security_profile_final_client_test_invalid_alternate_alg() =>
        PlayAsync(
            static signIn =>
            {
                signIn.Authority.ChangeHeader = static header => header["alg"] = "RS512";
                signIn.Authority.Sign = static input =>
                    TestKeys.Rsa.SignData(
                        System.Text.Encoding.ASCII.GetBytes(input),
                        System.Security.Cryptography.HashAlgorithmName.SHA512,
                        System.Security.Cryptography.RSASignaturePadding.Pkcs1
                    );
            },
            OpenIdAuthority.TokenPath
        );

    [
        Fact,
        Module(
            "fapi2-security-profile-final-client-test-token-endpoint-response-without-expires_in",
            "accepts a token response without expires_in"
        )
    ]
    public Task fapi2_security_profile_final_client_test_token_endpoint_response_without_expires_in() =>
        PlayAsync(static signIn => signIn.Authority.ChangeTokenAnswer = static answer => answer.Remove("expires_in"));

    [Fact, Module("fapi2-security-profile-final-client-test-token-type-case-insensitivity", "accepts token_type in any case")]
    public Task fapi2_security_profile_final_client_test_token_type_case_insensitivity() =>
        PlayAsync(static signIn => signIn.Authority.ChangeTokenAnswer = static answer => answer["token_type"] = "bEARER");

    private static Action<SignIn> Claims(Action<JsonObject> change) => signIn => signIn.Authority.ChangeClaims = change;

    private static Task<Identity?> PlayAsync(
        Action<SignIn>? change = null,
        string? last = OpenIdAuthority.JwksPath,
        [CallerMemberName] string test = ""
    ) => Play.AsTheAttributeSaysAsync(typeof(FapiModules), test, change, last);
}
