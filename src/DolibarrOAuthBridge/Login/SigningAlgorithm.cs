// SPDX-License-Identifier: GPL-3.0-or-later

namespace DolibarrOAuthBridge.Login;

/// <summary>The signature algorithms that ID tokens may have (RFC 7518, section 3.1). All of them hash with SHA-256.</summary>
internal static class SigningAlgorithm
{
    /// <summary>
    /// Those accepted: asymmetric and current. Never <c>none</c>, never an HMAC, whose key could be a public key or the client
    /// secret.
    /// </summary>
    public static IReadOnlyList<string> Accepted { get; } = ["RS256", "PS256", "ES256"];

    /// <summary>The type of key that an accepted algorithm needs.</summary>
    public static string KeyType(string algorithm) => algorithm == "ES256" ? "EC" : "RSA";

    /// <summary>Those of a provider: what it lists of the accepted ones; all where it lists nothing.</summary>
    public static IReadOnlyList<string> Of(IReadOnlyList<string>? listed) =>
        listed is null ? Accepted : [.. Accepted.Where(algorithm => listed.Contains(algorithm, StringComparer.Ordinal))];
}
