// SPDX-License-Identifier: GPL-3.0-or-later

using DolibarrOAuthBridge.Dolibarr.Entries;
using DolibarrOAuthBridge.Providers;

namespace DolibarrOAuthBridge.Login;

/// <summary>
/// Finds out how to sign in with an entry's provider: by OpenID Connect Discovery where the entry or the configuration names the
/// issuer, else by the catalogue.
/// </summary>
internal sealed class OpenIdProviders(IConfiguration configuration, ProviderDirectory directory, ServerMetadataCache metadata)
{
    /// <summary>The provider of an entry.</summary>
    /// <exception cref="BridgeException">Nobody can sign in with this entry; the message says what to change.</exception>
    public async Task<OpenIdProvider> GetAsync(OAuthEntry entry, CancellationToken cancellationToken = default)
    {
        var provider = ProviderCatalogue.Of(entry);
        var facts = provider.Identity
            ?? throw new BridgeException(
                ProblemCode.InvalidRequest,
                $"{provider.Name} does not speak OpenID Connect, so nobody can sign in with {entry.Name}. Use Google, Microsoft or Generic."
            );
        try
        {
            var published = await DiscoverAsync(entry, provider, facts, cancellationToken);
            return new OpenIdProvider
            {
                Issuer = published?.Issuer ?? NamedIssuer(entry, facts) ?? provider.Endpoints[ProviderEndpoint.Issuer],
                OtherIssuers = NamedIssuer(entry, facts) is null ? facts.OtherIssuers : [],
                AuthorizationEndpoint = Require(entry, ProviderEndpoint.AuthorizationEndpoint, published),
                TokenEndpoint = Require(entry, ProviderEndpoint.TokenEndpoint, published),
                JwksUri = Require(entry, ProviderEndpoint.JwksUri, published),
                UserInfoEndpoint = directory.Find(entry, ProviderEndpoint.UserInfoEndpoint, published),
                Algorithms = RequireAlgorithms(entry, published),
                SendsIssuer = published?.SendsIssuer ?? false,
                TenantClaim = facts.TenantClaim,
                Tenants = facts.TenantClaim is null ? [] : RequireTenants(entry, facts),
                HostedDomainClaim = facts.HostedDomainClaim,
                EmailVerifiedClaim = facts.EmailVerifiedClaim,
                EmailVerifiedValues = facts.EmailVerifiedValues,
                TrustedAudiences = (configuration[$"Entries:{entry.Name}:TrustedAudiences"] ?? string.Empty).Split(
                    ' ',
                    StringSplitOptions.RemoveEmptyEntries
                ),
            };
        }
        catch (ProviderConfigurationException exception)
        {
            throw new BridgeException(ProblemCode.EntryIncomplete, exception.Message, innerException: exception);
        }
        catch (MetadataIssuerException exception)
        {
            throw new BridgeException(
                ProblemCode.IdentityRejected,
                $"The metadata at the URL of {entry.Name} is about another issuer. Put the issuer, exactly as the "
                    + $"provider spells it, into {entry.Name.Constant("URL")}.",
                innerException: exception
            )
            {
                Reason = RejectionReason.MetadataIssuerMismatch,
            };
        }
    }

    // Where accounts of several tenants may sign in, the tenant of the issuer is the ID token's and not the entry's.
    private string? NamedIssuer(OAuthEntry entry, IdentityFacts facts) =>
        facts.TenantClaim is null
            ? directory.FilledOverride(entry, ProviderEndpoint.Issuer)
            : directory.OverrideText(entry.Name, ProviderEndpoint.Issuer);

    private async Task<ServerMetadata?> DiscoverAsync(
        OAuthEntry entry,
        Provider provider,
        IdentityFacts facts,
        CancellationToken cancellationToken
    )
    {
        var named = NamedIssuer(entry, facts);
        var issuer =
            named is not null && !named.Contains('{', StringComparison.Ordinal) ? directory.Override(entry, ProviderEndpoint.Issuer)
            : provider.DiscoversEndpoints ? EndpointUri.Parse(entry.Url, entry.Name.Constant("URL"))
            : null;
        if (issuer is null)
        {
            return null;
        }

        var published = await metadata.GetOpenIdAsync(issuer, cancellationToken);
        return published is not null || named is not null
            ? published
            : throw new BridgeException(
                ProblemCode.ProviderUnavailable,
                $"{issuer.Host} does not answer, or publishes no /.well-known/openid-configuration below "
                    + $"{entry.Name.Constant("URL")}. Without it nobody can sign in. Asked: {metadata.Problem(issuer)}.",
                TimeSpan.FromSeconds(60)
            );
    }

    private Uri Require(OAuthEntry entry, ProviderEndpoint endpoint, ServerMetadata? published) =>
        directory.Find(entry, endpoint, published)
        ?? throw new BridgeException(
            ProblemCode.EntryIncomplete,
            $"The provider of {entry.Name} publishes no {endpoint}. Name it in the bridge's configuration: "
                + $"Providers:{ProviderCatalogue.Of(entry).Name}:{endpoint}."
        );

    private static IReadOnlyList<string> RequireAlgorithms(OAuthEntry entry, ServerMetadata? published) =>
        SigningAlgorithm.Of(published?.IdTokenAlgorithms) is { Count: > 0 } algorithms
            ? algorithms
            : throw new BridgeException(
                ProblemCode.ProviderRejected,
                $"The provider of {entry.Name} signs ID tokens with none of "
                    + $"{string.Join(", ", SigningAlgorithm.Accepted)}. Choose one of these there."
            );

    // Accounts of any organisation have valid tokens: without a list, strangers could sign in (and write any address into email).
    private static IReadOnlyList<string> RequireTenants(OAuthEntry entry, IdentityFacts facts)
    {
        var own = facts.TenantIds.GetValueOrDefault(entry.Tenant, entry.Tenant);
        IReadOnlyList<string> tenants = Guid.TryParseExact(own, "D", out _) ? [.. entry.LoginTenants, own] : entry.LoginTenants;
        return tenants.Count > 0
            ? tenants
            : throw new BridgeException(
                ProblemCode.EntryIncomplete,
                $"{entry.Name} has the tenant {entry.Tenant}, which does not say whose accounts may sign in. Put "
                    + "your directory id there, or list those allowed in the module's setup "
                    + "(OAUTHBRIDGE_LOGIN_TENANTS)."
            );
    }
}
