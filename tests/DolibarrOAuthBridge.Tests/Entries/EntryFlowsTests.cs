// SPDX-License-Identifier: GPL-3.0-or-later

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

    private static EntryFlows Flows(params (string Key, string Value)[] settings)
    {
        var configuration = new ConfigurationBuilder()
            .AddInMemoryCollection(settings.ToDictionary(setting => setting.Key, setting => (string?)setting.Value))
            .Build();
        var documents = new ProviderDocuments(new HttpClient(), TimeProvider.System, new BridgeOptions());
        var metadata = new ServerMetadataCache(
            documents,
            new DiscoveredHosts(configuration),
            TimeProvider.System,
            NullLogger<ServerMetadataCache>.Instance
        );
        return new EntryFlows(new ProviderDirectory(configuration, metadata), metadata);
    }
}
