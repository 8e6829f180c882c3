// SPDX-License-Identifier: GPL-3.0-or-later

using System.Collections.ObjectModel;
using DolibarrOAuthBridge.Dolibarr.Entries;

namespace DolibarrOAuthBridge.Providers;

/// <summary>
/// One provider as plain data. What differs between providers is said here and nowhere else.
/// In endpoints <c>{tenant}</c>, <c>{url}</c> and <c>{client_id}</c> stand for the entry's settings.
/// </summary>
internal sealed record Provider
{
    /// <summary>The name in the configuration and in messages, such as <c>Google</c>.</summary>
    public required string Name { get; init; }

    /// <summary>The provider whose endpoint overrides count where this one has none of its own; null for none.</summary>
    public string? Family { get; init; }

    /// <summary>Dolibarr's spellings in constants: <c>GOOGLE</c>.</summary>
    public required IReadOnlyList<string> Keys { get; init; }

    /// <summary>The endpoints it is known to have.</summary>
    public required IReadOnlyDictionary<ProviderEndpoint, string> Endpoints { get; init; }

    /// <summary>Dolibarr's short scope names and what they stand for.</summary>
    public IReadOnlyDictionary<string, string> ScopeNames { get; init; } = ReadOnlyDictionary<string, string>.Empty;

    /// <summary>What separates scopes in a request. RFC 6749 says a space.</summary>
    public char ScopeSeparator { get; init; } = ' ';

    /// <summary>Whether a refresh must name the scopes (Microsoft: AADSTS900144 without them).</summary>
    public bool SendScopeOnRefresh { get; init; }

    /// <summary>Settings that an entry needs besides its client id and secret: <c>tenant</c>, <c>url</c>.</summary>
    public IReadOnlyList<string> RequiredSettings { get; init; } = [];

    /// <summary>Whether endpoints come from the server's own metadata (RFC 8414, OpenID Connect Discovery) where it has some.</summary>
    public bool DiscoversEndpoints { get; init; }

    /// <summary>The kind of server that a preset knows it for; null where none does.</summary>
    public string? Preset { get; init; }

    /// <summary>Whether its metadata is worth asking for, where endpoints are discovered at all.</summary>
    public bool PublishesMetadata { get; init; } = true;

    /// <summary>What differs for tenants of their own kind; empty where nothing does.</summary>
    public IReadOnlyDictionary<string, Provider> TenantVariants { get; init; } = ReadOnlyDictionary<string, Provider>.Empty;

    /// <summary>How access tokens are renewed.</summary>
    public RenewalGrant Renewal { get; init; }

    /// <summary>Whether the application asks in its own name, so that nobody consents and there is no refresh token.</summary>
    public bool IsAppOnly => Renewal != RenewalGrant.RefreshToken;

    /// <summary>What no <c>expires_in</c> means.</summary>
    public MissingExpiry MissingExpiry { get; init; }

    /// <summary>How long an unused refresh token lives; null if not known. The keep-alive renews well before.</summary>
    public TimeSpan? RefreshTokenIdleLifetime { get; init; }

    /// <summary>
    /// Whether a refresh token stays valid after a newer one was given, so that sending it twice harms nothing. Where it is not known,
    /// a second use is taken for theft and ends the grant (RFC 9700, section 4.14.2).
    /// </summary>
    public bool KeepsOldRefreshTokens { get; init; }

    /// <summary>The API that scopes without a URL belong to, where a token serves one API only; null where scopes belong to none.</summary>
    public string? DefaultResource { get; init; }

    /// <summary>Second names of APIs, with the name that is used.</summary>
    public IReadOnlyDictionary<string, string> ResourceAliases { get; init; } = ReadOnlyDictionary<string, string>.Empty;

    /// <summary>The API of an app-only entry without scopes.</summary>
    public string AppOnlyResource { get; init; } = string.Empty;

    /// <summary>Tenants that name no certain directory where one is needed.</summary>
    public IReadOnlyList<string> UnusableTenants { get; init; } = [];

    /// <summary>The scopes that Dolibarr's purposes need here; empty where scopes tell nothing.</summary>
    public IReadOnlyList<ScopeNeed> ScopeNeeds { get; init; } = [];

    /// <summary>Scopes that tell who the user is, or keep the grant, and allow nothing else.</summary>
    public IReadOnlyList<string> IdentityScopes { get; init; } = ["openid", "profile", "email", "offline_access"];

    /// <summary>
    /// Whether an application may be a public client in some flows although it has a secret, so that the provider refuses the
    /// secret there, and again when it refreshes what such a flow brought (Microsoft: AADSTS700025).
    /// </summary>
    public bool MayRefuseSecret { get; init; }

    /// <summary>Whether its client secrets have ids that are GUIDs, which people enter in the secret's place.</summary>
    public bool SecretsHaveIds { get; init; }

    /// <summary>The only scopes that the device flow grants here; empty where it grants all.</summary>
    public IReadOnlyList<string> DeviceScopes { get; init; } = [];

    /// <summary>How long grants last while the application is only being tested; null where there is no such thing.</summary>
    public TimeSpan? TestingGrantLifetime { get; init; }

    /// <summary>What it is for entries with a service account; null where it has no such thing.</summary>
    public Provider? ServiceAccountVariant { get; init; }

    /// <summary>What it is for entries whose application asks in its own name; null where it has no such thing.</summary>
    public Provider? AppOnlyVariant { get; init; }

    /// <summary>What its ID tokens are like; null where it does not speak OpenID Connect, so that nobody can sign in with it.</summary>
    public IdentityFacts? Identity { get; init; }

    /// <summary>Further parameters of the authorization request.</summary>
    public IReadOnlyDictionary<string, string> AuthorizationParameters { get; init; } = ReadOnlyDictionary<string, string>.Empty;

    /// <summary>Scopes that a consent asks for whatever the entry says, such as the one that brings a refresh token.</summary>
    public IReadOnlyList<string> AlwaysAskedScopes { get; init; } = [];

    /// <summary>
    /// Scopes that a consent asks for where the entry names none; empty where a request without scopes makes no sense or has a
    /// meaning of its own.
    /// </summary>
    public IReadOnlyList<string> DefaultScopes { get; init; } = [];

    /// <summary>Whether a consent without scopes is useless.</summary>
    public bool NeedsScopes { get; init; }

    /// <summary>
    /// The <c>prompt</c> that brings a refresh token where the user has consented before; null where none is needed for that.
    /// </summary>
    public string? RefreshTokenPrompt { get; init; }

    /// <summary>
    /// The <c>prompt</c> without which the scope <c>offline_access</c> brings no refresh token (OpenID Connect Core, section 11);
    /// null where it does.
    /// </summary>
    public string? OfflineAccessPrompt { get; init; }

    /// <summary>
    /// The <c>prompt</c> that lets the user choose the account where nobody is named; null where the provider does so by itself.
    /// </summary>
    public string? AccountPrompt { get; init; }

    /// <summary>The parameter that names the account to be used.</summary>
    public string LoginHintParameter { get; init; } = "login_hint";

    /// <summary>The member of a token answer that identifies the account; null where an ID token does.</summary>
    public string? AccountMember { get; init; }

    /// <summary>
    /// Error codes by which it answers a refresh token that it does not know any more, where RFC 6749 says <c>invalid_grant</c>.
    /// </summary>
    public IReadOnlyList<string> UnknownGrantErrors { get; init; } = [];

    /// <summary>How a grant is ended at the revocation endpoint.</summary>
    public RevocationStyle Revocation { get; init; }

    /// <summary>Members of a token answer that Dolibarr reads from <c>llx_oauth_token.tokenstring</c> as JSON.</summary>
    public IReadOnlyList<string> TokenStringMembers { get; init; } = [];

    /// <summary>How an application is registered there; null where nobody is led through that.</summary>
    public ApplicationFacts? Application { get; init; }

    /// <summary>Whether mail is sent or read with its tokens, as far as scopes tell.</summary>
    public bool ServesMail => ScopeNeeds.Any(static need => need.Purpose == EntryPurpose.SendMail);

    /// <summary>Whether a scope tells no more than who the user is.</summary>
    public bool IsIdentityScope(string scope) => IdentityScopes.Contains(scope, StringComparer.OrdinalIgnoreCase);

    /// <summary>Its submission server; null if it has none.</summary>
    public MailHost? Smtp { get; init; }

    /// <summary>Its IMAP server; null if it has none.</summary>
    public MailHost? Imap { get; init; }

    /// <summary>
    /// The SASL mechanisms that its mail servers take tokens with, the preferred one first: that is what Dolibarr itself speaks.
    /// </summary>
    public IReadOnlyList<string> SaslMechanisms { get; init; } = [SaslName.XOAuth2, SaslName.OAuthBearer];

    /// <summary>Those of them that its IMAP server takes although it does not list them among its capabilities.</summary>
    public IReadOnlyList<string> UnlistedImapMechanisms { get; init; } = [];
}
