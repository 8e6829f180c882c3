// SPDX-License-Identifier: GPL-3.0-or-later

using System.Net;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using DolibarrOAuthBridge.AppOnly;
using DolibarrOAuthBridge.Dolibarr.Entries;
using DolibarrOAuthBridge.Entries;
using DolibarrOAuthBridge.Providers;
using DolibarrOAuthBridge.Tests.Support;
using Microsoft.AspNetCore.WebUtilities;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Time.Testing;

namespace DolibarrOAuthBridge.Tests.AppOnly;

public sealed class AppOnlyClientTests
{
    private const string Tenant = "contoso.onmicrosoft.com";
    private const string Token = """{"token_type":"Bearer","expires_in":3599,"ext_expires_in":3599,"access_token":"at-1"}""";

    private readonly FakeTimeProvider _time = new(Make.Now);

    [Fact]
    public async Task A_secret_goes_to_the_tenants_own_token_endpoint()
    {
        var (answer, request) = await AskAsync(Entry("s3cret+%&é"), Token);

        Assert.Equal("at-1", Assert.IsType<TokenAnswer.Issued>(answer).Response.AccessToken);
        Assert.Equal($"https://login.microsoftonline.com/{Tenant}/oauth2/v2.0/token", request.Uri.AbsoluteUri);
        Assert.Equal(
            ("client_credentials", "client", "s3cret+%&é", "https://outlook.office365.com/.default"),
            (request.Form["grant_type"], request.Form["client_id"], request.Form["client_secret"], request.Form["scope"])
        );
        Assert.DoesNotContain("offline_access", request.Form["scope"], StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_certificate_signs_an_assertion_for_Microsoft_even_behind_a_proxy()
    {
        using var files = new Certificates();
        var (answer, request) = await AskAsync(Entry(string.Empty, files.Pem()), Token, "http://127.0.0.1:9/proxy/token");

        Assert.IsType<TokenAnswer.Issued>(answer);
        Assert.Equal("http://127.0.0.1:9/proxy/token", request.Uri.AbsoluteUri);
        Assert.False(request.Form.ContainsKey("client_secret"));
        Assert.Equal("urn:ietf:params:oauth:client-assertion-type:jwt-bearer", request.Form["client_assertion_type"]);
        var claims = Verify(request.Form["client_assertion"], files);
        Assert.Equal($"https://login.microsoftonline.com/{Tenant}/oauth2/v2.0/token", claims.GetProperty("aud").GetString());
        Assert.Equal(("client", "client"), (claims.GetProperty("iss").GetString(), claims.GetProperty("sub").GetString()));
    }

    [Fact]
    public async Task In_another_cloud_the_assertion_is_addressed_to_it()
    {
        const string Endpoint = "https://login.microsoftonline.us/contoso.us/oauth2/v2.0/token";
        using var files = new Certificates();
        var (_, request) = await AskAsync(Entry(string.Empty, files.Pem()), Token, Endpoint);

        Assert.Equal(Endpoint, request.Uri.AbsoluteUri);
        Assert.Equal(Endpoint, Verify(request.Form["client_assertion"], files).GetProperty("aud").GetString());
    }

    [Theory]
    [InlineData(400, """{"error":"invalid_client","error_description":"AADSTS7000222: expired"}""", "invalid_client")]
    [InlineData(400, """{"error":"unauthorized_client"}""", "unauthorized_client")]
    [InlineData(400, """{"error":"invalid_grant","suberror":"x"}""", "invalid_grant")]
    [InlineData(401, """{"error":"interaction_required","claims":"{}"}""", "interaction_required")]
    public async Task A_refusal_is_what_the_error_member_says(int status, string body, string error)
    {
        var (answer, _) = await AskAsync(Entry(), body, status: (HttpStatusCode)status);

        Assert.Equal(error, Assert.IsType<TokenAnswer.Refused>(answer).Error);
    }

    [Theory]
    [InlineData(429, "{}", "http_429")]
    [InlineData(503, "<html>", "http_503")]
    [InlineData(200, "{", "malformed")]
    [InlineData(200, """{"access_token":"a b","expires_in":1}""", "malformed")]
    [InlineData(302, "", "http_302")]
    public async Task Nonsense_and_overload_are_unavailability_after_one_request(int status, string body, string reason)
    {
        var (answer, _) = await AskAsync(Entry(), body, status: (HttpStatusCode)status);

        Assert.Equal(reason, Assert.IsType<TokenAnswer.Unavailable>(answer).Reason);
    }

    [Fact]
    public async Task A_throttled_client_is_asked_again_when_the_broker_says_so()
    {
        var entry = Entry("throttled");
        for (var attempt = 0; attempt < 3; attempt++)
        {
            var (answer, _) = await AskAsync(entry, "{}", status: HttpStatusCode.TooManyRequests, retryAfter: TimeSpan.FromMinutes(5));
            Assert.Equal(TimeSpan.FromMinutes(5), Assert.IsType<TokenAnswer.Unavailable>(answer).RetryAfter);
        }

        Assert.IsType<TokenAnswer.Issued>((await AskAsync(entry, Token)).Answer);
    }

    [Fact]
    public async Task A_silent_provider_costs_one_deadline()
    {
        var handler = new StubHandler(
            async (_, cancellation) =>
            {
                _time.Advance(TimeSpan.FromSeconds(16));
                await Task.Delay(Timeout.Infinite, cancellation);
                throw new InvalidOperationException();
            }
        );

        var answer = await Client(handler).RequestAsync(Entry(), TestContext.Current.CancellationToken);

        Assert.Equal("timeout", Assert.IsType<TokenAnswer.Unavailable>(answer).Reason);
        Assert.Single(handler.Requests);
    }

    [Theory]
    [InlineData("common")]
    [InlineData("Organizations")]
    [InlineData("consumers")]
    public async Task A_tenant_of_many_directories_is_refused_with_the_reason_and_no_request(string tenant)
    {
        var handler = StubHandler.Of(HttpStatusCode.OK, Token);
        var entry = new OAuthEntry
        {
            Name = Make.Name("MICROSOFTAPP-Mail"),
            Entity = 1,
            ClientId = "client",
            ClientSecret = "secret",
            Tenant = tenant,
        };

        var refusal = await Assert.ThrowsAsync<BridgeException>(() =>
            Client(handler).RequestAsync(entry, TestContext.Current.CancellationToken)
        );

        Assert.Equal(ProblemCode.EntryIncomplete, refusal.Code);
        Assert.Contains("OAUTH_MICROSOFTAPP-Mail_TENANT", refusal.Message, StringComparison.Ordinal);
        Assert.Contains("AADSTS9001023", refusal.Message, StringComparison.Ordinal);
        Assert.Empty(handler.Requests);
    }

    [Fact]
    public async Task A_client_with_neither_secret_nor_certificate_is_incomplete()
    {
        var refusal = await Assert.ThrowsAsync<BridgeException>(() =>
            Client(StubHandler.Of(HttpStatusCode.OK, Token)).RequestAsync(Entry(string.Empty), TestContext.Current.CancellationToken)
        );

        Assert.Contains("client_secret", refusal.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("", "https://outlook.office365.com/.default")]
    [InlineData("openid offline_access", "https://outlook.office365.com/.default")]
    [InlineData("https://outlook.office.com/SMTP.Send offline_access", "https://outlook.office365.com/.default")]
    [InlineData("https://outlook.office365.com/.default", "https://outlook.office365.com/.default")]
    [InlineData("https://outlook.office365.us/.default", "https://outlook.office365.us/.default")]
    [InlineData("Mail.Send", "https://graph.microsoft.com/.default")]
    [InlineData("https://graph.microsoft.com/Mail.Send User.Read", "https://graph.microsoft.com/.default")]
    [InlineData("api://11111111-2222-3333-4444-555555555555/.default", "api://11111111-2222-3333-4444-555555555555/.default")]
    public void The_scope_is_everything_granted_at_the_api_that_the_entry_names(string scopes, string scope) =>
        Assert.Equal(scope, AppOnlyScope.Of(ProviderCatalogue.Of(Make.Name("MICROSOFTAPP")), Entry(scopes: scopes)));

    [Fact]
    public void Two_apis_are_refused_by_name()
    {
        var refusal = Assert.Throws<ProviderConfigurationException>(() =>
            AppOnlyScope.Of(
                ProviderCatalogue.Of(Make.Name("MICROSOFTAPP")),
                Entry(scopes: "User.Read https://outlook.office365.com/SMTP.Send")
            )
        );

        Assert.Contains("https://graph.microsoft.com and https://outlook.office365.com", refusal.Message, StringComparison.Ordinal);
    }

    private static OAuthEntry Entry(string secret = "secret", string? certificate = null, string scopes = "") =>
        new()
        {
            Name = Make.Name("MICROSOFTAPP-Mail"),
            Entity = 1,
            ClientId = "client",
            ClientSecret = secret,
            ClientCertificate = certificate,
            Tenant = Tenant,
            Scopes = scopes.Split(' ', StringSplitOptions.RemoveEmptyEntries),
        };

    private async Task<(TokenAnswer Answer, (Uri Uri, Dictionary<string, string> Form) Request)> AskAsync(
        OAuthEntry entry,
        string body,
        string? endpoint = null,
        HttpStatusCode status = HttpStatusCode.OK,
        TimeSpan? retryAfter = null
    )
    {
        var handler = StubHandler.Of(() =>
        {
            var response = new HttpResponseMessage(status) { Content = new StringContent(body, Encoding.UTF8, "application/json") };
            response.Headers.RetryAfter = retryAfter is { } wait ? new(wait) : null;
            return response;
        });
        var answer = await Client(handler, endpoint, entry.ClientCertificate).RequestAsync(entry, TestContext.Current.CancellationToken);
        var (uri, form, _) = Assert.Single(handler.Requests);
        return (answer, (uri, QueryHelpers.ParseQuery(form).ToDictionary(pair => pair.Key, pair => pair.Value.ToString())));
    }

    private AppOnlyClient Client(StubHandler handler, string? endpoint = null, string? certificate = null)
    {
        var configuration = new ConfigurationBuilder()
            .AddInMemoryCollection(
                new Dictionary<string, string?>
                {
                    ["Providers:MicrosoftApp:TokenEndpoint"] = endpoint,
                    ["Entries:MICROSOFTAPP-Mail:Certificate"] = certificate,
                }
            )
            .Build();
        var http = new HttpClient(handler);
        var options = new BridgeOptions();
        var providers = new ProviderDirectory(
            configuration,
            new ServerMetadataCache(
                new ProviderDocuments(http, _time, options),
                new DiscoveredHosts(new ConfigurationBuilder().Build()),
                _time,
                NullLogger<ServerMetadataCache>.Instance
            )
        );
        var client = new TokenEndpointClient(http, _time, options);
        return new AppOnlyClient(
            providers,
            client,
            new ClientCertificates(configuration, _time),
            new ServiceAccountClient(providers, client, _time)
        );
    }

    private static JsonElement Verify(string assertion, Certificates files)
    {
        var parts = assertion.Split('.');
        using var key = files.Certificate.PublicKey.GetRSAPublicKey()!;
        Assert.True(
            key.VerifyData(
                Encoding.ASCII.GetBytes($"{parts[0]}.{parts[1]}"),
                WebEncoders.Base64UrlDecode(parts[2]),
                HashAlgorithmName.SHA256,
                RSASignaturePadding.Pss
            )
        );
        return JsonDocument.Parse(WebEncoders.Base64UrlDecode(parts[1])).RootElement;
    }
}
