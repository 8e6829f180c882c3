// SPDX-License-Identifier: GPL-3.0-or-later

using DolibarrOAuthBridge.Demo.Mail;
using DolibarrOAuthBridge.Demo.Provider;
using DolibarrOAuthBridge.IntegrationTests.Support;
using DolibarrOAuthBridge.Mail;
using DolibarrOAuthBridge.Providers;
using DolibarrOAuthBridge.Reports;

namespace DolibarrOAuthBridge.IntegrationTests.Consents;

/// <summary>Another account that takes an entry over is noticed although the scopes bring no ID token.</summary>
public sealed class TakeOverTests(SharedServer shared)
{
    private const string Generic = "GENERIC-Own";
    private const string Ada = MailServers.Ada;
    private const string Grace = MailServers.Grace;

    [Theory]
    [InlineData("read", "1001", "1002")]
    [InlineData("read,email", Ada, Grace)]
    public async Task Userinfo_tells_the_account_where_there_is_no_ID_token(string scopes, string first, string second)
    {
        await using var provider = await Consenting.ProviderAsync(RefreshTokenPolicy.Always, "read", "email");
        await using var world = await CreateAsync(provider, Generic, scopes);
        var host = world.Open();

        var result = await host.ConsentAsync(provider, Ada, entry: Generic);
        Assert.Null((await world.StoredAsync(Generic)).IdToken);
        Assert.Equal(first, result.Account);
        Assert.Contains("1001", (await ReportAsync(host, Generic)).Token.Account, StringComparison.Ordinal);
        var before = await world.RawAsync(Generic);

        await BridgeHost.FailAsync(() => host.ConsentAsync(provider, Grace, entry: Generic), ProblemCode.AccountChanged);
        Assert.Equal(before, await world.RawAsync(Generic));

        var meant = await host.ConsentAsync(provider, Grace, entry: Generic, confirms: true);
        Assert.Equal((second, first), (meant.Account, meant.PreviousAccount));
        Assert.Contains(meant.Warnings, warning => warning.Code == EntryWarningCode.AccountChanged);
    }

    [Fact]
    public async Task A_userinfo_endpoint_that_fails_or_is_not_the_token_endpoints_own_costs_no_consent()
    {
        await using var provider = await Consenting.ProviderAsync(RefreshTokenPolicy.Always, "read");
        await using var world = await CreateAsync(provider, Generic, "read");
        var elsewhere = new Dictionary<string, string?>
        {
            [$"Entries:{Generic}:UserInfoEndpoint"] = world.Authority.Server.Endpoint("nothing-here").AbsoluteUri,
        };
        world.Settings = elsewhere;
        Assert.Null((await world.Open().ConsentAsync(provider, Ada, entry: Generic)).Account);
        Assert.Single(world.Authority.Server.RequestsTo("/nothing-here"));

        world.Settings = new Dictionary<string, string?>
        {
            [$"Entries:{Generic}:TokenEndpoint"] = provider.Endpoint("oauth/token").AbsoluteUri,
        };
        Assert.Null((await world.Open().ConsentAsync(provider, Ada, entry: Generic)).Account); // the metadata's is not asked
    }

    [Fact]
    public async Task The_mailbox_that_a_server_accepts_the_token_for_tells_it_where_nobody_else_does()
    {
        await using var provider = await StandInProvider.StartAsync(
            MailServers.ProviderOptions with
            {
                Clients =
                [
                    MailServers.ProviderOptions.Clients[0] with
                    {
                        RedirectUris = [new(Consenting.CallbackPage)],
                        RefreshTokens = RefreshTokenPolicy.Always,
                    },
                    .. MailServers.ProviderOptions.Clients.Skip(1),
                ],
            }
        );
        await using var dovecot = await DovecotServer.StartAsync(
            new DovecotServerOptions { IntrospectionEndpoint = provider.Endpoint("oauth/introspect") }
        );
        await using var world = await CreateAsync(provider, World.Entry, "gmail_full");
        world.Settings = Consenting.Settings(provider);
        var host = world.Open(new BridgeOptions { MailCaFile = dovecot.AuthorityPath });

        Assert.Null((await host.ConsentAsync(provider, Ada)).Account);
        Assert.True(await LogInAsync(host, dovecot, Ada));
        Assert.Equal((Ada, false), await SeenAsync(host));

        // Somebody else consents: nobody says so, until a server does.
        Assert.Null((await host.ConsentAsync(provider, Grace)).Account);
        Assert.False(await LogInAsync(host, dovecot, Ada));
        Assert.Equal((null, false), await SeenAsync(host));
        Assert.True(await LogInAsync(host, dovecot, Grace));
        Assert.Equal((Grace, true), await SeenAsync(host));
        var warning = (await ReportAsync(host)).Warnings.Single(one => one.Code == EntryWarningCode.AccountChanged);
        Assert.Contains($"{Ada} had given the consent", warning.Evidence, StringComparison.Ordinal);
        Assert.Contains(
            $"the token opens the mailbox {Grace}; before: {Ada}",
            await world.QueryAsync("SELECT detail FROM llx_oauthbridge_event WHERE kind = 'account_changed'"),
            StringComparison.Ordinal
        );
        var doctor = await world.RunAsync("doctor", "--offline");
        Assert.Contains("account_changed", doctor.Output, StringComparison.Ordinal);

        // The former account takes it back.
        await host.ConsentAsync(provider, Ada);
        Assert.True(await LogInAsync(host, dovecot, Ada));
        Assert.Equal((Ada, false), await SeenAsync(host));

        // Or the other one was meant.
        await host.ConsentAsync(provider, Grace, confirms: true);
        Assert.True(await LogInAsync(host, dovecot, Grace));
        Assert.Equal((Grace, false), await SeenAsync(host));
    }

    private static async Task<bool> LogInAsync(BridgeHost host, DovecotServer dovecot, string user) =>
        (
            await host.Get<MailChecker>()
                .CheckAsync(
                    World.Entry,
                    1,
                    new MailCheck
                    {
                        Protocol = MailProtocol.Imap,
                        Host = "localhost",
                        Port = dovecot.ImapsPort,
                        Security = MailSecurity.Tls,
                        Username = user,
                    }
                )
        ).Ok;

    private static async Task<(string? Account, bool IsChanged)> SeenAsync(BridgeHost host)
    {
        var report = await ReportAsync(host);
        return (report.Token.Account, report.Warnings.Any(warning => warning.Code == EntryWarningCode.AccountChanged));
    }

    private static Task<EntryReport> ReportAsync(BridgeHost host, string entry = World.Entry) =>
        host.Get<EntryReporter>().GetAsync(entry, 1);

    private async Task<World> CreateAsync(StandInProvider provider, string entry, string scopes)
    {
        var world = await World.CreateAsync(shared.Server);
        await world.Install.SetConstAsync($"OAUTH_{entry}_ID", World.ClientId);
        await world.Install.SetConstAsync($"OAUTH_{entry}_SECRET", World.ClientSecret);
        await world.Install.SetConstAsync($"OAUTH_{entry}_SCOPE", scopes);
        await world.Install.SetConstAsync($"OAUTH_{entry}_URL", provider.BaseAddress.AbsoluteUri);
        await world.ExecuteAsync("DELETE FROM llx_oauth_token");
        return world;
    }
}
