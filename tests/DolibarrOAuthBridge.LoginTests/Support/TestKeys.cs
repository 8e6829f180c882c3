// SPDX-License-Identifier: GPL-3.0-or-later

using System.Buffers.Text;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json.Nodes;

namespace DolibarrOAuthBridge.LoginTests.Support;

/// <summary>Keys that take long to make, made once.</summary>
internal static class TestKeys
{
    public static RSA Rsa { get; } = RSA.Create(2048);

    public static RSA OtherRsa { get; } = RSA.Create(2048);

    public static RSA WeakRsa { get; } = RSA.Create(512);

    public static ECDsa Ec { get; } = ECDsa.Create(ECCurve.NamedCurves.nistP256);

    public static JsonObject Jwk(RSA key, string? kid, string? alg = null)
    {
        var parameters = key.ExportParameters(false);
        var jwk = new JsonObject
        {
            ["kty"] = "RSA",
            ["use"] = "sig",
            ["n"] = Base64Url.EncodeToString(parameters.Modulus),
            ["e"] = Base64Url.EncodeToString(parameters.Exponent),
        };
        return Name(jwk, kid, alg);
    }

    public static JsonObject Jwk(ECDsa key, string? kid, string? alg = null)
    {
        var point = key.ExportParameters(false).Q;
        return Name(
            new JsonObject
            {
                ["kty"] = "EC",
                ["use"] = "sig",
                ["crv"] = "P-256",
                ["x"] = Base64Url.EncodeToString(point.X),
                ["y"] = Base64Url.EncodeToString(point.Y),
            },
            kid,
            alg
        );
    }

    public static byte[] Rs256(string input) =>
        Rsa.SignData(Encoding.ASCII.GetBytes(input), HashAlgorithmName.SHA256, RSASignaturePadding.Pkcs1);

    public static byte[] Ps256(string input) =>
        Rsa.SignData(Encoding.ASCII.GetBytes(input), HashAlgorithmName.SHA256, RSASignaturePadding.Pss);

    public static byte[] Es256(string input) => Ec.SignData(Encoding.ASCII.GetBytes(input), HashAlgorithmName.SHA256);

    public static Func<string, byte[]> Hs256(byte[] key) => input => HMACSHA256.HashData(key, Encoding.ASCII.GetBytes(input));

    private static JsonObject Name(JsonObject jwk, string? kid, string? alg)
    {
        if (kid is not null)
        {
            jwk["kid"] = kid;
        }

        if (alg is not null)
        {
            jwk["alg"] = alg;
        }

        return jwk;
    }
}
