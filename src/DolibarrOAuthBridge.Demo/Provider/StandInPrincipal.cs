// SPDX-License-Identifier: GPL-3.0-or-later

using System.Collections.Immutable;
using System.Security.Claims;
using OpenIddict.Abstractions;
using static OpenIddict.Abstractions.OpenIddictConstants;

namespace DolibarrOAuthBridge.Demo.Provider;

/// <summary>Whom and what a token is about.</summary>
internal static class StandInPrincipal
{
    /// <summary>
    /// Marks a grant that has a refresh token. OpenIddict keeps claims with its own prefix out of the tokens that clients can
    /// read.
    /// </summary>
    public const string RefreshClaim = Claims.Prefixes.Private + "stand_in_refresh";

    /// <summary>A user's grant.</summary>
    public static ClaimsPrincipal Of(StandInUser user, ImmutableArray<string> scopes, bool refresh, StandInState state)
    {
        var identity = NewIdentity()
            .SetClaim(Claims.Subject, user.Subject)
            .SetClaim(Claims.Email, user.Email)
            .SetClaim(Claims.EmailVerified, user.EmailVerified)
            .SetClaim(Claims.Name, user.Name)
            .SetClaim(Claims.PreferredUsername, user.Email);
        foreach (var (type, value) in user.Claims)
        {
            identity.SetClaim(type, value);
        }

        if (refresh)
        {
            identity.SetClaim(RefreshClaim, "1");
        }

        return Finish(identity, scopes, state);
    }

    /// <summary>A client's own grant.</summary>
    public static ClaimsPrincipal Of(string clientId, ImmutableArray<string> scopes, StandInState state) =>
        Finish(NewIdentity().SetClaim(Claims.Subject, clientId).SetClaim(Claims.Email, state.FindClient(clientId)?.Mailbox), scopes, state);

    private static ClaimsIdentity NewIdentity() => new("stand-in", Claims.Name, Claims.Role);

    private static ClaimsPrincipal Finish(ClaimsIdentity identity, ImmutableArray<string> scopes, StandInState state)
    {
        identity.SetScopes(scopes);

        // Who is in the audience may introspect.
        identity.SetResources(state.Options.Clients.Where(client => client.IsResourceServer).Select(client => client.ClientId));
        identity.SetDestinations(claim =>
            claim.Type switch
            {
                // The mail server needs it to know whose mailbox a token opens.
                Claims.Email when identity.HasScope(Scopes.Email) => [Destinations.AccessToken, Destinations.IdentityToken],
                Claims.Email => [Destinations.AccessToken],
                Claims.EmailVerified when identity.HasScope(Scopes.Email) => [Destinations.IdentityToken],
                Claims.Name or Claims.PreferredUsername when identity.HasScope(Scopes.Profile) => [Destinations.IdentityToken],
                Claims.EmailVerified or Claims.Name or Claims.PreferredUsername => [],
                _ => [Destinations.IdentityToken],
            }
        );
        return new ClaimsPrincipal(identity);
    }
}
