// SPDX-License-Identifier: GPL-3.0-or-later

using System.Net;
using DolibarrOAuthBridge.Providers;
using DolibarrOAuthBridge.Tests.Support;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Time.Testing;

namespace DolibarrOAuthBridge.Tests.Providers;

public sealed class ProviderDirectoryTests : IDisposable
{
    private readonly FakeTimeProvider _time = new(Make.Now);
    private StubHandler _handler = StubHandler.Of(HttpStatusCode.NotFound, string.Empty);

    [Theory]
    [InlineData("https://login.example/token", true)]
    [InlineData("http://127.0.0.1:5000/token", true)]
    [InlineData("http://localhost/token", true)]
    [InlineData("http://[::1]/token", true)]
    [InlineData("http://login.example/token", false)]
    [InlineData("http://127.0.0.1.evil.example/token", false)]
    [InlineData("http://localhost.evil.example/token", false)]
    [InlineData("https://user:pass@login.example/token", false)]
    [InlineData("https://login.example/token#fragment", false)]
    [InlineData("ftp://login.example/token", false)]
    [InlineData("file:///etc/passwd", false)]
    [InlineData("/token", false)]
    [InlineData("login.example", false)]
    [InlineData("", false)]
    public void Only_https_or_this_machine_is_sent_credentials(string url, bool allowed)
    {
        var exception = Record.Exception(() => EndpointUri.Parse(url, "a setting"));

        Assert.Equal(allowed, exception is null);
        Assert.True(
            allowed || (exception is ProviderConfigurationException && exception.Message.Contains("a setting", StringComparison.Ordinal))
        );
    }

    [Fact]
    public async Task The_configuration_overrides_the_catalogue()
    {
        Assert.Equal("https://oauth2.googleapis.com/token", (await FindAsync(Make.Entry()))!.AbsoluteUri);
        Assert.Equal(
            "https://proxy.example/t",
            (await FindAsync(Make.Entry(), "Providers:Google:TokenEndpoint", "https://proxy.example/t"))!.AbsoluteUri
        );
        await Assert.ThrowsAsync<ProviderConfigurationException>(() =>
            FindAsync(Make.Entry(), "Providers:Google:TokenEndpoint", "http://proxy.example/t")
        );
    }

    [Theory]
    [InlineData("MICROSOFT-Office")]
    [InlineData("MICROSOFT2-Office")]
    [InlineData("MICROSOFT3-Office")]
    [InlineData("MICROSOFTAPP-Office")]
    public async Task What_is_said_of_Microsoft_counts_for_every_entry_there(string name) =>
        Assert.Equal(
            "https://proxy.example/t",
            (
                await FindAsync(Make.Entry(name, tenant: "contoso.example"), "Providers:Microsoft:TokenEndpoint", "https://proxy.example/t")
            )!.AbsoluteUri
        );

    [Fact]
    public async Task What_is_said_of_Microsoft2_counts_there_only()
    {
        Assert.Equal(
            "https://proxy.example/t",
            (
                await FindAsync(
                    Make.Entry("MICROSOFT2-Office", tenant: "contoso.example"),
                    "Providers:Microsoft2:TokenEndpoint",
                    "https://proxy.example/t"
                )
            )!.AbsoluteUri
        );
        Assert.Equal(
            "login.microsoftonline.com",
            (
                await FindAsync(
                    Make.Entry("MICROSOFT-Office", tenant: "contoso.example"),
                    "Providers:Microsoft2:TokenEndpoint",
                    "https://proxy.example/t"
                )
            )!.Host
        );
    }

    [Theory]
    [InlineData("common", true)]
    [InlineData("123456ab-1234-5678-abdc-12345678abcd", true)]
    [InlineData("contoso.onmicrosoft.com", true)]
    [InlineData("../../evil", false)]
    [InlineData("a@evil.example", false)]
    [InlineData("", false)]
    [InlineData("a/b", false)]
    [InlineData("a?b", false)]
    public async Task A_tenant_is_a_name_and_no_path(string tenant, bool allowed)
    {
        var entry = Make.Entry("MICROSOFT-Office", tenant: tenant);

        if (allowed)
        {
            Assert.Equal($"https://login.microsoftonline.com/{tenant}/oauth2/v2.0/token", (await FindAsync(entry))!.AbsoluteUri);
        }
        else
        {
            Assert.Contains(
                "OAUTH_MICROSOFT-Office_TENANT",
                (await Assert.ThrowsAsync<ProviderConfigurationException>(() => FindAsync(entry))).Message,
                StringComparison.Ordinal
            );
        }
    }

    [Fact]
    public async Task A_generic_server_without_metadata_has_the_usual_paths()
    {
        var entry = Make.Entry("GENERIC-Mastodon", url: "https://mastodon.example");

        Assert.Equal("https://mastodon.example/oauth/token", (await FindAsync(entry))!.AbsoluteUri);
        Assert.Equal(
            [
                "https://mastodon.example/.well-known/oauth-authorization-server",
                "https://mastodon.example/.well-known/openid-configuration",
            ],
            _handler.Requests.Select(request => request.Uri.AbsoluteUri)
        );
    }

    [Theory]
    [InlineData("""{"issuer":"https://as.example","token_endpoint":"https://as.example/t"}""", "https://as.example/t")]
    [InlineData("""{"issuer":"https://as.example/","token_endpoint":"https://elsewhere.example/t"}""", "https://elsewhere.example/t")]
    [InlineData("""{"issuer":"https://as.example"}""", "https://as.example/oauth/token")]
    [InlineData("""{"issuer":"https://evil.example","token_endpoint":"https://evil.example/t"}""", "https://as.example/oauth/token")]
    [InlineData("""{"issuer":"https://AS.example","token_endpoint":"https://evil.example/t"}""", "https://as.example/oauth/token")]
    [InlineData("""{"token_endpoint":"https://evil.example/t"}""", "https://as.example/oauth/token")]
    [InlineData("""{"issuer":"https://as.example","token_endpoint":"http://as.example/t"}""", "https://as.example/oauth/token")]
    [InlineData("""{"issuer":"https://as.example","token_endpoint":["https://as.example/t"]}""", "https://as.example/oauth/token")]
    [InlineData(
        """{"issuer":"https://as.example","issuer":"https://as.example","token_endpoint":"https://as.example/t"}""",
        "https://as.example/oauth/token"
    )]
    [InlineData("""[]""", "https://as.example/oauth/token")]
    [InlineData("""<html>""", "https://as.example/oauth/token")]
    public async Task Case_134_Metadata_counts_only_where_it_can_be_trusted(string metadata, string expected)
    {
        _handler = StubHandler.Of(HttpStatusCode.OK, metadata);

        Assert.Equal(expected, (await FindAsync(Make.Entry("GENERIC-X", url: "https://as.example")))!.AbsoluteUri);
    }

    [Fact]
    public async Task Case_134_The_last_good_metadata_serves_while_a_server_is_broken()
    {
        var body = """{"issuer":"https://as.example","token_endpoint":"https://as.example/t"}""";
        _handler = new StubHandler(
            (_, _) => Task.FromResult(new HttpResponseMessage(HttpStatusCode.OK) { Content = new StringContent(body) })
        );
        using var http = new HttpClient(_handler);
        var cache = new ServerMetadataCache(
            new ProviderDocuments(http, _time, new BridgeOptions()),
            new DiscoveredHosts(new ConfigurationBuilder().Build()),
            _time,
            NullLogger<ServerMetadataCache>.Instance
        );
        var server = new Uri("https://as.example");
        await cache.FindAsync(server, ProviderEndpoint.TokenEndpoint);
        await cache.FindAsync(server, ProviderEndpoint.TokenEndpoint);
        Assert.Single(_handler.Requests);
        body = "broken";
        _time.Advance(TimeSpan.FromHours(25));

        Assert.Equal("https://as.example/t", (await cache.FindAsync(server, ProviderEndpoint.TokenEndpoint))!.AbsoluteUri);
        await cache.FindAsync(server, ProviderEndpoint.TokenEndpoint);
        Assert.Equal(3, _handler.Requests.Count);
    }

    [Theory]
    [InlineData("GOOGLE-Mail", null, null, true)]
    [InlineData("MICROSOFT-Mail", null, null, true)] // the tenant is in the path
    [InlineData("GENERIC-Mail", null, null, false)]
    [InlineData("GENERIC-Mail", "Entries:GENERIC-Mail:TokenEndpoint", "https://as.example/token", true)]
    [InlineData("GENERIC-Mail", "Entries:GENERIC-Other:TokenEndpoint", "https://as.example/token", false)]
    [InlineData("GENERIC-Mail", "Entries:GENERIC-Mail:AuthorizationEndpoint", "https://as.example/authorize", false)]
    [InlineData("GENERIC-Mail", "Providers:Generic:TokenEndpoint", "https://as.example/token", true)]
    [InlineData("GENERIC-Mail", "Providers:Generic:TokenEndpoint", "{url}/token", false)]
    [InlineData("GOOGLE-Mail", "Entries:GOOGLE-Mail:TokenEndpoint", "{url}/token", false)]
    [InlineData("MICROSOFT-Mail", "Entries:MICROSOFT-Mail:TokenEndpoint", "https://{tenant}.example/token", false)]
    [InlineData("MICROSOFT-Mail", "Entries:MICROSOFT-Mail:TokenEndpoint", "https://login.example/{tenant}/token", true)]
    public void Only_an_endpoint_whose_server_no_database_names_is_trusted(string entry, string? setting, string? value, bool isTrusted)
    {
        using var http = new HttpClient(_handler, disposeHandler: false);

        Assert.Equal(isTrusted, Directory(http, setting, value).IsTrusted(Make.Entry(entry), ProviderEndpoint.TokenEndpoint));
    }

    public void Dispose() => _handler.Dispose();

    private async Task<Uri?> FindAsync(Dolibarr.Entries.OAuthEntry entry, string? setting = null, string? value = null)
    {
        using var http = new HttpClient(_handler, disposeHandler: false);
        return await Directory(http, setting, value).FindAsync(entry, ProviderEndpoint.TokenEndpoint);
    }

    private ProviderDirectory Directory(HttpClient http, string? setting, string? value)
    {
        var configuration = new ConfigurationBuilder()
            .AddInMemoryCollection(setting is null ? [] : new Dictionary<string, string?> { [setting] = value })
            .Build();
        return new ProviderDirectory(
            configuration,
            new ServerMetadataCache(
                new ProviderDocuments(http, _time, new BridgeOptions()),
                new DiscoveredHosts(new ConfigurationBuilder().Build()),
                _time,
                NullLogger<ServerMetadataCache>.Instance
            )
        );
    }
}
