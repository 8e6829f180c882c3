// SPDX-License-Identifier: GPL-3.0-or-later

using System.Net;
using DolibarrOAuthBridge.Dolibarr.Entries;
using DolibarrOAuthBridge.Dolibarr.Tokens;
using DolibarrOAuthBridge.Entries;
using DolibarrOAuthBridge.Grants;
using DolibarrOAuthBridge.Providers;
using DolibarrOAuthBridge.Reports;
using DolibarrOAuthBridge.Tests.Support;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.Logging.Abstractions;

namespace DolibarrOAuthBridge.Tests.Entries;

public sealed class EntryFlowsTests
{
    [Theory]
    [InlineData("GOOGLE-Mail", "gmail_full", "code")]
    [InlineData("GOOGLE-Login", "openid", "code device")]
    [InlineData("MICROSOFT-Mail", "https://outlook.office365.com/SMTP.Send", "code device")]
    [InlineData("MICROSOFTAPP-Mail", "", "client_credentials")]
    [InlineData("GITHUB-Dev", "repo", "code device")]
    [InlineData("STRIPETEST-Pay", "", "code")]
    [InlineData("GENERIC-X", "", "code device")]
    public void An_entry_offers_the_flows_that_its_provider_grants_its_scopes_by(string name, string scope, string flows) =>
        Assert.Equal(flows, string.Join(' ', Flows().Of(Make.Entry(name, scopes: scope.Length == 0 ? [] : [scope]))));

    [Fact]
    public void A_device_endpoint_of_ones_own_grants_every_scope()
    {
        var flows = Flows(("Providers:Google:DeviceAuthorizationEndpoint", "http://127.0.0.1:1/device"));

        Assert.Equal(["code", "device"], flows.Of(Make.Entry("GOOGLE-Mail", scopes: ["gmail_full"])));
    }

    [Fact]
    public async Task A_device_endpoint_that_a_preset_knows_counts_although_the_servers_metadata_does_not_name_it()
    {
        var entry = Make.Entry("GENERIC-X", url: "https://gitlab.example.org");
        using var server = StubHandler.Of(
            HttpStatusCode.OK,
            """{"issuer":"https://gitlab.example.org","token_endpoint":"https://gitlab.example.org/oauth/token"}"""
        );
        var (flows, directory) = At(server);

        var endpoint = await directory.FindAsync(
            entry,
            ProviderEndpoint.DeviceAuthorizationEndpoint,
            TestContext.Current.CancellationToken
        );

        Assert.Equal("https://gitlab.example.org/oauth/authorize_device", endpoint?.AbsoluteUri);
        Assert.Equal(["code", "device"], flows.Of(entry));
    }

    [Theory]
    [InlineData(null, "https://as.example/.well-known/", false, "OAUTH_GENERIC-X_URL")]
    [InlineData("Entries:GENERIC-X:Issuer", "https://issuer.example/.well-known/", true, "Entries:GENERIC-X:Issuer")]
    [InlineData("Providers:Generic:Issuer", "https://issuer.example/.well-known/", true, "Entries:GENERIC-X:Issuer")]
    public async Task A_failed_discovery_names_the_server_that_was_asked_and_the_setting_to_correct(
        string? setting,
        string asked,
        bool isIssuerNamed,
        string advice
    )
    {
        var entry = Make.Entry("GENERIC-X", url: "https://as.example");
        using var server = StubHandler.Of(HttpStatusCode.NotFound, string.Empty);
        var (flows, directory) = setting is null ? At(server) : At(server, (setting, "https://issuer.example"));
        Assert.Null(flows.DiscoveryProblem(entry)); // not asked yet

        await directory.FindAsync(entry, ProviderEndpoint.TokenEndpoint, TestContext.Current.CancellationToken);

        var problem = flows.DiscoveryProblem(entry);
        Assert.StartsWith(asked, problem?.Asked, StringComparison.Ordinal);
        Assert.Equal(isIssuerNamed, problem?.IsIssuerNamed);
        var facts = new EntryFacts
        {
            Entry = entry,
            Lookup = new TokenLookup([]),
            Memory = new GrantRecord(),
            DiscoveryProblem = problem,
            Now = Make.Now,
        };
        var warning = EntryWarnings.Of(facts).Single(static one => one.Code == EntryWarningCode.MetadataNotFound);
        Assert.Contains($"Correct {advice} ", warning.Advice, StringComparison.Ordinal);
    }

    [Fact]
    public async Task An_entry_whose_issuer_answers_has_no_discovery_problem_whatever_its_url_is()
    {
        var entry = Make.Entry("GENERIC-X", url: "https://as.example");
        using var server = StubHandler.Of(
            HttpStatusCode.OK,
            """
            {
              "issuer": "https://issuer.example",
              "token_endpoint": "https://issuer.example/t",
              "device_authorization_endpoint": "https://issuer.example/d"
            }
            """
        );
        var (flows, directory) = At(server, ("Entries:GENERIC-X:Issuer", "https://issuer.example"));

        await directory.FindAsync(entry, ProviderEndpoint.TokenEndpoint, TestContext.Current.CancellationToken);

        Assert.Null(flows.DiscoveryProblem(entry));
        Assert.Equal(["code", "device"], flows.Of(entry));
    }

    [Theory]
    [InlineData("valid", null, false)]
    [InlineData("expired", null, false)]
    [InlineData("expired", "timeout", false)]
    [InlineData("expired", "http_503", false)]
    [InlineData("valid", "invalid_client", true)]
    [InlineData("none", null, true)]
    [InlineData("consent_required", "invalid_grant", true)]
    [InlineData("unreadable", null, true)]
    [InlineData("duplicate", null, true)]
    public void A_person_is_needed_where_the_bridge_itself_gets_no_new_token(string status, string? error, bool needed) =>
        Assert.Equal(needed, PersonNeed.Of(Facts("GOOGLE-Mail", error), isComplete: true, status));

    [Fact]
    public void A_person_is_needed_where_an_application_is_refused_that_asks_in_its_own_name() =>
        Assert.True(PersonNeed.Of(Facts("MICROSOFTAPP-Mail", "invalid_grant"), isComplete: true, TokenStatus.Expired));

    [Fact]
    public void A_sign_in_needs_no_stored_token_but_its_settings()
    {
        Assert.False(PersonNeed.Of(Facts("GOOGLE-Login"), isComplete: true, TokenStatus.None));
        Assert.True(PersonNeed.Of(Facts("GOOGLE-Login"), isComplete: false, TokenStatus.None));
    }

    private static EntryFacts Facts(string name, string? error = null) =>
        new()
        {
            Entry = Make.Entry(name),
            Lookup = new TokenLookup([]),
            Memory = new GrantRecord { LastError = error },
            Uses = EntryUseTable.Of(Make.Name(name), []),
            Now = Make.Now,
        };

    private static EntryFlows Flows(params (string Key, string Value)[] settings) =>
        At(StubHandler.Of(HttpStatusCode.NotFound, string.Empty), settings).Flows;

    private static (EntryFlows Flows, ProviderDirectory Directory) At(StubHandler server, params (string Key, string Value)[] settings)
    {
        var configuration = new ConfigurationBuilder()
            .AddInMemoryCollection(settings.ToDictionary(setting => setting.Key, setting => (string?)setting.Value))
            .Build();
        var metadata = new ServerMetadataCache(
            new ProviderDocuments(new HttpClient(server), TimeProvider.System, new BridgeOptions()),
            new DiscoveredHosts(configuration),
            TimeProvider.System,
            NullLogger<ServerMetadataCache>.Instance
        );
        var directory = new ProviderDirectory(configuration, metadata);
        return (new EntryFlows(directory, metadata), directory);
    }
}
