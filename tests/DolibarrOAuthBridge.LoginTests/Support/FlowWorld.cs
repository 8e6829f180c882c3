// SPDX-License-Identifier: GPL-3.0-or-later

using System.Net;
using DolibarrOAuthBridge.Consents;
using DolibarrOAuthBridge.Dolibarr.Configuration;
using DolibarrOAuthBridge.Dolibarr.Entries;
using DolibarrOAuthBridge.Dolibarr.Php;
using DolibarrOAuthBridge.Dolibarr.Tokens;
using DolibarrOAuthBridge.Login;
using DolibarrOAuthBridge.Tokens;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Time.Testing;

namespace DolibarrOAuthBridge.LoginTests.Support;

/// <summary>A company of a real database with the entry GENERIC-Login, its provider, and bridges to sign in with.</summary>
internal sealed class FlowWorld : IAsyncDisposable
{
    public const string Entry = "GENERIC-Login";
    public const string Binding = "the-binding-of-the-browser";

    private readonly List<ServiceProvider> _bridges = [];

    private FlowWorld(SharedInstall shared, OpenIdAuthority authority, FakeTimeProvider clock)
    {
        Shared = shared;
        Authority = authority;
        Clock = clock;
        Flow = NewBridge();
    }

    public SharedInstall Shared { get; }

    public int Company { get; } = SharedInstall.NewCompany();

    public OpenIdAuthority Authority { get; }

    public FakeTimeProvider Clock { get; }

    public LoginFlow Flow { get; }

    public static async Task<FlowWorld> CreateAsync(SharedInstall shared)
    {
        var clock = new FakeTimeProvider(DateTimeOffset.UtcNow);
        var authority = await OpenIdAuthority.StartAsync(clock);
        authority.Secret += Guid.NewGuid().ToString("N");
        var world = new FlowWorld(shared, authority, clock);
        await world.SetEntryAsync(Entry);
        await world._bridges[0].GetRequiredService<Storage.BridgeSchema>().EnsureAsync(); // some tests look before anything is written
        return world;
    }

    public async Task SetEntryAsync(string entry, string? url = null)
    {
        await Shared.Install.SetConstAsync($"OAUTH_{entry}_ID", OpenIdAuthority.ClientId, Company);
        await Shared.Install.SetConstAsync($"OAUTH_{entry}_SECRET", Authority.Secret, Company);
        await Shared.Install.SetConstAsync($"OAUTH_{entry}_URL", url ?? Authority.Issuer, Company);
    }

    /// <summary>Another sidecar on the same database, as after a restart.</summary>
    public LoginFlow NewBridge()
    {
        var configuration = new ConfigurationBuilder().Build();
        var services = new ServiceCollection()
            .AddLogging()
            .AddSingleton<TimeProvider>(Clock)
            .AddBridge(
                DolibarrConfReader.Read(Shared.Install.ConfPath),
                new BridgeOptions
                {
                    DolibarrConf = Shared.Install.ConfPath,
                    StateDirectory = Path.Combine(Shared.Install.DirectoryPath, "state"),
                },
                configuration
            )
            .BuildServiceProvider();
        _bridges.Add(services);
        return services.GetRequiredService<LoginFlow>();
    }

    public TokenBroker Broker => _bridges[0].GetRequiredService<TokenBroker>();

    /// <summary>Puts a grant with an ID token into the row of an entry.</summary>
    public async Task GrantAsync(string entry)
    {
        await SetEntryAsync(entry);
        var extra = PhpArray.Empty.With("token_type", new PhpString("Bearer")).With("id_token", new PhpString(Authority.IdToken()));
        await Shared.Install.SetTokenAsync(
            entry,
            new StoredToken("access-1", Authority.RefreshToken, EndOfLife.At(Clock.GetUtcNow().AddMinutes(-5)), extra),
            Company
        );
    }

    public Task<StoredToken> StoredAsync(string entry) => Shared.Install.ReadTokenAsync(entry, Company);

    public Task<IReadOnlyList<OAuthEntry>> EntriesAsync() => _bridges[0].GetRequiredService<EntryTable>().ListAsync(Company);

    public Task<LoginStart> BeginAsync() => BeginAsync(Entry, Binding);

    public Task<LoginStart> BeginAsync(string entry, string binding, string? address = null, string? session = null) =>
        Flow.BeginAsync(
            entry,
            Company,
            new LoginOptions
            {
                SessionBinding = binding,
                RedirectUri = "https://erp.example.com/login.php",
                SessionKey = session,
                ClientAddress = address is null ? null : IPAddress.Parse(address),
            }
        );

    /// <summary>The user signs in at the provider.</summary>
    public Dictionary<string, string> Approve(LoginStart start)
    {
        Continuation = start.Continuation;
        return Authority.Authorize(start.AuthorizationUrl);
    }

    /// <summary>What the caller keeps of the sign-in that was approved last.</summary>
    public string? Continuation { get; set; }

    public Task<Identity> CompleteAsync(
        IReadOnlyDictionary<string, string> response,
        string binding = Binding,
        LoginFlow? flow = null,
        int? company = null
    ) =>
        (flow ?? Flow).CompleteAsync(
            new AuthorizationResponse
            {
                State = response["state"],
                SessionBinding = binding,
                Code = response.GetValueOrDefault("code"),
                Issuer = response.GetValueOrDefault("iss"),
                Error = response.GetValueOrDefault("error"),
            },
            Continuation,
            company ?? Company
        );

    public Task<string?> EventsAsync() =>
        Shared.ScalarAsync(
            "SELECT GROUP_CONCAT(CONCAT(kind, ' ', detail) ORDER BY rowid SEPARATOR '|') FROM "
                + $"llx_oauthbridge_event WHERE entity = {Company}"
        );

    public Task<string?> StatusesAsync() =>
        Shared.ScalarAsync($"SELECT GROUP_CONCAT(status ORDER BY rowid) FROM llx_oauthbridge_consent WHERE entity = {Company}");

    public async ValueTask DisposeAsync()
    {
        foreach (var bridge in _bridges)
        {
            await bridge.DisposeAsync();
        }

        await Authority.DisposeAsync();
    }
}
