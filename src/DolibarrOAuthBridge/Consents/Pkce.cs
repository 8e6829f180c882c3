using System.Buffers.Text;
using System.Security.Cryptography;
using System.Text;

namespace DolibarrOAuthBridge.Consents;

/// <summary>Proof Key for Code Exchange (RFC 7636), S256 only, and the other random values of an authorization request.</summary>
public static class Pkce
{
    private const int RandomBytes = 32;

    /// <summary>A fresh random value of 256 bits in 43 characters of base64url: a code verifier, a state, a nonce.</summary>
    public static string NewSecret() => Base64Url.EncodeToString(RandomNumberGenerator.GetBytes(RandomBytes));

    /// <summary>The code challenge of a verifier.</summary>
    public static string Challenge(string verifier) => Base64Url.EncodeToString(SHA256.HashData(Encoding.ASCII.GetBytes(verifier)));
}
