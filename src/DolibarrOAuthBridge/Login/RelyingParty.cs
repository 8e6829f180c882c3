// SPDX-License-Identifier: GPL-3.0-or-later

using System.Net.Http.Headers;
using System.Text;
using DolibarrOAuthBridge.Dolibarr.Entries;
using DolibarrOAuthBridge.Entries;
using DolibarrOAuthBridge.Providers;
using Microsoft.AspNetCore.Http.Extensions;

namespace DolibarrOAuthBridge.Login;

/// <summary>
/// The relying party of OpenID Connect: sends a browser to the provider and finds out who came back. It remembers nothing itself.
/// </summary>
internal sealed class RelyingParty(
    OpenIdProviders providers,
    TokenEndpointClient tokens,
    IdTokenValidator validator,
    UserInfoClient userInfo
)
{
    private const int LongestCode = 4096;

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
    /// <param name="provider">Its provider.</param>
    /// <param name="pending">The sign-in.</param>
    /// <param name="state">The state parameter.</param>
    /// <param name="challenge">The S256 challenge of the verifier.</param>
    /// <param name="loginHint">Whom to suggest to the provider; null for nobody.</param>
    public static Uri AuthorizationUrl(
        OAuthEntry entry,
        OpenIdProvider provider,
        PendingLogin pending,
        string state,
        string challenge,
        string? loginHint
    )
    {
        // No offline access: a sign-in keeps no tokens.
        var scopes = Scopes
            .Concat(EntrySettings.Scopes(entry))
            .Where(static scope => scope != "offline_access")
            .Distinct(StringComparer.Ordinal);
        var query = new QueryBuilder
        {
            { "response_type", "code" },
            { "client_id", entry.ClientId },
            { "redirect_uri", pending.RedirectUri },
            { "scope", string.Join(ProviderCatalogue.Of(entry.Name).ScopeSeparator, scopes) },
            { "state", state },
            { "nonce", pending.Nonce },
            { "code_challenge", challenge },
            { "code_challenge_method", "S256" },
        };
        if (!string.IsNullOrEmpty(loginHint))
        {
            query.Add("login_hint", loginHint);
        }

        var text = query.ToQueryString().ToUriComponent();
        return new Uri(
            provider.AuthorizationEndpoint.AbsoluteUri + (provider.AuthorizationEndpoint.Query.Length > 0 ? "&" + text[1..] : text)
        );
    }

    /// <summary>Checks what can be checked of an answer before its code is spent.</summary>
    /// <param name="provider">The entry's provider as it is now.</param>
    /// <param name="pending">The sign-in as it began.</param>
    /// <param name="answer">What the browser brought.</param>
    /// <returns>The code.</returns>
    /// <exception cref="BridgeException">The answer is refused.</exception>
    public static string CheckAnswer(OpenIdProvider provider, PendingLogin pending, AuthorizationAnswer answer)
    {
        if (provider.Issuer != pending.Issuer || provider.TokenEndpoint.AbsoluteUri != pending.TokenEndpoint)
        {
            throw new BridgeException(ProblemCode.StateInvalid, "The entry's provider was changed while the user was away. Sign in again.");
        }

        if (answer.Issuer is { } issuer ? !provider.IsIssuer(issuer) : provider.SendsIssuer)
        {
            throw answer.Issuer is null
                ? Rejection.Of(RejectionReason.ResponseIssuerMissing, "the provider's answer does not say which issuer it comes from.")
                : Rejection.Of(
                    RejectionReason.ResponseIssuerMismatch,
                    "the answer comes from another issuer than the one that the user was sent to."
                );
        }

        if (answer.Error is not null)
        {
            throw Rejection.Of(RejectionReason.AuthorizationRefused, "the provider refused it, or the user said no.");
        }

        return answer.Code is { Length: > 0 and <= LongestCode } code && !code.AsSpan().ContainsAnyExceptInRange(' ', '~')
            ? code
            : throw new BridgeException(ProblemCode.InvalidRequest, "The callback has neither a usable code nor an error.");
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
            Nonce = pending.Nonce,
            AccessToken = response.AccessToken,
            TenantClaim = provider.TenantClaim,
            Tenants = provider.Tenants,
            HostedDomainClaim = provider.HostedDomainClaim,
            HostedDomains = entry.LoginDomains,
            EmailVerifiedClaim = provider.EmailVerifiedClaim,
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
        var form = new Dictionary<string, string>
        {
            ["grant_type"] = "authorization_code",
            ["code"] = code,
            ["redirect_uri"] = pending.RedirectUri,
            ["code_verifier"] = pending.Verifier,
        };
        if (!provider.UsesBasicAuthentication)
        {
            form["client_id"] = entry.ClientId;
            form["client_secret"] = entry.ClientSecret;
        }

        var answer = await tokens.PostAsync(
            provider.TokenEndpoint,
            form,
            provider.UsesBasicAuthentication ? Basic(entry) : null,
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

    // RFC 6749, section 2.3.1 and appendix B: each half is form-encoded first.
    private static AuthenticationHeaderValue Basic(OAuthEntry entry) =>
        new("Basic", Convert.ToBase64String(Encoding.ASCII.GetBytes($"{Encode(entry.ClientId)}:{Encode(entry.ClientSecret)}")));

    private static string Encode(string text) => Uri.EscapeDataString(text).Replace("%20", "+", StringComparison.Ordinal);
}
