// SPDX-License-Identifier: GPL-3.0-or-later

using System.Net;
using DolibarrOAuthBridge.Dolibarr.Entries;
using DolibarrOAuthBridge.Providers;
using DolibarrOAuthBridge.Tests.Support;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Time.Testing;

namespace DolibarrOAuthBridge.Tests.Providers;

/// <summary>Where metadata is looked for, and what is said where there is none.</summary>
public sealed class DiscoveryTests
{
    private const string Token = "https://as.example/the/token/endpoint";

    [Theory]
    [InlineData("https://as.example/tenant1", "https://as.example/.well-known/oauth-authorization-server/tenant1")]
    [InlineData("https://as.example/tenant1", "https://as.example/.well-known/openid-configuration/tenant1")]
    [InlineData("https://as.example/tenant1", "https://as.example/tenant1/.well-known/openid-configuration")]
    [InlineData("https://as.example/a/b/", "https://as.example/.well-known/oauth-authorization-server/a/b")]
    [InlineData("https://as.example", "https://as.example/.well-known/oauth-authorization-server")]
    public async Task The_document_is_found_after_the_issuers_path_and_before_it(string issuer, string document) =>
        Assert.Equal(Token, await FindAsync(Server(document, issuer.TrimEnd('/')), Make.Entry("GENERIC-X", url: issuer)));

    [Theory]
    [InlineData("https://as.example/realms/x/.well-known/openid-configuration", "https://as.example/realms/x")]
    [InlineData("https://as.example/.well-known/oauth-authorization-server/tenant1", "https://as.example/tenant1")]
    [InlineData("https://as.example/.well-known/openid-configuration", "https://as.example")]
    public async Task A_pasted_address_of_the_document_itself_is_understood(string pasted, string issuer) =>
        Assert.Equal(Token, await FindAsync(Server(pasted, issuer), Make.Entry("GENERIC-X", url: pasted)));

    [Fact]
    public async Task Members_that_the_bridge_does_not_use_never_make_metadata_worthless()
    {
        var server = Server(
            "https://as.example/.well-known/openid-configuration",
            "https://as.example",
            """ "registration_endpoint":"http://10.0.0.1/","service_documentation":"javascript:0","end_session_endpoint":7,"""
        );

        Assert.Equal(Token, await FindAsync(server, Make.Entry("GENERIC-X", url: "https://as.example")));
    }

    [Fact]
    public async Task A_failing_discovery_names_each_address_that_was_asked_and_what_it_said()
    {
        using var server = new StubHandler(
            static (request, _) =>
                request.RequestUri!.AbsolutePath.EndsWith("openid-configuration", StringComparison.Ordinal)
                    ? Task.FromResult(new HttpResponseMessage { Content = new StringContent("<html>") })
                    : throw new HttpRequestException(HttpRequestError.NameResolutionError)
        );
        var cache = Cache(server);
        var url = new Uri("https://as.example/tenant1");

        Assert.Null(await cache.GetAsync(url, TestContext.Current.CancellationToken));

        var problem = cache.Problem(url)!;
        foreach (var request in server.Requests)
        {
            Assert.Contains(request.Uri.AbsoluteUri + ": ", problem, StringComparison.Ordinal);
        }

        Assert.Equal(4, server.Requests.Count);
        Assert.Contains("not well-formed", problem, StringComparison.Ordinal);
        Assert.Contains("cannot be resolved", problem, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(502)]
    [InlineData(503)]
    [InlineData(null)]
    public async Task No_secret_goes_to_a_guess_while_the_server_does_not_answer(int? status)
    {
        var isUp = false;
        using var server = new StubHandler(
            (request, _) =>
                isUp && request.RequestUri!.AbsolutePath.EndsWith("openid-configuration", StringComparison.Ordinal)
                    ? Task.FromResult(
                        new HttpResponseMessage
                        {
                            Content = new StringContent($$"""{"issuer":"https://as.example","token_endpoint":"{{Token}}"}"""),
                        }
                    )
                : status is { } code ? Task.FromResult(new HttpResponseMessage((HttpStatusCode)code))
                : throw new HttpRequestException(HttpRequestError.ConnectionError)
        );
        var clock = new FakeTimeProvider();
        var directory = Directory(Cache(server, clock));
        var entry = Make.Entry("GENERIC-X", url: "https://as.example");
        var cancellation = TestContext.Current.CancellationToken;

        foreach (var endpoint in new[] { ProviderEndpoint.TokenEndpoint, ProviderEndpoint.RevocationEndpoint })
        {
            var exception = await Assert.ThrowsAsync<BridgeException>(() => directory.FindAsync(entry, endpoint, cancellation));
            Assert.Equal(ProblemCode.ProviderUnavailable, exception.Code);
        }

        isUp = true;
        clock.Advance(TimeSpan.FromSeconds(10));

        Assert.Equal(Token, (await directory.FindAsync(entry, ProviderEndpoint.TokenEndpoint, cancellation))!.AbsoluteUri);

        isUp = false;
        clock.Advance(TimeSpan.FromHours(25));

        Assert.Equal(Token, (await directory.FindAsync(entry, ProviderEndpoint.TokenEndpoint, cancellation))!.AbsoluteUri);
    }

    [Fact]
    public async Task Metadata_that_was_fetched_while_the_clock_was_ahead_is_fetched_again()
    {
        using var server = Server("https://as.example/.well-known/openid-configuration", "https://as.example");
        var clock = new FakeTimeProvider();
        var cache = Cache(server, clock);
        await cache.GetAsync(new Uri("https://as.example"), TestContext.Current.CancellationToken);
        var before = server.Requests.Count;

        clock.AdjustTime(clock.GetUtcNow() - TimeSpan.FromDays(1));
        await cache.GetAsync(new Uri("https://as.example"), TestContext.Current.CancellationToken);

        Assert.Equal(2 * before, server.Requests.Count);
    }

    [Theory]
    [InlineData(404)]
    [InlineData(403)]
    [InlineData(500)]
    public async Task A_server_that_answers_without_metadata_has_the_usual_endpoints(int status)
    {
        using var server = StubHandler.Of((HttpStatusCode)status, string.Empty);

        Assert.Equal("https://as.example/oauth/token", await FindAsync(server, Make.Entry("GENERIC-X", url: "https://as.example")));
    }

    [Fact]
    public async Task A_server_that_lets_one_address_wait_is_asked_for_the_others()
    {
        var clock = new FakeTimeProvider();
        using var server = new StubHandler(
            async (request, cancellation) =>
            {
                if (request.RequestUri!.AbsolutePath.EndsWith("openid-configuration", StringComparison.Ordinal))
                {
                    return new HttpResponseMessage
                    {
                        Content = new StringContent($$"""{"issuer":"https://as.example","token_endpoint":"{{Token}}"}"""),
                    };
                }

                clock.Advance(TimeSpan.FromSeconds(5));
                await Task.Delay(Timeout.Infinite, cancellation);
                throw new InvalidOperationException();
            }
        );

        Assert.NotNull(await Cache(server, clock).GetAsync(new Uri("https://as.example"), TestContext.Current.CancellationToken));
    }

    [Fact]
    public async Task A_tenant_in_overrides_is_the_entrys_everywhere()
    {
        var entry = Make.Entry("GENERIC-X", tenant: "contoso", url: "https://unused.example");
        using var server = Server("https://as.example/contoso/.well-known/openid-configuration", "https://as.example/contoso");
        var directory = Directory(
            server,
            ("Entries:GENERIC-X:Issuer", "https://as.example/{tenant}"),
            ("Entries:GENERIC-X:RevocationEndpoint", "https://as.example/{tenant}/revoke")
        );
        var cancellation = TestContext.Current.CancellationToken;

        Assert.Equal(Token, (await directory.FindAsync(entry, ProviderEndpoint.TokenEndpoint, cancellation))!.AbsoluteUri);
        Assert.Equal(
            "https://as.example/contoso/revoke",
            (await directory.FindAsync(entry, ProviderEndpoint.RevocationEndpoint, cancellation))!.AbsoluteUri
        );
        Assert.Equal("https://as.example/contoso", (await directory.FindIssuerAsync(entry, cancellation)).Identifier);
    }

    [Theory]
    [InlineData("common", null)] // the answer names the directory of whoever consented
    [InlineData("123456ab-1234-5678-abdc-12345678abcd", "https://login.example/123456ab-1234-5678-abdc-12345678abcd/v2.0")]
    public async Task An_issuer_with_a_tenant_is_expected_where_the_tenant_is_known(string tenant, string? issuer)
    {
        using var server = StubHandler.Of(HttpStatusCode.NotFound, string.Empty);
        var directory = Directory(server, ("Providers:Microsoft:Issuer", "https://login.example/{tenant}/v2.0"));

        var expected = await directory.FindIssuerAsync(Make.Entry("MICROSOFT-X", tenant: tenant), TestContext.Current.CancellationToken);

        Assert.Equal(issuer, expected.Identifier);
    }

    private static StubHandler Server(string document, string issuer, string more = "") =>
        new(
            (request, _) =>
                Task.FromResult(
                    request.RequestUri!.AbsoluteUri == document
                        ? new HttpResponseMessage
                        {
                            Content = new StringContent($$"""{{{more}}"issuer":"{{issuer}}","token_endpoint":"{{Token}}"}"""),
                        }
                        : new HttpResponseMessage(HttpStatusCode.NotFound)
                )
        );

    private static async Task<string?> FindAsync(StubHandler server, OAuthEntry entry)
    {
        using (server)
        {
            return (
                await Directory(server).FindAsync(entry, ProviderEndpoint.TokenEndpoint, TestContext.Current.CancellationToken)
            )?.AbsoluteUri;
        }
    }

    private static ProviderDirectory Directory(StubHandler server, params (string Key, string Value)[] settings) =>
        new(
            new ConfigurationBuilder()
                .AddInMemoryCollection(settings.Select(static setting => new KeyValuePair<string, string?>(setting.Key, setting.Value)))
                .Build(),
            Cache(server)
        );

    private static ProviderDirectory Directory(ServerMetadataCache cache) => new(new ConfigurationBuilder().Build(), cache);

    private static ServerMetadataCache Cache(StubHandler server, TimeProvider? time = null) =>
        new(
            new ProviderDocuments(new HttpClient(server), time ?? TimeProvider.System, new BridgeOptions()),
            new DiscoveredHosts(new ConfigurationBuilder().Build()),
            time ?? TimeProvider.System,
            NullLogger<ServerMetadataCache>.Instance
        );
}
