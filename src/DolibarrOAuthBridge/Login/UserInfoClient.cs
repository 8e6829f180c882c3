// SPDX-License-Identifier: GPL-3.0-or-later

using System.Text.Json;
using DolibarrOAuthBridge.Providers;

namespace DolibarrOAuthBridge.Login;

/// <summary>
/// Completes an identity from the userinfo endpoint (OpenID Connect Core, section 5.3). It is asked only where the ID token lacks
/// a claim.
/// </summary>
internal sealed class UserInfoClient(ProviderDocuments documents)
{
    /// <summary>Adds the e-mail address and the name where the ID token has none.</summary>
    /// <param name="identity">What the ID token says.</param>
    /// <param name="provider">The provider.</param>
    /// <param name="accessToken">The access token that came with the ID token.</param>
    /// <param name="cancellationToken">Cancels the call.</param>
    /// <exception cref="BridgeException">The answer is about another user; or the address is missing and there is no usable
    /// answer.</exception>
    public async Task<Identity> CompleteAsync(
        Identity identity,
        OpenIdProvider provider,
        string accessToken,
        CancellationToken cancellationToken = default
    )
    {
        if (provider.UserInfoEndpoint is not { } endpoint || (identity.Email is not null && identity.Name is not null))
        {
            return identity;
        }

        JsonElement claims;
        try
        {
            claims = await documents.GetAsync(endpoint, accessToken, cancellationToken: cancellationToken);
            if (claims.ValueKind != JsonValueKind.Object)
            {
                throw new ProviderDocumentException($"{endpoint.Host} answered with something that is no set of claims.");
            }
        }
        catch (ProviderDocumentException exception)
        {
            return identity.Email is not null
                ? identity
                : throw Rejection.Of(
                    RejectionReason.UserInfoUnusable,
                    $"the e-mail address is not in the ID token, and {exception.Message}"
                );
        }

        if (ClaimChecks.Subject(claims) != identity.Subject)
        {
            throw Rejection.Of(RejectionReason.UserInfoSubjectMismatch, "the provider's userinfo is about another user than its ID token.");
        }

        var email = identity.Email is null ? ClaimReader.Email(claims) : null;
        return identity with
        {
            Email = identity.Email ?? email,
            EmailVerified = identity.Email is not null
                ? identity.EmailVerified
                : email is not null && ClaimReader.IsTrue(claims, provider.EmailVerifiedClaim, provider.EmailVerifiedValues),
            Name = identity.Name ?? ClaimReader.Text(claims, "name"),
            PreferredUsername = identity.PreferredUsername ?? ClaimReader.Text(claims, "preferred_username"),
        };
    }
}
