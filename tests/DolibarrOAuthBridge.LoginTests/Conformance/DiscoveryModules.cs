// SPDX-License-Identifier: GPL-3.0-or-later

using System.Runtime.CompilerServices;
using DolibarrOAuthBridge.Login;
using DolibarrOAuthBridge.LoginTests.Support;

namespace DolibarrOAuthBridge.LoginTests.Conformance;

/// <summary>The modules of the Config profile: discovery and key rotation.</summary>
public sealed class DiscoveryModules
{
    [
        Fact,
        Module("oidcc-client-test-discovery-openid-config", "fetches and uses /.well-known/openid-configuration", Result = "metadata used")
    ]
    public Task oidcc_client_test_discovery_openid_config() =>
        PlayAsync(signIn => signIn.ChangeResponse = _ => Assert.Equal([OpenIdAuthority.DiscoveryPath], signIn.Authority.Paths));

    [
        Fact,
        Module(
            "oidcc-client-test-discovery-jwks-uri-keys",
            "takes the keys from the metadata's jwks_uri",
            Result = "keys fetched from jwks_uri"
        )
    ]
    public Task oidcc_client_test_discovery_jwks_uri_keys() =>
        PlayAsync(signIn =>
        {
            signIn.Authority.Metadata["jwks_uri"] = signIn.Authority.Issuer + "/elsewhere";
            signIn.Authority.Server.Map("/elsewhere", context =>
                Microsoft.AspNetCore.Http.HttpResponseJsonExtensions.WriteAsJsonAsync(
                    context.Response,
                    new { keys = signIn.Authority.PublishedKeys }
                )
            );
        });

    [
        Fact,
        Module(
            "oidcc-client-test-discovery-issuer-mismatch",
            "stops where the metadata names another issuer",
            Rejects = RejectionReason.MetadataIssuerMismatch
        )
    ]
    public Task oidcc_client_test_discovery_issuer_mismatch() =>
        PlayAsync(signIn => signIn.Authority.Metadata["issuer"] = signIn.Authority.Issuer + "/1", OpenIdAuthority.DiscoveryPath);

    [
        Fact,
        Module(
            "oidcc-client-test-signing-key-rotation",
            "fetches the keys again for a new key between two sign-ins",
            Result = "accepted after one fetch more"
        )
    ]
    public async Task oidcc_client_test_signing_key_rotation()
    {
        await using var signIn = await SignIn.CreateAsync();
        await signIn.RunAsync();
        Rotate(signIn.Authority);
        await signIn.RunAsync();

        Assert.Equal(2, signIn.Authority.Server.RequestsTo(OpenIdAuthority.JwksPath).Count);
    }

    [
        Fact,
        Module(
            "oidcc-client-test-signing-key-rotation-just-before-signing",
            "fetches the keys once more for a key that is newer than they are",
            Result = "accepted after one fetch more"
        )
    ]
    public async Task oidcc_client_test_signing_key_rotation_just_before_signing()
    {
        await using var signIn = await SignIn.CreateAsync();
        await signIn.RunAsync();
        signIn.Authority.ChangeHeader = header =>
        {
            Rotate(signIn.Authority);
            header["kid"] = "key-2";
        };
        await signIn.RunAsync();

        Assert.Equal(2, signIn.Authority.Server.RequestsTo(OpenIdAuthority.JwksPath).Count);
    }

    private static void Rotate(OpenIdAuthority authority)
    {
        authority.Publish(TestKeys.Jwk(TestKeys.OtherRsa, "key-2"));
        authority.ChangeHeader = header => header["kid"] = "key-2";
        authority.Sign = input =>
            TestKeys.OtherRsa.SignData(
                System.Text.Encoding.ASCII.GetBytes(input),
                System.Security.Cryptography.HashAlgorithmName.SHA256,
                System.Security.Cryptography.RSASignaturePadding.Pkcs1
            );
    }

    private static Task<Identity?> PlayAsync(
        Action<SignIn>? change = null,
        string? last = OpenIdAuthority.JwksPath,
        [CallerMemberName] string test = ""
    ) => Play.AsTheAttributeSaysAsync(typeof(DiscoveryModules), test, change, last);
}
