// SPDX-License-Identifier: GPL-3.0-or-later

using DolibarrOAuthBridge.Demo.Mail;
using DolibarrOAuthBridge.Demo.Provider;
using DolibarrOAuthBridge.IntegrationTests.Support;

[assembly: AssemblyFixture(typeof(MailServers))]

namespace DolibarrOAuthBridge.IntegrationTests.Support;

/// <summary>One Dovecot, and the provider that it asks about tokens, for all tests. Each test has tokens of its own.</summary>
public sealed class MailServers : IAsyncLifetime
{
    public const string Ada = "ada@example.com";
    public const string Grace = "grace@example.com";
    public const string Scope = "https://mail.google.com/";

    public StandInProvider Provider { get; private set; } = null!;

    public DovecotServer Dovecot { get; private set; } = null!;

    /// <summary>The provider's options with the tests' client and the mail server registered.</summary>
    public static StandInProviderOptions ProviderOptions { get; } =
        new()
        {
            Clients =
            [
                new StandInClient
                {
                    ClientId = World.ClientId,
                    ClientSecret = World.ClientSecret,
                    Scopes = ["email", Scope],
                },
                DovecotServerOptions.ResourceServer,
            ],
            OpaqueAccessTokens = true,
        };

    public async ValueTask InitializeAsync()
    {
        Provider = await StandInProvider.StartAsync(ProviderOptions);
        Dovecot = await DovecotServer.StartAsync(
            new DovecotServerOptions { IntrospectionEndpoint = Provider.Endpoint("oauth/introspect") }
        );
    }

    public async ValueTask DisposeAsync()
    {
        await Dovecot.DisposeAsync();
        await Provider.DisposeAsync();
    }

    /// <summary>Puts a fresh token of a user into an entry's row.</summary>
    internal async Task<string> GrantAsync(World world, string user = Ada, string entry = World.Entry)
    {
        var tokens = await Provider.IssueAsync(World.ClientId, user, $"email offline_access {Scope}");
        await world.Install.SetTokenAsync(entry, tokens, world.Clock.GetUtcNow() + TimeSpan.FromHours(1));
        return tokens.AccessToken;
    }
}
