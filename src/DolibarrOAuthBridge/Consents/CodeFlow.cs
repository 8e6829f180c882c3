// SPDX-License-Identifier: GPL-3.0-or-later

using DolibarrOAuthBridge.Dolibarr.Configuration;
using DolibarrOAuthBridge.Dolibarr.Entries;
using DolibarrOAuthBridge.Dolibarr.Tokens;
using DolibarrOAuthBridge.Grants;
using DolibarrOAuthBridge.Providers;

namespace DolibarrOAuthBridge.Consents;

/// <summary>
/// Authorization code with PKCE (RFC 6749, section 4.1; RFC 7636), as RFC 9700 wants it. <see cref="CodeCallback"/> takes the
/// answer.
/// </summary>
internal sealed class CodeFlow(
    ConsentTable consents,
    ProviderDirectory providers,
    DolibarrConf conf,
    TokenTable tokens,
    TokenCodec codec,
    GrantTable grants
) : IConsentFlow
{
    /// <summary>How long a person has between the redirect and the callback.</summary>
    public static readonly TimeSpan Lifetime = TimeSpan.FromMinutes(10);

    /// <inheritdoc />
    public string Name => ConsentFlows.Code;

    /// <inheritdoc />
    public async Task<ConsentStarted> BeginAsync(
        OAuthEntry entry,
        ConsentOptions consentOptions,
        CancellationToken cancellationToken = default
    )
    {
        if (consentOptions.SessionBinding is not { } binding)
        {
            throw new BridgeException(
                ProblemCode.InvalidRequest,
                "session_binding is needed: a text that only this browser session knows, such as a hash of its "
                    + "session id. The answer must come with the same."
            );
        }

        var provider = ProviderCatalogue.Of(entry);
        var scopes = AuthorizationRequest.Scopes(entry);
        var issuer = await providers.FindIssuerAsync(entry, cancellationToken);
        var (grant, memory) = await ReadAsync(entry, cancellationToken);
        var consent = new CodeConsent
        {
            Entry = entry.Name.ToString(),
            RedirectUri = RedirectUriPolicy.Choose(entry, conf, consentOptions.RedirectUri),
            AuthorizationEndpoint = await RequireAsync(entry, ProviderEndpoint.AuthorizationEndpoint, cancellationToken),
            TokenEndpoint = await RequireAsync(entry, ProviderEndpoint.TokenEndpoint, cancellationToken),
            Issuer = issuer.Identifier,
            IsIssuerRequired = issuer.IsRequired,
            ClientId = entry.ClientId,
            Scopes = scopes,
            BindingHash = SecretHash.Of(binding)!,
            Nonce = AuthorizationRequest.AsksForIdToken(scopes) ? AuthorizationSecrets.New() : null,
            ConfirmsAccountChange = consentOptions.ConfirmsAccountChange,
        };
        var state = AuthorizationSecrets.New();
        var row = await consents.AddAsync(
            new ConsentRequest(Name, GrantKey.Of(entry), state, Lifetime),
            consent,
            CodeConsentJson.Default.CodeConsent,
            cancellationToken
        );
        var hint = consentOptions.LoginHint
            ?? (consentOptions.ConfirmsAccountChange ? null : GrantAccount.Parse(memory.AccountBefore ?? memory.Account)?.Name);
        var lacksRefreshToken = grant?.RefreshHash is null || grant.RefreshHash == memory.DeadHash;
        return new ConsentStarted
        {
            ConsentId = row.ConsentId,
            AuthorizationUrl = AuthorizationRequest.Build(
                provider,
                consent,
                state,
                hint,
                consentOptions.ForcesConsent || lacksRefreshToken
            ),
            State = state,
            ExpiresIn = (int)Lifetime.TotalSeconds,
        };
    }

    // Several rows would make the store refuse the grant; better to say so before anybody consents.
    private async Task<(StoredGrant? Grant, GrantRecord Memory)> ReadAsync(OAuthEntry entry, CancellationToken cancellationToken)
    {
        var memory = await grants.GetAsync(GrantKey.Of(entry), cancellationToken);
        var lookup = await tokens.FindAsync(entry.Name, entry.Entity, cancellationToken);
        lookup.RequireNoDuplicate(entry);
        try
        {
            return (lookup.OnlyRow is { } row ? StoredGrant.Decode(row, codec) : null, memory);
        }
        catch (TokenUnreadableException)
        {
            return (null, memory);
        }
    }

    private async Task<Uri> RequireAsync(OAuthEntry entry, ProviderEndpoint endpoint, CancellationToken cancellationToken) =>
        await providers.FindAsync(entry, endpoint, cancellationToken)
        ?? throw new ProviderConfigurationException($"{ProviderCatalogue.Of(entry).Name} has no {endpoint}.");
}
