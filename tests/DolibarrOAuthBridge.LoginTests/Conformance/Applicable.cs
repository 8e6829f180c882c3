// SPDX-License-Identifier: GPL-3.0-or-later

namespace DolibarrOAuthBridge.LoginTests.Conformance;

/// <summary>The modules that apply to a client of the code flow without dynamic registration, logout and request objects.</summary>
internal static class Applicable
{
    private const string Oidc = "oidcc-client-test";
    private const string Fapi2 = "fapi2-security-profile-final-client";

    /// <summary>Basic RP, Config RP and refresh token plans.</summary>
    public static IReadOnlyList<string> OpenId { get; } =
    [
        Oidc,
        .. new[]
        {
            "invalid-iss",
            "missing-sub",
            "invalid-aud",
            "missing-iat",
            "kid-absent-single-jwks",
            "kid-absent-multiple-jwks",
            "idtoken-sig-rs256",
            "idtoken-sig-none",
            "invalid-sig-rs256",
            "userinfo-invalid-sub",
            "nonce-invalid",
            "scope-userinfo-claims",
            "client-secret-basic",
            "discovery-openid-config",
            "discovery-jwks-uri-keys",
            "discovery-issuer-mismatch",
            "signing-key-rotation",
            "signing-key-rotation-just-before-signing",
            "refresh-token",
            "refresh-token-invalid-issuer",
            "refresh-token-invalid-sub",
        }.Select(name => $"{Oidc}-{name}"),
    ];

    /// <summary>FAPI 2.0 security profile, final.</summary>
    public static IReadOnlyList<string> Fapi { get; } =
    [
        $"{Fapi2}-refresh-token-test",
        .. new[]
        {
            "happy-path",
            "discovery-issuer-mismatch",
            "ensure-authorization-response-with-invalid-state-fails",
            "ensure-authorization-response-with-invalid-missing-state-fails",
            "invalid-authorization-response-iss",
            "remove-authorization-response-iss",
            "invalid-iss",
            "invalid-missing-iss",
            "invalid-aud",
            "invalid-missing-aud",
            "invalid-secondary-aud",
            "valid-aud-as-array",
            "invalid-nonce",
            "invalid-missing-nonce",
            "invalid-expired-exp",
            "invalid-missing-exp",
            "invalid-null-alg",
            "invalid-alternate-alg",
            "token-endpoint-response-without-expires_in",
            "token-type-case-insensitivity",
        }.Select(name => $"{Fapi2}-test-{name}"),
    ];
}
