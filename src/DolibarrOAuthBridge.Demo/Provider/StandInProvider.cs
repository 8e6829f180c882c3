namespace DolibarrOAuthBridge.Demo.Provider;

/// <summary>
/// A real OpenID provider in this process, on the loopback address: authorization code with PKCE, rotating refresh tokens
/// with reuse detection, device flow, client credentials, introspection, revocation, userinfo. It also answers at the paths
/// that Google, Microsoft, GitHub, Stripe and generic servers use, so that every entry of Dolibarr can be pointed at it.
/// </summary>
public sealed class StandInProvider : IAsyncDisposable
{
    private StandInProvider()
    {
    }

    /// <summary>Where it listens, such as <c>http://127.0.0.1:40123/</c>; also its issuer.</summary>
    public Uri BaseAddress => throw new NotImplementedException();

    /// <summary>What it was asked.</summary>
    public StandInRequestLog Requests => throw new NotImplementedException();

    /// <summary>What goes wrong next at the token endpoint.</summary>
    public TokenFaults Faults => throw new NotImplementedException();

    /// <summary>How long access tokens live from now on.</summary>
    public TimeSpan AccessTokenLifetime { get; set; }

    /// <summary>Starts a provider.</summary>
    public static Task<StandInProvider> StartAsync(StandInProviderOptions options, CancellationToken cancellationToken = default) => throw new NotImplementedException();

    /// <summary>The absolute address of one of its paths, such as <c>oauth/token</c>.</summary>
    public Uri Endpoint(string path) => new(BaseAddress, path);

    /// <summary>Gives a client tokens of a user without a browser, by a real code flow that appears neither in <see cref="Requests"/> nor in <see cref="Faults"/>.</summary>
    /// <param name="clientId">The client.</param>
    /// <param name="subject">The user's subject; null for the first one.</param>
    /// <param name="scopes">The scopes, separated by spaces; a refresh token is asked for in any case.</param>
    /// <param name="cancellationToken">Cancels the requests.</param>
    public Task<IssuedTokens> IssueAsync(string clientId, string? subject, string scopes, CancellationToken cancellationToken = default) => throw new NotImplementedException();

    /// <summary>Does a browser's part: opens the authorization URL, picks the user and presses Allow.</summary>
    /// <returns>Where the provider sends the browser: the redirect URI with code and state, or with an error.</returns>
    public Task<Uri> ApproveAsync(Uri authorizationUrl, string? subject = null, CancellationToken cancellationToken = default) => throw new NotImplementedException();

    /// <summary>Does a browser's part: opens the authorization URL and presses Deny.</summary>
    /// <returns>The redirect URI with an error.</returns>
    public Task<Uri> DenyAsync(Uri authorizationUrl, CancellationToken cancellationToken = default) => throw new NotImplementedException();

    /// <summary>Does a browser's part of the device flow: types the code, picks the user and presses Allow or Deny.</summary>
    public Task AnswerDeviceAsync(string userCode, bool allow = true, string? subject = null, CancellationToken cancellationToken = default) => throw new NotImplementedException();

    /// <inheritdoc />
    public ValueTask DisposeAsync() => throw new NotImplementedException();
}
