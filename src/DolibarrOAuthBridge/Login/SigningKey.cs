// SPDX-License-Identifier: GPL-3.0-or-later

using Microsoft.IdentityModel.Tokens;

namespace DolibarrOAuthBridge.Login;

/// <summary>A public key that a provider signs ID tokens with.</summary>
/// <param name="Id">Its <c>kid</c>; null if it has none.</param>
/// <param name="Type"><c>RSA</c> or <c>EC</c>.</param>
/// <param name="Algorithm">The only algorithm that it may be used for; null if the provider does not say.</param>
/// <param name="Key">The key.</param>
internal sealed record SigningKey(string? Id, string Type, string? Algorithm, SecurityKey Key)
{
    /// <summary>Whether it may verify signatures of this algorithm.</summary>
    public bool Fits(string algorithm) => Type == SigningAlgorithm.KeyType(algorithm) && (Algorithm is null || Algorithm == algorithm);
}
