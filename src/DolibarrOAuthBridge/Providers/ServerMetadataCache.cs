using System.Collections.Concurrent;
using System.Text.Json;

namespace DolibarrOAuthBridge.Providers;

/// <summary>
/// The metadata that authorization servers publish about themselves (RFC 8414, OpenID Connect Discovery), fetched once a day.
/// A server without metadata is asked again after ten minutes; old metadata serves while a server does not answer.
/// </summary>
public sealed partial class ServerMetadataCache(HttpClient http, TimeProvider time, ILogger<ServerMetadataCache> logger)
{
    private static readonly TimeSpan Deadline = TimeSpan.FromSeconds(5);
    private static readonly TimeSpan GoodFor = TimeSpan.FromHours(24);
    private static readonly TimeSpan AbsentFor = TimeSpan.FromMinutes(10);
    private static readonly string[] WellKnown = [".well-known/oauth-authorization-server", ".well-known/openid-configuration"];

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

    private readonly ConcurrentDictionary<Uri, (ServerMetadata? Metadata, DateTimeOffset Until)> _known = new();

    /// <summary>An endpoint out of a server's metadata; null where it has no metadata or no such endpoint.</summary>
    /// <param name="server">The server's URL, which must also be the issuer that the metadata names.</param>
    /// <param name="endpoint">The endpoint.</param>
    /// <param name="cancellationToken">Cancels the caller's wait.</param>
    public async Task<Uri?> FindAsync(Uri server, ProviderEndpoint endpoint, CancellationToken cancellationToken = default) =>
        (await GetAsync(server, cancellationToken).ConfigureAwait(false))?.Find(Members[endpoint]);

    /// <summary>A server's metadata; null where it publishes none that can be trusted.</summary>
    public async Task<ServerMetadata?> GetAsync(Uri server, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(server);
        var now = time.GetUtcNow();
        if (_known.TryGetValue(server, out var known) && now < known.Until)
        {
            return known.Metadata;
        }

        var fresh = await FetchAsync(server, cancellationToken).ConfigureAwait(false);
        _known[server] = fresh is null ? (known.Metadata, now + AbsentFor) : (fresh, now + GoodFor);
        return _known[server].Metadata;
    }

    private async Task<ServerMetadata?> FetchAsync(Uri server, CancellationToken cancellationToken)
    {
        foreach (var document in WellKnown)
        {
            using var deadline = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
            using var timer = time.CreateTimer(static state => ((CancellationTokenSource)state!).Cancel(), deadline, Deadline, Timeout.InfiniteTimeSpan);
            try
            {
                var uri = new Uri(server.AbsoluteUri.TrimEnd('/') + "/" + document);
                using var response = await http.GetAsync(uri, deadline.Token).ConfigureAwait(false);
                if (response.IsSuccessStatusCode)
                {
                    var body = await response.Content.ReadAsByteArrayAsync(deadline.Token).ConfigureAwait(false);
                    return ServerMetadata.Parse(body, server);
                }
            }
            catch (Exception exception) when (exception is HttpRequestException or JsonException or FormatException or ProviderConfigurationException
                || (exception is OperationCanceledException && !cancellationToken.IsCancellationRequested))
            {
                Log.Unusable(logger, server.Host, document, exception.Message);
            }
        }

        return null;
    }

    private static partial class Log
    {
        [LoggerMessage(1, LogLevel.Debug, "The metadata {Document} of {Host} cannot be used: {Reason}")]
        public static partial void Unusable(ILogger logger, string host, string document, string reason);
    }
}
