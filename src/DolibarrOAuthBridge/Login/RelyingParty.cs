// SPDX-License-Identifier: GPL-3.0-or-later

using DolibarrOAuthBridge.Consents;
using DolibarrOAuthBridge.Dolibarr.Entries;
using DolibarrOAuthBridge.Entries;
using DolibarrOAuthBridge.Providers;

namespace DolibarrOAuthBridge.Login;

/// <summary>
/// The relying party of OpenID Connect: sends a browser to the provider and finds out who came back. It remembers nothing itself.
/// </summary>
internal sealed class RelyingParty(
    OpenIdProviders providers,
    TokenEndpointClient tokens,
    ClientAuthentication authentication,
    IdTokenValidator validator,
    UserInfoClient userInfo
)
{
    private static readonly string[] Scopes = ["openid", "email", "profile"];

    /// <summary>The provider of an entry that people may sign in with.</summary>
    /// <exception cref="BridgeException">The entry is incomplete, or its provider cannot be used for this.</exception>
    public Task<OpenIdProvider> ProviderAsync(OAuthEntry entry, CancellationToken cancellationToken = default)
    {
        EntrySettings.RequireComplete(entry);
        return providers.GetAsync(entry, cancellationToken);
    }

    /// <summary>The authentication request (OpenID Connect Core, section 3.1.2.1) with PKCE (RFC 7636).</summary>
    /// <param name="entry">The entry.</param>
    /// <param name="pending">The sign-in.</param>
    /// <param name="state">The state parameter.</param>
    /// <param name="loginHint">Whom to suggest to the provider; null for nobody.</param>
    public static Uri AuthorizationUrl(OAuthEntry entry, PendingLogin pending, string state, string? loginHint)
    {
        // No offline access: a sign-in keeps no tokens.
        var scopes = Scopes
            .Concat(EntrySettings.Scopes(entry))
            .Where(static scope => scope != "offline_access")
            .Distinct(StringComparer.Ordinal);
        var more = new Dictionary<string, string?>();
        if (!string.IsNullOrEmpty(loginHint))
        {
            more["login_hint"] = loginHint;
        }

        var scope = string.Join(ProviderCatalogue.Of(entry).ScopeSeparator, scopes);
        return new Uri(AuthorizationRequest.Url(pending, state, scope, more));
    }

    /// <summary>Checks what can be checked of an answer before its code is spent.</summary>
    /// <param name="entry">The entry as it is now.</param>
    /// <param name="provider">Its provider as it is now.</param>
    /// <param name="pending">The sign-in as it began.</param>
    /// <param name="answer">What the browser brought.</param>
    /// <returns>The code.</returns>
    /// <exception cref="BridgeException">The answer is refused.</exception>
    public static string CheckAnswer(OAuthEntry entry, OpenIdProvider provider, PendingLogin pending, AuthorizationResponse answer)
    {
        if (provider.Issuer != pending.Issuer || provider.TokenEndpoint != pending.TokenEndpoint || entry.ClientId != pending.ClientId)
        {
            throw new BridgeException(ProblemCode.StateInvalid, "The entry's provider was changed while the user was away. Sign in again.");
        }

        var expected = provider.ExpectedIssuer;
        if (expected.IsMissing(answer.Issuer))
        {
            throw Rejection.Of(RejectionReason.ResponseIssuerMissing, "the provider's answer does not say which issuer it comes from.");
        }

        if (expected.IsForeign(answer.Issuer, pending.AuthorizationEndpoint))
        {
            throw Rejection.Of(
                RejectionReason.ResponseIssuerMismatch,
                "the answer comes from another issuer than the one that the user was sent to."
            );
        }

        return answer.Error switch
        {
            null => answer.Code!,
            AuthorizationResponse.AccessDenied => throw Rejection.Of(
                RejectionReason.Cancelled,
                "the user cancelled it at the provider, or may not use this application."
            ),
            _ => throw Rejection.Of(RejectionReason.AuthorizationRefused, "the provider refused it."),
        };
    }

    /// <summary>Redeems a code and finds out who signed in. No token is kept.</summary>
    /// <exception cref="BridgeException">The sign-in is rejected, with the reason; or the provider does not answer.</exception>
    public async Task<Identity> RedeemAsync(
        OAuthEntry entry,
        OpenIdProvider provider,
        PendingLogin pending,
        string code,
        CancellationToken cancellationToken = default
    )
    {
        var response = await ExchangeAsync(entry, provider, pending, code, cancellationToken);
        var rules = new IdTokenRules
        {
            Issuer = provider.Issuer,
            OtherIssuers = provider.OtherIssuers,
            ClientId = entry.ClientId,
            Nonce = pending.Nonce!,
            AccessToken = response.AccessToken,
            TenantClaim = provider.TenantClaim,
            Tenants = provider.Tenants,
            HostedDomainClaim = provider.HostedDomainClaim,
            HostedDomains = entry.LoginDomains,
            EmailVerifiedClaim = provider.EmailVerifiedClaim,
            EmailVerifiedValues = provider.EmailVerifiedValues,
            TrustedAudiences = provider.TrustedAudiences,
        };
        var idToken = response.IdToken ?? throw Rejection.Of(RejectionReason.IdTokenMissing, "the provider sent no ID token.");
        var identity = await validator.ValidateAsync(idToken, provider.Algorithms, provider.JwksUri, rules, cancellationToken);
        return await userInfo.CompleteAsync(identity, provider, response.AccessToken, cancellationToken);
    }

    private async Task<TokenResponse> ExchangeAsync(
        OAuthEntry entry,
        OpenIdProvider provider,
        PendingLogin pending,
        string code,
        CancellationToken cancellationToken
    )
    {
        var form = pending.CodeForm(code);
        var answer = await authentication.SendAsync(
            entry,
            provider.TokenEndpoint,
            form,
            (full, header) => tokens.PostAsync(provider.TokenEndpoint, full, header, cancellationToken),
            cancellationToken
        );
        return answer switch
        {
            TokenAnswer.Issued issued => issued.Response,
            TokenAnswer.Refused { Error: "invalid_grant" } => throw Rejection.Of(
                RejectionReason.CodeRefused,
                "the provider does not accept the code. Sign in again."
            ),
            TokenAnswer.Refused refused => throw new BridgeException(
                Refusals.KindOf(refused.Error) == RefusalKind.TryLater ? ProblemCode.ProviderUnavailable : ProblemCode.ProviderRejected,
                $"The provider refuses the sign-in ({refused.Error}). {Refusals.Advice(refused.Error)}"
            ),
            TokenAnswer.Unavailable unavailable => throw new BridgeException(
                ProblemCode.ProviderUnavailable,
                $"{unavailable.Detail} Sign in again in a moment.",
                unavailable.RetryAfter ?? TimeSpan.FromSeconds(30)
            ),
            var other => throw new InvalidOperationException($"Unexpected token endpoint result {other.GetType().Name}."),
        };
    }
}
