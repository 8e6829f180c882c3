// SPDX-License-Identifier: GPL-3.0-or-later

using System.Buffers.Text;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using System.Text;
using System.Text.Json.Nodes;

namespace DolibarrOAuthBridge.Entries;

/// <summary>A signed assertion by which a client authenticates: <c>private_key_jwt</c> (RFC 7523, OpenID Connect Core 9).</summary>
internal static class ClientAssertion
{
    /// <summary>The value of <c>client_assertion_type</c>.</summary>
    public const string Type = "urn:ietf:params:oauth:client-assertion-type:jwt-bearer";

    private static readonly TimeSpan Lifetime = TimeSpan.FromMinutes(5);

    /// <summary>Makes one, good for a single request.</summary>
    /// <param name="certificate">An RSA certificate with its private key; servers find it by <c>x5t</c> and <c>x5t#S256</c>.</param>
    /// <param name="clientId">Issuer and subject.</param>
    /// <param name="audience">The server's issuer, or its token endpoint.</param>
    /// <param name="now">When it is made.</param>
    public static string Create(X509Certificate2 certificate, string clientId, string audience, DateTimeOffset now)
    {
        var header = new JsonObject
        {
            ["alg"] = "RS256",
            ["typ"] = "JWT",
            ["x5t"] = Base64Url.EncodeToString(certificate.GetCertHash(HashAlgorithmName.SHA1)), // a name for it, no protection
            ["x5t#S256"] = Base64Url.EncodeToString(certificate.GetCertHash(HashAlgorithmName.SHA256)),
        };
        var claims = new JsonObject
        {
            ["iss"] = clientId,
            ["sub"] = clientId,
            ["aud"] = audience,
            ["jti"] = Base64Url.EncodeToString(RandomNumberGenerator.GetBytes(16)),
            ["iat"] = now.ToUnixTimeSeconds(),
            ["nbf"] = now.ToUnixTimeSeconds(),
            ["exp"] = (now + Lifetime).ToUnixTimeSeconds(),
        };
        var signed = Part(header) + "." + Part(claims);
        using var key = certificate.GetRSAPrivateKey() ?? throw new CryptographicException("The certificate has no RSA key.");
        var signature = key.SignData(Encoding.ASCII.GetBytes(signed), HashAlgorithmName.SHA256, RSASignaturePadding.Pkcs1);
        return signed + "." + Base64Url.EncodeToString(signature);
    }

    private static string Part(JsonObject json) => Base64Url.EncodeToString(Encoding.UTF8.GetBytes(json.ToJsonString()));
}
