// SPDX-License-Identifier: GPL-3.0-or-later

using System.Buffers.Text;
using System.Security.Cryptography;
using System.Text;

namespace DolibarrOAuthBridge.Consents;

/// <summary>The random values of an authorization request: each of 256 bits, as 43 characters that need no encoding.</summary>
internal static class AuthorizationSecrets
{
    /// <summary>A new <c>state</c>, <c>nonce</c> or PKCE code verifier (RFC 7636, section 4.1).</summary>
    public static string New() => Base64Url.EncodeToString(RandomNumberGenerator.GetBytes(32));

    /// <summary>The S256 code challenge of a verifier (RFC 7636, section 4.2).</summary>
    public static string Challenge(string verifier) => Base64Url.EncodeToString(SHA256.HashData(Encoding.ASCII.GetBytes(verifier)));
}
