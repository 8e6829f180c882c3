// SPDX-License-Identifier: GPL-3.0-or-later

using DolibarrOAuthBridge.AppOnly;
using DolibarrOAuthBridge.Dolibarr.Entries;
using DolibarrOAuthBridge.Entries;
using DolibarrOAuthBridge.Grants;
using DolibarrOAuthBridge.Providers;

namespace DolibarrOAuthBridge.Tokens;

/// <summary>The OAuth call of a refresh: asks a provider for a new access token by whatever grant it has for that.</summary>
internal sealed class RefreshCall(
    ProviderDirectory providers,
    TokenEndpointClient client,
    ClientAuthentication authentication,
    AppOnlyClient appOnly,
    SecretGuard guard
)
{
    /// <summary>Throws where nothing can refresh the grant but a person.</summary>
    /// <exception cref="BridgeException">There is no refresh token.</exception>
    public static void ThrowIfNotRefreshable(OAuthEntry entry, StoredGrant grant)
    {
        var provider = ProviderCatalogue.Of(entry);
        if (!grant.IsRenewableAt(provider))
        {
            throw new BridgeException(
                ProblemCode.ConsentRequired,
                $"{entry.Name} has no refresh token, so its access token cannot be refreshed. "
                    + $"Give consent again{(provider.AlwaysAskedScopes is [var scope, ..] ? $", with the scope {scope}" : string.Empty)}."
            );
        }
    }

    /// <summary>Sends the one request; a second one only where the provider refuses the client for having a secret.</summary>
    /// <param name="entry">The entry.</param>
    /// <param name="grant">Its grant.</param>
    /// <param name="received">Gets each answer's bytes before they are parsed.</param>
    /// <exception cref="BridgeException">The endpoint is configured wrongly.</exception>
    public async Task<TokenAnswer> SendAsync(OAuthEntry entry, StoredGrant grant, Action<byte[]> received)
    {
        var provider = ProviderCatalogue.Of(entry);
        try
        {
            if (provider.IsAppOnly)
            {
                return await appOnly.RequestAsync(entry);
            }

            var endpoint = await providers.FindAsync(entry, ProviderEndpoint.TokenEndpoint)
                ?? throw new ProviderConfigurationException($"{provider.Name} has no token endpoint.");
            await guard.RequireAsync(entry, endpoint, ProviderEndpoint.TokenEndpoint, grant);
            var form = new Dictionary<string, string> { ["grant_type"] = "refresh_token", ["refresh_token"] = grant.RefreshToken! };
            if (provider.SendScopeOnRefresh)
            {
                form["scope"] = string.Join(provider.ScopeSeparator, EntrySettings.Scopes(entry));
            }

            // A client that was refused has not spent the refresh token.
            var answer = await authentication.SendAsync(entry, endpoint, form, (full, header) =>
                client.RefreshAsync(endpoint, full, received, header)
            );
            if (answer is TokenAnswer.Issued issued)
            {
                await guard.NoteIssuedAsync(entry, endpoint, issued.Response.RefreshToken, grant.RefreshToken);
            }

            return answer is TokenAnswer.Refused refused && provider.UnknownGrantErrors.Contains(refused.Error)
                ? refused with
                {
                    Error = "invalid_grant",
                }
                : answer;
        }
        catch (ProviderConfigurationException exception)
        {
            throw exception.About(entry.Name);
        }
        catch (BridgeException exception) when (exception.Code == ProblemCode.ProviderUnavailable)
        {
            return new TokenAnswer.Unavailable("network", exception.Message); // it could not be asked where the request goes
        }
    }
}
