// SPDX-License-Identifier: GPL-3.0-or-later

using System.Buffers.Text;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json.Nodes;
using DolibarrOAuthBridge.Login;
using DolibarrOAuthBridge.LoginTests.Support;

namespace DolibarrOAuthBridge.LoginTests.Relying;

/// <summary>Tokens that are forged, of another kind, or meant to hurt whoever reads them.</summary>
public sealed class TokenFormTests
{
    [Theory]
    [InlineData("RS256")]
    [InlineData("PS256")]
    [InlineData("ES256")]
    public async Task Every_accepted_algorithm_signs_a_user_in(string algorithm)
    {
        await using var signIn = await SignIn.CreateAsync();
        signIn.Authority.Publish(TestKeys.Jwk(TestKeys.Rsa, "rsa"), TestKeys.Jwk(TestKeys.Ec, "ec"));
        signIn.Authority.ChangeHeader = header => (header["alg"], header["kid"]) = (algorithm, algorithm == "ES256" ? "ec" : "rsa");
        signIn.Authority.Sign = algorithm switch
        {
            "ES256" => TestKeys.Es256,
            "PS256" => TestKeys.Ps256,
            _ => TestKeys.Rs256,
        };

        Assert.Equal("1001", (await signIn.RunAsync()).Subject);
    }

    [Theory]
    [InlineData("pem")]
    [InlineData("der")]
    [InlineData("modulus")]
    [InlineData("secret")]
    public async Task A_public_key_or_the_client_secret_is_no_key_for_an_hmac(string key)
    {
        await using var signIn = await SignIn.CreateAsync();
        signIn.Authority.ChangeHeader = static header => header["alg"] = "HS256";
        signIn.Authority.Sign = TestKeys.Hs256(
            key switch
            {
                "pem" => Encoding.ASCII.GetBytes(TestKeys.Rsa.ExportSubjectPublicKeyInfoPem()),
                "der" => TestKeys.Rsa.ExportSubjectPublicKeyInfo(),
                "modulus" => TestKeys.Rsa.ExportParameters(false).Modulus!,
                _ => Encoding.UTF8.GetBytes(OpenIdAuthority.ClientSecret),
            }
        );

        await signIn.RejectAsync(RejectionReason.AlgorithmNotAllowed, OpenIdAuthority.TokenPath);
    }

    [Theory]
    [InlineData("rs256")]
    [InlineData("RS256 ")]
    [InlineData("None")]
    [InlineData("RS384")]
    [InlineData("")]
    public async Task An_algorithm_is_one_of_the_list_letter_by_letter(string algorithm)
    {
        await using var signIn = await SignIn.CreateAsync();
        signIn.Authority.ChangeHeader = header => header["alg"] = algorithm;

        await signIn.RejectAsync(RejectionReason.AlgorithmNotAllowed, OpenIdAuthority.TokenPath);
    }

    [Fact]
    public async Task An_algorithm_that_the_provider_does_not_list_is_rejected()
    {
        await using var signIn = await SignIn.CreateAsync();
        signIn.Authority.Metadata["id_token_signing_alg_values_supported"] = new JsonArray("ES256");

        await signIn.RejectAsync(RejectionReason.AlgorithmNotAllowed, OpenIdAuthority.TokenPath);
    }

    [Theory]
    [InlineData("jku")]
    [InlineData("x5u")]
    [InlineData("jwk")]
    [InlineData("x5c")]
    public async Task A_token_cannot_bring_its_own_key_and_nobody_fetches_one(string header)
    {
        await using var signIn = await SignIn.CreateAsync();
        var theirs = signIn.Authority.Issuer + "/theirs";
        signIn.Authority.ChangeHeader = json =>
            json[header] = header switch
            {
                "jwk" => TestKeys.Jwk(TestKeys.OtherRsa, "key-1"),
                "x5c" => new JsonArray("MIIB"),
                _ => theirs,
            };
        signIn.Authority.Sign = static input =>
            TestKeys.OtherRsa.SignData(Encoding.ASCII.GetBytes(input), HashAlgorithmName.SHA256, RSASignaturePadding.Pkcs1);

        await signIn.RejectAsync(RejectionReason.HeaderForbidden, OpenIdAuthority.TokenPath);
        Assert.Empty(signIn.Authority.Server.RequestsTo("/theirs"));
    }

    [Fact]
    public async Task Extensions_of_the_signature_are_not_accepted()
    {
        await using var signIn = await SignIn.CreateAsync();
        signIn.Authority.ChangeHeader = static header => (header["crit"], header["b64"]) = (new JsonArray("b64"), false);

        await signIn.RejectAsync(RejectionReason.HeaderForbidden, OpenIdAuthority.TokenPath);
    }

    [Theory]
    [InlineData("at+jwt")]
    [InlineData("logout+jwt")]
    public async Task Another_kind_of_token_is_no_id_token(string type)
    {
        await using var signIn = await SignIn.CreateAsync();
        signIn.Authority.ChangeHeader = header => header["typ"] = type;

        await signIn.RejectAsync(RejectionReason.TokenTypeWrong, OpenIdAuthority.TokenPath);
    }

    [Fact]
    public async Task An_elliptic_signature_of_zeros_is_wrong()
    {
        await using var signIn = await SignIn.CreateAsync();
        signIn.Authority.Publish(TestKeys.Jwk(TestKeys.Ec, "key-1"));
        signIn.Authority.ChangeHeader = static header => header["alg"] = "ES256";
        signIn.Authority.Sign = static _ => new byte[64];

        await signIn.RejectAsync(RejectionReason.SignatureInvalid);
    }

    [Fact]
    public async Task A_key_too_short_to_be_safe_does_not_count()
    {
        await using var signIn = await SignIn.CreateAsync();
        signIn.Authority.Publish(TestKeys.Jwk(TestKeys.WeakRsa, "key-1"));
        signIn.Authority.Sign = static input =>
            TestKeys.WeakRsa.SignData(Encoding.ASCII.GetBytes(input), HashAlgorithmName.SHA256, RSASignaturePadding.Pkcs1);

        await signIn.RejectAsync(RejectionReason.KeyUnknown);
    }

    [Fact]
    public async Task An_encrypted_token_is_not_decrypted()
    {
        await using var signIn = await SignIn.CreateAsync();
        signIn.Authority.ReplaceToken = static _ => $"{Encode("""{"alg":"RSA-OAEP","enc":"A256GCM","zip":"DEF"}""")}.AAAA.AAAA.AAAA.AAAA";

        await signIn.RejectAsync(RejectionReason.IdTokenEncrypted, OpenIdAuthority.TokenPath);
    }

    public static TheoryData<string, string> Malformed() =>
        new()
        {
            { "empty", string.Empty },
            { "words", "no token" },
            { "half a megabyte of dots", new string('.', 512 * 1024) },
            { "fifty segments", string.Join('.', Enumerable.Repeat("AAAA", 50)) },
            { "an array for a header", $"{Encode("[]")}.{Encode("{}")}.AAAA" },
            { "no JSON in the header", $"{Encode("{")}.{Encode("{}")}.AAAA" },
            { "padding", $"{Encode("""{"alg":"RS256"}""")}==.{Encode("{}")}.AAAA" },
            { "blanks", $" {Encode("""{"alg":"RS256"}""")}.{Encode("{}")}.AAAA" },
            { "two issuers", $"{Encode("""{"alg":"RS256"}""")}.{Encode("""{"iss":"a","iss":"b"}""")}.AAAA" },
            {
                "ten thousand levels",
                $"{Encode("""{"alg":"RS256"}""")}.{Encode($$"""{"a":{{new string('[', 10_000)}}{{new string(']', 10_000)}}}""")}.AAAA"
            },
            { "a number for a kid", $"{Encode("""{"alg":"RS256","kid":1}""")}.{Encode("{}")}.AAAA" },
        };

    [Theory]
    [MemberData(nameof(Malformed))]
    public async Task What_is_no_token_is_rejected_before_anything_else_is_asked(string what, string token)
    {
        Assert.NotEmpty(what);
        await using var signIn = await SignIn.CreateAsync();
        signIn.Authority.ReplaceToken = _ => token;

        await signIn.RejectAsync(RejectionReason.IdTokenMalformed, OpenIdAuthority.TokenPath);
    }

    [Fact]
    public async Task An_answer_without_an_id_token_signs_nobody_in()
    {
        await using var signIn = await SignIn.CreateAsync();
        signIn.Authority.ChangeTokenAnswer = static answer => answer.Remove("id_token");

        await signIn.RejectAsync(RejectionReason.IdTokenMissing, OpenIdAuthority.TokenPath);
    }

    [Fact]
    public async Task A_long_token_with_many_groups_is_read_whole()
    {
        await using var signIn = await SignIn.CreateAsync();
        signIn.Authority.ChangeClaims = static claims =>
            claims["groups"] = new JsonArray([.. Enumerable.Range(0, 300).Select(static _ => (JsonNode)Guid.NewGuid().ToString())]);

        Assert.Equal("1001", (await signIn.RunAsync()).Subject);
    }

    private static string Encode(string text) => Base64Url.EncodeToString(Encoding.UTF8.GetBytes(text));
}
