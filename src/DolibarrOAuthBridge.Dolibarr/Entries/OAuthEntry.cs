// SPDX-License-Identifier: GPL-3.0-or-later

namespace DolibarrOAuthBridge.Dolibarr.Entries;

/// <summary>One OAuth entry as an admin configured it on Dolibarr's OAuth page. Not a record: its members would print the secret.</summary>
public sealed class OAuthEntry
{
    /// <summary>The entry's name.</summary>
    public required EntryName Name { get; init; }

    /// <summary>The company it was read for.</summary>
    public required int Entity { get; init; }

    /// <summary><c>_ID</c>: the OAuth client identifier.</summary>
    public string ClientId { get; init; } = string.Empty;

    /// <summary><c>_SECRET</c>, decrypted; empty if none.</summary>
    public string ClientSecret { get; init; } = string.Empty;

    /// <summary>
    /// From which ciphertext <see cref="ClientSecret"/> was decrypted (<see cref="Encryption.DolCrypt.OriginOf"/>); null if it was in the
    /// clear.
    /// </summary>
    public string? ClientSecretOrigin { get; init; }

    /// <summary>Why <c>_SECRET</c> could not be decrypted; null if it could.</summary>
    public string? ClientSecretProblem { get; init; }

    /// <summary>
    /// Path of the certificate by which the client authenticates instead of a secret; null if none. Not from Dolibarr but from
    /// the configuration of whoever uses this library.
    /// </summary>
    public string? ClientCertificate { get; init; }

    /// <summary>
    /// The service account by whose key the application asks in its own name; null if none. Not from Dolibarr but from the
    /// configuration of whoever uses this library.
    /// </summary>
    public ServiceAccount? ServiceAccount { get; init; }

    /// <summary>
    /// Whether the application asks in its own name although its provider's entries usually act for a user, by the configuration of
    /// whoever uses this library.
    /// </summary>
    public bool IsAppOnly { get; init; }

    /// <summary>Whether the client has no secret (RFC 6749, section 2.1), by the sidecar's own configuration.</summary>
    public bool IsPublicClient { get; init; }

    /// <summary><c>_SCOPE</c> as configured: Dolibarr's short names or full scopes.</summary>
    public IReadOnlyList<string> Scopes { get; init; } = [];

    /// <summary><c>_TENANT</c>: Microsoft's directory; empty if none.</summary>
    public string Tenant { get; init; } = string.Empty;

    /// <summary><c>_URL</c>: the server of a Generic entry; empty if none.</summary>
    public string Url { get; init; } = string.Empty;

    /// <summary><c>_URLAUTHORIZE</c>: an authorization endpoint of its own; empty if none.</summary>
    public string UrlAuthorize { get; init; } = string.Empty;

    /// <summary><c>_URLCALLBACK</c>: a redirect URI of its own; empty if none.</summary>
    public string UrlCallback { get; init; } = string.Empty;

    /// <summary>
    /// <c>OAUTHBRIDGE_LOGIN_TENANTS</c> of the company: the tenants whose accounts may sign in, where the provider has tenants.
    /// </summary>
    public IReadOnlyList<string> LoginTenants { get; init; } = [];

    /// <summary>
    /// <c>OAUTHBRIDGE_LOGIN_HOSTED_DOMAIN</c> of the company: the hosted domains whose accounts may sign in, where the provider
    /// has such; empty for all.
    /// </summary>
    public IReadOnlyList<string> LoginDomains { get; init; } = [];

    /// <inheritdoc />
    public override string ToString() => $"{Name} of entity {Entity}";
}
