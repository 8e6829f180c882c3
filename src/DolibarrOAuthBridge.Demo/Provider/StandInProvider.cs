// SPDX-License-Identifier: GPL-3.0-or-later

using System.Text.Json;
using OpenIddict.Abstractions;

namespace DolibarrOAuthBridge.Demo.Provider;

/// <summary>
/// A real OpenID provider in this process, on the loopback address: authorization code with PKCE, rotating refresh tokens
/// with reuse detection, device flow, client credentials, introspection, revocation, userinfo. It also answers at the paths
/// that Google, Microsoft, GitHub, Stripe and generic servers use, so that every entry of Dolibarr can be pointed at it.
/// </summary>
public sealed class StandInProvider : IAsyncDisposable
{
    private readonly WebApplication _application;
    private readonly StandInState _state;
    private readonly StandInAnswers _answers;
    private readonly HttpClient _http = NewClient();
    private readonly HttpClient _seeder = NewClient();
    private int _isDisposed;

    private StandInProvider(WebApplication application, StandInState state, Uri address)
    {
        _application = application;
        _state = state;
        _answers = new StandInAnswers(state);
        _seeder.DefaultRequestHeaders.Add(StandInState.SeedHeader, state.SeedKey);
        BaseAddress = address;
        application.Use(next => context => _answers.HandleAsync(context, next));
        application.UseRouting();
        application.UseAuthentication();
        new StandInEndpoints(state).Map(application);
    }

    /// <summary>Where it listens, such as <c>http://127.0.0.1:40123/</c>; with the slash it is also its issuer.</summary>
    public Uri BaseAddress { get; }

    /// <summary>What it was asked.</summary>
    public StandInRequestLog Requests => _state.Requests;

    /// <summary>What goes wrong next at the token endpoint.</summary>
    public TokenFaults Faults => _state.Faults;

    /// <summary>How long access tokens live from now on.</summary>
    public TimeSpan AccessTokenLifetime
    {
        get => _state.AccessTokenLifetime;
        set => _state.AccessTokenLifetime = value;
    }

    /// <summary>Starts a provider.</summary>
    public static async Task<StandInProvider> StartAsync(StandInProviderOptions options, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(options);
        var (builder, address) = LoopbackServer.Prepare(options.Port);
        var state = new StandInState(options);
        builder.Services.AddStandIn(state, address);
        var provider = new StandInProvider(builder.Build(), state, address);
        try
        {
            await StandInRegistration.RegisterAsync(provider._application.Services, options, cancellationToken);
            await provider._application.StartAsync(cancellationToken);
            return provider;
        }
        catch
        {
            await provider.DisposeAsync();
            throw;
        }
    }

    /// <summary>The absolute address of one of its paths, such as <c>oauth/token</c>.</summary>
    public Uri Endpoint(string path) => new(BaseAddress, path);

    /// <summary>
    /// Gives a client tokens of a user without a browser, by a real code flow that appears neither in <see cref="Requests"/>
    /// nor meets <see cref="Faults"/>. The client must be registered with a redirect URI.
    /// </summary>
    /// <param name="clientId">The client.</param>
    /// <param name="subject">The user's subject or e-mail address; null for the first one.</param>
    /// <param name="scopes">The scopes, separated by spaces; a refresh token is asked for in any case.</param>
    /// <param name="cancellationToken">Cancels the requests.</param>
    public Task<IssuedTokens> IssueAsync(string clientId, string? subject, string scopes, CancellationToken cancellationToken = default)
    {
        var client = _state.FindClient(clientId) ?? throw new ArgumentException($"No client is called {clientId}.", nameof(clientId));
        var user = _state.FindUser(subject) ?? throw new ArgumentException($"No user is called {subject}.", nameof(subject));
        return new StandInCodeFlow(_seeder, this, _state.Options.TimeProvider).RunAsync(client, user, scopes, cancellationToken);
    }

    /// <summary>Does a browser's part: opens the authorization URL, picks the user and presses Allow.</summary>
    /// <returns>Where the provider sends the browser: the redirect URI with code and state, or with an error.</returns>
    /// <exception cref="InvalidOperationException">The provider shows an error page.</exception>
    public Task<Uri> ApproveAsync(Uri authorizationUrl, string? subject = null, CancellationToken cancellationToken = default) =>
        new StandInBrowser(_http).DecideAsync(authorizationUrl, allow: true, subject, cancellationToken);

    /// <summary>Does a browser's part: opens the authorization URL and presses Deny.</summary>
    /// <returns>The redirect URI with an error.</returns>
    /// <exception cref="InvalidOperationException">The provider shows an error page.</exception>
    public Task<Uri> DenyAsync(Uri authorizationUrl, CancellationToken cancellationToken = default) =>
        new StandInBrowser(_http).DecideAsync(authorizationUrl, allow: false, null, cancellationToken);

    /// <summary>Does a browser's part of the device flow: types the code, picks the user and presses Allow or Deny.</summary>
    /// <exception cref="InvalidOperationException">The code is wrong.</exception>
    public Task AnswerDeviceAsync(string userCode, bool allow = true, string? subject = null, CancellationToken cancellationToken = default)
    {
        ArgumentException.ThrowIfNullOrEmpty(userCode);
        return new StandInBrowser(_http).DecideAsync(
            Endpoint("device?user_code=" + Uri.EscapeDataString(userCode)),
            allow,
            subject,
            cancellationToken
        );
    }

    /// <summary>Whether a token is still good, as the provider tells the client that it was issued to.</summary>
    public async Task<bool> IsAliveAsync(string clientId, string token, CancellationToken cancellationToken = default)
    {
        var client = _state.FindClient(clientId) ?? throw new ArgumentException($"No client is called {clientId}.", nameof(clientId));
        var form = new Dictionary<string, string>
        {
            ["token"] = token,
            ["client_id"] = clientId,
            ["client_secret"] = client.ClientSecret ?? string.Empty,
        };
        using var content = new FormUrlEncodedContent(form);
        using var response = await _seeder.PostAsync(Endpoint("oauth/introspect"), content, cancellationToken);
        var answer = await response.EnsureSuccessStatusCode().Content.ReadAsStringAsync(cancellationToken);
        using var json = JsonDocument.Parse(answer);
        return json.RootElement.GetProperty("active").GetBoolean();
    }

    /// <summary>
    /// Ends all grants of a client, or of all, as users or an administrator can at the provider: nothing issued so far is valid
    /// any more.
    /// </summary>
    public async Task RevokeGrantsAsync(string? clientId = null, CancellationToken cancellationToken = default)
    {
        var scope = _application.Services.CreateAsyncScope();
        await using (scope)
        {
            var tokens = scope.ServiceProvider.GetRequiredService<IOpenIddictTokenManager>();
            string? applicationId = null;
            if (clientId is not null)
            {
                var applications = scope.ServiceProvider.GetRequiredService<IOpenIddictApplicationManager>();
                var application = await applications.FindByClientIdAsync(clientId, cancellationToken)
                    ?? throw new ArgumentException($"No client is called {clientId}.", nameof(clientId));
                applicationId = await applications.GetIdAsync(application, cancellationToken);
            }

            await tokens.RevokeAsync(null, applicationId, null, null, cancellationToken);
            _state.ForgetConsents(clientId);
        }
    }

    /// <inheritdoc />
    public async ValueTask DisposeAsync()
    {
        if (Interlocked.Exchange(ref _isDisposed, 1) == 1)
        {
            return;
        }

        await _application.StopAsync();
        var scope = _application.Services.CreateAsyncScope();
        await using (scope)
        {
            // The in-memory databases of all providers live as long as the process.
            await scope.ServiceProvider.GetRequiredService<StandInDbContext>().Database.EnsureDeletedAsync();
        }

        await _application.DisposeAsync();
        _answers.Dispose();
        _state.Dispose();
        _http.Dispose();
        _seeder.Dispose();
    }

    private static HttpClient NewClient() =>
        new(
            new SocketsHttpHandler
            {
                AllowAutoRedirect = false,
                UseProxy = false,
                UseCookies = false,
            }
        );
}
