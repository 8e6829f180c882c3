// SPDX-License-Identifier: GPL-3.0-or-later

using System.Security.Cryptography;
using Microsoft.IdentityModel.Tokens;

namespace DolibarrOAuthBridge.Login;

/// <summary>
/// Validates ID tokens: form and algorithm, then the signature, then the claims. Nothing in a token is believed before its
/// signature.
/// </summary>
internal sealed class IdTokenValidator(JwksCache keys, TimeProvider time)
{
    /// <summary>Validates one token.</summary>
    /// <param name="idToken">The token.</param>
    /// <param name="algorithms">The signature algorithms allowed.</param>
    /// <param name="jwksUri">Where the provider publishes its keys.</param>
    /// <param name="rules">What the claims must say.</param>
    /// <param name="cancellationToken">Cancels the fetch of the keys.</param>
    /// <returns>Who signed in, as far as the token says.</returns>
    /// <exception cref="BridgeException">The token is rejected, with the reason; or the keys cannot be had.</exception>
    public async Task<Identity> ValidateAsync(
        string idToken,
        IReadOnlyList<string> algorithms,
        Uri jwksUri,
        IdTokenRules rules,
        CancellationToken cancellationToken = default
    )
    {
        var token = CompactToken.Parse(idToken, algorithms);
        var key = await FindKeyAsync(token, jwksUri, cancellationToken);
        VerifySignature(token, key);
        return ClaimChecks.Check(token.Claims, rules, time.GetUtcNow());
    }

    private async Task<SigningKey> FindKeyAsync(CompactToken token, Uri jwksUri, CancellationToken cancellationToken)
    {
        var found = await keys.FindAsync(jwksUri, token.KeyId, token.Algorithm, cancellationToken);
        return found.Count switch
        {
            1 => found[0],
            0 => throw Rejection.Of(RejectionReason.KeyUnknown, "the provider publishes no key that fits the ID token."),
            _ => throw Rejection.Of(RejectionReason.KeyAmbiguous, "several keys of the provider fit the ID token."),
        };
    }

    // Microsoft's library does the cryptography; its own checks of the claims would not tell one reason from another.
    private static void VerifySignature(CompactToken token, SigningKey key)
    {
        var factory = key.Key.CryptoProviderFactory;
        SignatureProvider? provider = null;
        try
        {
            provider = factory.CreateForVerifying(key.Key, token.Algorithm);
            if (provider.Verify(token.SignedBytes, token.Signature))
            {
                return;
            }
        }
        catch (Exception exception)
            when (exception is CryptographicException or NotSupportedException or ArgumentException or InvalidOperationException)
        {
            // A key that is no key, such as a point beside its curve, has signed nothing.
        }
        finally
        {
            if (provider is not null)
            {
                factory.ReleaseSignatureProvider(provider);
            }
        }

        throw Rejection.Of(RejectionReason.SignatureInvalid, "the ID token's signature is wrong.");
    }
}
