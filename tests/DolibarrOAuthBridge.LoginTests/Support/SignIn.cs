// SPDX-License-Identifier: GPL-3.0-or-later

using DolibarrOAuthBridge.Consents;
using DolibarrOAuthBridge.Dolibarr.Entries;
using DolibarrOAuthBridge.Login;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Time.Testing;

namespace DolibarrOAuthBridge.LoginTests.Support;

/// <summary>A relying party and its provider; a test changes one thing and signs in.</summary>
internal sealed class SignIn : IAsyncDisposable
{
    private static readonly string Verifier = new('v', 43);
    private static readonly string[] Personal = ["email", "email_verified", "name", "preferred_username"];

    private readonly ServiceProvider _services;

    private SignIn(OpenIdAuthority authority, FakeTimeProvider clock, IReadOnlyDictionary<string, string?> settings)
    {
        Authority = authority;
        Clock = clock;
        var options = new BridgeOptions();
        _services = new ServiceCollection()
            .AddLogging()
            .AddSingleton<TimeProvider>(clock)
            .AddSingleton(options)
            .AddSingleton<IConfiguration>(new ConfigurationBuilder().AddInMemoryCollection(settings).Build())
            .AddProviders(options)
            .AddLogin()
            .BuildServiceProvider();
        Entry = MakeEntry("GENERIC-Login", url: authority.Issuer);
    }

    public OpenIdAuthority Authority { get; }

    public FakeTimeProvider Clock { get; }

    public OAuthEntry Entry { get; set; }

    /// <summary>Changes what the browser brings back.</summary>
    public Action<Dictionary<string, string>> ChangeResponse { get; set; } = static _ => { };

    public RelyingParty RelyingParty => _services.GetRequiredService<RelyingParty>();

    public static async Task<SignIn> CreateAsync(Func<OpenIdAuthority, Dictionary<string, string?>>? settings = null)
    {
        var clock = new FakeTimeProvider(new DateTimeOffset(2026, 11, 24, 12, 0, 0, TimeSpan.Zero));
        var authority = await OpenIdAuthority.StartAsync(clock);
        return new SignIn(authority, clock, settings?.Invoke(authority) ?? []);
    }

    public static OAuthEntry MakeEntry(
        string name,
        string url = "",
        string tenant = "",
        IReadOnlyList<string>? tenants = null,
        IReadOnlyList<string>? domains = null
    ) =>
        new()
        {
            Name = EntryName.TryParse(name, out var parsed) ? parsed : throw new ArgumentException(name),
            Entity = 1,
            ClientId = OpenIdAuthority.ClientId,
            ClientSecret = OpenIdAuthority.ClientSecret,
            Url = url,
            Tenant = tenant,
            LoginTenants = tenants ?? [],
            LoginDomains = domains ?? [],
        };

    /// <summary>A whole sign-in.</summary>
    public async Task<Identity> RunAsync(string? nonce = null)
    {
        var provider = await RelyingParty.ProviderAsync(Entry);
        var pending = new PendingLogin
        {
            Entry = Entry.Name.ToString(),
            Entity = 1,
            Issuer = provider.Issuer,
            AuthorizationEndpoint = provider.AuthorizationEndpoint,
            TokenEndpoint = provider.TokenEndpoint,
            ClientId = Entry.ClientId,
            StateHash = string.Empty,
            ExpiresAt = Clock.GetUtcNow().AddMinutes(10),
            RedirectUri = "https://erp.example.com/custom/oauthbridge/login.php",
            Nonce = nonce ?? Guid.NewGuid().ToString("N"),
            Verifier = Verifier,
            BindingHash = string.Empty,
        };
        var response = Authority.Authorize(RelyingParty.AuthorizationUrl(Entry, pending, "the-state", null));
        ChangeResponse(response);
        var answer = new AuthorizationResponse
        {
            State = response.GetValueOrDefault("state"),
            SessionBinding = "the-binding",
            Code = response.GetValueOrDefault("code"),
            Issuer = response.GetValueOrDefault("iss"),
            Error = response.GetValueOrDefault("error"),
        };
        answer.RequireWellFormed();
        return await RelyingParty.RedeemAsync(Entry, provider, pending, RelyingParty.CheckAnswer(Entry, provider, pending, answer));
    }

    /// <summary>A sign-in that must be rejected for one reason, after which nothing more is asked of the provider.</summary>
    /// <param name="reason">One of <see cref="RejectionReason"/>.</param>
    /// <param name="last">The path of the last request that may be made; null for none at all.</param>
    /// <param name="nonce">The nonce to send; a new one by default.</param>
    public async Task RejectAsync(string reason, string? last = OpenIdAuthority.JwksPath, string? nonce = null)
    {
        var exception = await Assert.ThrowsAsync<BridgeException>(() => RunAsync(nonce));
        Assert.Equal((ProblemCode.IdentityRejected, reason), (exception.Code, exception.Reason));
        Assert.Equal(last, Authority.Paths is [.., var path] ? path : null);
    }

    /// <summary>Leaves the claims about the person to userinfo.</summary>
    public void LeaveClaimsToUserInfo() =>
        Authority.ChangeClaims += static claims =>
        {
            foreach (var claim in Personal)
            {
                claims.Remove(claim);
            }
        };

    public async ValueTask DisposeAsync()
    {
        await _services.DisposeAsync();
        await Authority.DisposeAsync();
    }
}
