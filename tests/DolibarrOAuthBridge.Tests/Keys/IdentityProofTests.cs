// SPDX-License-Identifier: GPL-3.0-or-later

using DolibarrOAuthBridge.Keys;

namespace DolibarrOAuthBridge.Tests.Keys;

public sealed class IdentityProofTests
{
    private const string Nonce = "AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8";

    // printf 'dolibarr-oauth-bridge identity v1\n%s\n2' NONCE | openssl dgst -sha256 -hmac 'key-é' -binary | basenc --base64url
    [Fact]
    public void The_proof_is_that_of_openssl() =>
        Assert.Equal("UiHIkO1vfU7c9LLiFloBo4z4Mazcnuau6oy3sJsP0vg", IdentityProof.Of("key-é", Nonce, 2));

    [Theory]
    [InlineData(null)]
    [InlineData("")]
    [InlineData("AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8=")]
    [InlineData("AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh9")] // bits beyond the 32 bytes
    [InlineData("AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh+")]
    [InlineData("AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh\n")]
    [InlineData("AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdH")]
    public void A_nonce_of_another_form_is_refused(string? nonce)
    {
        var exception = Assert.Throws<BridgeException>(() => IdentityProof.RequireNonce(nonce));

        Assert.Equal(ProblemCode.InvalidRequest, exception.Code);
    }
}
