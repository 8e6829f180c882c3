// SPDX-License-Identifier: GPL-3.0-or-later

using DolibarrOAuthBridge.Dolibarr.Entries;
using DolibarrOAuthBridge.Entries;
using DolibarrOAuthBridge.Providers;
using Microsoft.AspNetCore.WebUtilities;

namespace DolibarrOAuthBridge.Consents;

/// <summary>
/// The address that a browser is sent to for consent (RFC 6749, section 4.1.1), with what differs between providers out of the
/// catalogue.
/// </summary>
internal static class AuthorizationRequest
{
    private const string OpenId = "openid";

    /// <summary>The scopes to ask for.</summary>
    /// <exception cref="BridgeException">The entry names none where some are needed, or such that no token can serve together.</exception>
    public static IReadOnlyList<string> Scopes(OAuthEntry entry)
    {
        var provider = ProviderCatalogue.Of(entry);
        var configured = EntrySettings.Scopes(entry);
        if (configured.Count == 0 && provider.NeedsScopes)
        {
            throw new BridgeException(
                ProblemCode.EntryIncomplete,
                $"{entry.Name} names no scope, so there is nothing to consent to: choose the scopes in Dolibarr's "
                    + $"OAuth setup ({entry.Name.Constant("SCOPE")})."
            );
        }

        if (ScopeResources.Of(provider, configured) is { Count: > 1 } resources)
        {
            throw new BridgeException(
                ProblemCode.EntryIncomplete,
                $"{entry.Name} has scopes of {string.Join(" and of ", resources)}, and a token can serve only one "
                    + $"of them: leave the scopes of one in {entry.Name.Constant("SCOPE")}, and make another entry for "
                    + "the rest."
            );
        }

        return
        [
            .. (configured.Count == 0 ? provider.DefaultScopes : configured)
                .Concat(provider.AlwaysAskedScopes)
                .Distinct(StringComparer.Ordinal),
        ];
    }

    /// <summary>Whether an ID token will come, and with it the nonce.</summary>
    public static bool AsksForIdToken(IReadOnlyList<string> scopes) => scopes.Contains(OpenId, StringComparer.Ordinal);

    /// <summary>The address. What the protocol says stands over what a provider adds.</summary>
    public static string Build(Provider provider, CodeConsent consent, string state, string? loginHint, bool wantsRefreshToken)
    {
        var parameters = new Dictionary<string, string?>(
            provider.AuthorizationParameters.Select(static pair => KeyValuePair.Create(pair.Key, (string?)pair.Value)),
            StringComparer.Ordinal
        );
        if (loginHint is not null)
        {
            parameters[provider.LoginHintParameter] = loginHint;
        }

        // Microsoft takes either a hint or the choice of the account.
        var refreshPrompt = consent.Scopes.Contains("offline_access", StringComparer.Ordinal)
            ? provider.OfflineAccessPrompt ?? provider.RefreshTokenPrompt
            : provider.RefreshTokenPrompt;
        var prompt = (wantsRefreshToken ? refreshPrompt : null) ?? (loginHint is null ? provider.AccountPrompt : null);
        if (prompt is not null)
        {
            parameters["prompt"] = prompt;
        }

        return Url(consent, state, string.Join(provider.ScopeSeparator, consent.Scopes), parameters);
    }

    /// <summary>The address for what is pending, consent or sign-in (RFC 6749, section 4.1.1; RFC 7636, section 4.3).</summary>
    /// <param name="pending">What is pending.</param>
    /// <param name="state">The <c>state</c> parameter.</param>
    /// <param name="scope">The <c>scope</c> parameter; empty for none.</param>
    /// <param name="more">What the provider wants besides. It cannot replace what the protocol says.</param>
    public static string Url(PendingAuthorization pending, string state, string scope, IReadOnlyDictionary<string, string?> more)
    {
        var parameters = new Dictionary<string, string?>(more, StringComparer.Ordinal)
        {
            ["response_type"] = "code",
            ["client_id"] = pending.ClientId,
            ["redirect_uri"] = pending.RedirectUri,
            ["state"] = state,
            ["code_challenge"] = AuthorizationSecrets.Challenge(pending.Verifier),
            ["code_challenge_method"] = "S256",
        };
        if (scope.Length > 0)
        {
            parameters["scope"] = scope;
        }

        if (pending.Nonce is not null)
        {
            parameters["nonce"] = pending.Nonce;
        }

        return QueryHelpers.AddQueryString(pending.AuthorizationEndpoint.AbsoluteUri, parameters);
    }
}
