// SPDX-License-Identifier: GPL-3.0-or-later

using System.Collections.Concurrent;

namespace DolibarrOAuthBridge.Providers;

/// <summary>
/// The metadata that authorization servers publish about themselves (RFC 8414, OpenID Connect Discovery), fetched once a day.
/// A server without metadata is asked again after ten minutes, or one when somebody wants to sign in, and one that does not answer
/// after ten seconds; old metadata serves meanwhile.
/// </summary>
internal sealed partial class ServerMetadataCache(
    ProviderDocuments documents,
    DiscoveredHosts discovered,
    TimeProvider time,
    ILogger<ServerMetadataCache> logger
)
{
    private const string OpenIdDocument = ".well-known/openid-configuration";

    private static readonly TimeSpan Deadline = TimeSpan.FromSeconds(5);
    private static readonly TimeSpan BriefDeadline = TimeSpan.FromSeconds(1);
    private static readonly TimeSpan GoodFor = TimeSpan.FromHours(24);
    private static readonly TimeSpan AbsentFor = TimeSpan.FromMinutes(10);
    private static readonly TimeSpan OpenIdAbsentFor = TimeSpan.FromMinutes(1);
    private static readonly TimeSpan UnreachableFor = TimeSpan.FromSeconds(10);
    private static readonly string[] WellKnown = [".well-known/oauth-authorization-server", OpenIdDocument];

    private static readonly Dictionary<ProviderEndpoint, string> Members = new()
    {
        [ProviderEndpoint.AuthorizationEndpoint] = "authorization_endpoint",
        [ProviderEndpoint.TokenEndpoint] = "token_endpoint",
        [ProviderEndpoint.RevocationEndpoint] = "revocation_endpoint",
        [ProviderEndpoint.DeviceAuthorizationEndpoint] = "device_authorization_endpoint",
        [ProviderEndpoint.Issuer] = "issuer",
        [ProviderEndpoint.JwksUri] = "jwks_uri",
        [ProviderEndpoint.UserInfoEndpoint] = "userinfo_endpoint",
    };

    private readonly ConcurrentDictionary<Uri, Known> _servers = new();
    private readonly ConcurrentDictionary<Uri, Known> _openIdProviders = new();

    /// <summary>An endpoint out of a server's metadata; null where it has no metadata or no such endpoint.</summary>
    /// <param name="server">The server's URL, which must also be the issuer that the metadata names.</param>
    /// <param name="endpoint">The endpoint.</param>
    /// <param name="cancellationToken">Cancels the caller's wait.</param>
    public async Task<Uri?> FindAsync(Uri server, ProviderEndpoint endpoint, CancellationToken cancellationToken = default) =>
        Find(await GetAsync(server, cancellationToken), endpoint);

    /// <summary>An endpoint out of metadata; null where there is none.</summary>
    public static Uri? Find(ServerMetadata? metadata, ProviderEndpoint endpoint) => metadata?.Find(Members[endpoint]);

    /// <summary>A server's metadata as far as it is known without asking; null where it is not.</summary>
    public ServerMetadata? Peek(Uri server) => _servers.GetValueOrDefault(server)?.Metadata;

    /// <summary>Whether a server could not be asked, so that nobody knows whether it has metadata; false if it was not asked yet.</summary>
    public bool IsUnreachable(Uri server) => _servers.GetValueOrDefault(server) is { Metadata: null, IsUnreachable: true };

    /// <summary>
    /// Why a server has no metadata, each URL that was asked with what came of it; null where it has some or was not asked yet.
    /// </summary>
    public string? Problem(Uri server) =>
        (_openIdProviders.GetValueOrDefault(server) ?? _servers.GetValueOrDefault(server))
            is { Metadata: null, Problem: { Length: > 0 } problem }
            ? problem
            : null;

    /// <summary>A server's metadata; null where it publishes none that can be trusted.</summary>
    public async Task<ServerMetadata?> GetAsync(Uri server, CancellationToken cancellationToken = default)
    {
        return (await LookAsync(_servers, server, WellKnown, AbsentFor, cancellationToken)).Metadata;
    }

    /// <summary>What a server says of itself as an OpenID provider; null where it says nothing that can be trusted.</summary>
    /// <exception cref="MetadataIssuerException">It speaks of another issuer.</exception>
    public async Task<ServerMetadata?> GetOpenIdAsync(Uri issuer, CancellationToken cancellationToken = default)
    {
        var known = await LookAsync(_openIdProviders, issuer, [OpenIdDocument], OpenIdAbsentFor, cancellationToken);
        return known.Metadata is null && known.IsAnother ? throw new MetadataIssuerException() : known.Metadata;
    }

    private async Task<Known> LookAsync(
        ConcurrentDictionary<Uri, Known> cache,
        Uri server,
        string[] wellKnown,
        TimeSpan absentFor,
        CancellationToken cancellationToken
    )
    {
        var now = time.GetUtcNow();
        if (cache.TryGetValue(server, out var known) && BoundedTime.IsAhead(known.Until, now, GoodFor))
        {
            return known;
        }

        var fresh = await FetchAsync(server, wellKnown, cancellationToken);
        return cache[server] =
            fresh.Metadata is not null ? fresh with { Until = now + GoodFor }
            : fresh.IsUnreachable && known?.Metadata is null ? fresh with { Until = now + UnreachableFor }
            : fresh with { Metadata = known?.Metadata, Until = now + absentFor };
    }

    private async Task<Known> FetchAsync(Uri server, string[] wellKnown, CancellationToken cancellationToken)
    {
        var began = time.GetTimestamp();
        var isAnother = false;
        var isUnreachable = true;
        var problems = new List<string>();
        var issuer = IssuerOf(server);
        foreach (var uri in wellKnown.SelectMany(document => Addresses(issuer, document)).Distinct())
        {
            try
            {
                // A host that let one address wait is given a moment for each of the others.
                var deadline = time.GetElapsedTime(began) < Deadline ? Deadline : BriefDeadline;
                var document = await documents.GetAsync(uri, deadline: deadline, cancellationToken: cancellationToken);
                var metadata = ServerMetadata.Parse(document, issuer);
                foreach (var url in metadata.Urls)
                {
                    discovered.Add(issuer, url);
                }

                return new Known(metadata);
            }
            catch (Exception exception) when (exception is ProviderDocumentException or FormatException or ProviderConfigurationException)
            {
                isAnother |= exception is MetadataIssuerException;
                isUnreachable &= exception is ProviderDocumentException { IsUnanswered: true };
                problems.Add($"{uri.AbsoluteUri}: {exception.Message.TrimEnd('.')}");
                Log.Unusable(logger, server.Host, uri.AbsolutePath, exception.Message);
            }
        }

        return new Known(null, isAnother, isUnreachable, string.Join("; ", problems));
    }

    // People paste the address of the document itself.
    private static Uri IssuerOf(Uri server)
    {
        var path = server.AbsolutePath;
        foreach (var document in WellKnown)
        {
            var start = path.IndexOf("/" + document, StringComparison.Ordinal);
            if (start >= 0)
            {
                return new Uri(new Uri(server.GetLeftPart(UriPartial.Authority)), path[..start] + path[(start + 1 + document.Length)..]);
            }
        }

        return server;
    }

    // OpenID Connect Discovery appends to the issuer's path, RFC 8414 (section 3.1) puts the document before it.
    private static IEnumerable<Uri> Addresses(Uri issuer, string document)
    {
        yield return new Uri(issuer.AbsoluteUri.TrimEnd('/') + "/" + document);
        if (issuer.AbsolutePath.TrimEnd('/') is { Length: > 0 } path)
        {
            yield return new Uri($"{issuer.GetLeftPart(UriPartial.Authority)}/{document}{path}");
        }
    }

    private static partial class Log
    {
        [LoggerMessage(1, LogLevel.Debug, "The metadata {Document} of {Host} cannot be used: {Reason}")]
        public static partial void Unusable(ILogger logger, string host, string document, string reason);
    }

    private sealed record Known(ServerMetadata? Metadata, bool IsAnother = false, bool IsUnreachable = false, string Problem = "")
    {
        public DateTimeOffset Until { get; init; }
    }
}
