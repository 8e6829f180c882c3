// SPDX-License-Identifier: GPL-3.0-or-later

using DolibarrOAuthBridge.Demo.Mail;
using DolibarrOAuthBridge.Demo.Provider;

namespace DolibarrOAuthBridge.IntegrationTests.Support;

/// <summary>A provider with an application for each kind of entry, and a mail server that takes its tokens.</summary>
public sealed class ConnectServers : IAsyncLifetime
{
    public const string GoogleId = "1234-mail.apps.googleusercontent.com";
    public const string MicrosoftId = "0a1b2c3d-0000-4000-8000-000000000001";
    public const string MicrosoftAppId = "0a1b2c3d-0000-4000-8000-000000000002";
    public const string GitHubId = "Iv1.0123456789abcdef";
    public const string GenericId = "generic-client";
    public const string Secret = "canary-typed-secret";
    public const string Exchange = "https://outlook.office365.com";

    public StandInProvider Provider { get; private set; } = null!;

    public DovecotServer Dovecot { get; private set; } = null!;

    public string Smtp => $"{Dovecot.Host}:{Dovecot.SubmissionPort} starttls";

    public string Imap => $"{Dovecot.Host}:{Dovecot.ImapsPort} tls";

    public async ValueTask InitializeAsync()
    {
        Provider = await StandInProvider.StartAsync(
            new StandInProviderOptions
            {
                Clients =
                [
                    Client(GoogleId, "email", "https://mail.google.com/"),
                    Client(MicrosoftId, "email", $"{Exchange}/SMTP.Send", $"{Exchange}/IMAP.AccessAsUser.All"),
                    Client(MicrosoftAppId, $"{Exchange}/.default") with
                    {
                        Mailbox = MailServers.Ada,
                    },
                    Client(GitHubId, "user", "public_repo"),
                    Client(GenericId, "email"),
                    DovecotServerOptions.ResourceServer,
                ],
                OpaqueAccessTokens = true,
                DeviceInterval = TimeSpan.FromSeconds(1),
            }
        );
        Dovecot = await DovecotServer.StartAsync(
            new DovecotServerOptions { IntrospectionEndpoint = Provider.Endpoint("oauth/introspect") }
        );
    }

    public async ValueTask DisposeAsync()
    {
        await Dovecot.DisposeAsync();
        await Provider.DisposeAsync();
    }

    /// <summary>A Dolibarr without any entry, whose providers are this one.</summary>
    internal async Task<World> CreateEmptyAsync(SharedServer database)
    {
        var world = await World.CreateAsync(database.Server);
        await world.ExecuteAsync("DELETE FROM llx_const WHERE name LIKE 'OAUTH%'");
        string[] providers = ["Google", "Microsoft", "MicrosoftApp", "GitHub"];
        var settings = providers.SelectMany(name => Consenting.Settings(Provider, name)).ToDictionary();
        settings["Providers:Microsoft:DeviceAuthorizationEndpoint"] = Provider.Endpoint("oauth/device").AbsoluteUri;
        // GitHub has a dialect of its own: scopes with commas.
        settings["Providers:GitHub:AuthorizationEndpoint"] = Provider.Endpoint("login/oauth/authorize").AbsoluteUri;
        settings["Providers:GitHub:TokenEndpoint"] = Provider.Endpoint("login/oauth/access_token").AbsoluteUri;
        settings["Bridge:MailCaFile"] = Dovecot.AuthorityPath;
        world.Settings = settings;
        return world;
    }

    private static StandInClient Client(string id, params string[] scopes) =>
        new()
        {
            ClientId = id,
            ClientSecret = Secret,
            Scopes = scopes,
            IsNative = true,
            RedirectUris = [new Uri(Consenting.CallbackPage), new Uri("http://127.0.0.1/callback")],
        };
}
