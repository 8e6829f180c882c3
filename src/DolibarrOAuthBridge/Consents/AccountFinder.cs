// SPDX-License-Identifier: GPL-3.0-or-later

using DolibarrOAuthBridge.Dolibarr.Database;
using DolibarrOAuthBridge.Dolibarr.Entries;
using DolibarrOAuthBridge.Providers;

namespace DolibarrOAuthBridge.Consents;

/// <summary>
/// Finds out which account granted: by the token answer, and where that does not name it, by the provider's userinfo endpoint (OpenID
/// Connect Core, section 5.3, or a plain OAuth server's own). Another account would otherwise take an entry over unnoticed.
/// </summary>
internal sealed partial class AccountFinder(ProviderDirectory providers, ProviderDocuments documents, ILogger<AccountFinder> logger)
{
    private static readonly TimeSpan Deadline = TimeSpan.FromSeconds(5); // the new tokens are not stored yet

    /// <summary>The account; null where nobody says. It never fails.</summary>
    /// <param name="entry">The entry that consent was given for.</param>
    /// <param name="response">The token endpoint's answer.</param>
    public async Task<GrantAccount?> FindAsync(OAuthEntry entry, TokenResponse response)
    {
        var provider = ProviderCatalogue.Of(entry);
        var named = GrantAccount.Of(response, provider);
        if (named?.Name is not null || provider.AccountMember is not null || !TakesToken(entry, provider))
        {
            return named;
        }

        try
        {
            if (await providers.FindAsync(entry, ProviderEndpoint.UserInfoEndpoint) is not { } endpoint)
            {
                return named;
            }

            var claims = GrantAccount.OfClaims(await documents.GetAsync(endpoint, response.AccessToken, Deadline));
            return named is null || (claims is not null && !claims.DiffersFrom(named)) ? claims : named;
        }
        catch (Exception exception)
            when (exception is ProviderDocumentException or ProviderConfigurationException or BridgeException or StoreException)
        {
            Log.NotTold(logger, entry.Name.Service, exception.Message);
            return named;
        }
    }

    // Where a token serves one API only, it is not userinfo's. Where the token endpoint alone is overridden, the provider's userinfo
    // endpoint is another server, which the token is none of the business of.
    private bool TakesToken(OAuthEntry entry, Provider provider) =>
        provider.DefaultResource is null
        && (
            providers.OverrideText(entry.Name, ProviderEndpoint.TokenEndpoint) is null
            || providers.OverrideText(entry.Name, ProviderEndpoint.UserInfoEndpoint) is not null
        );

    private static partial class Log
    {
        [LoggerMessage(1, LogLevel.Debug, "The provider of {Service} does not say by userinfo which account granted: {Reason}")]
        public static partial void NotTold(ILogger logger, string service, string reason);
    }
}
