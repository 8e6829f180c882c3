// SPDX-License-Identifier: GPL-3.0-or-later

using System.Net;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;
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

/// <summary>A Google service account with domain-wide delegation (RFC 7523, section 2.1).</summary>
public sealed class ServiceAccountTests : IDisposable
{
    private const string Email = "erp@project.iam.gserviceaccount.com";
    private const string Google = "https://oauth2.googleapis.com/token";
    private const string Token = """{"access_token":"ya29.x","expires_in":3599,"token_type":"Bearer"}""";

    private readonly string _directory = Directory.CreateTempSubdirectory("service-account-").FullName;
    private readonly RSA _rsa = RSA.Create(2048);
    private readonly FakeTimeProvider _time = new(Make.Now);

    [Fact]
    public async Task A_signed_assertion_names_the_account_the_user_and_the_scopes()
    {
        var handler = StubHandler.Of(HttpStatusCode.OK, Token);

        var answer = await Client(handler).RequestAsync(Entry(Key()), TestContext.Current.CancellationToken);

        Assert.Equal("ya29.x", Assert.IsType<TokenAnswer.Issued>(answer).Response.AccessToken);
        var (uri, body, request) = Assert.Single(handler.Requests);
        Assert.Equal(Google, uri.AbsoluteUri);
        Assert.Null(request.Headers.Authorization);
        var form = QueryHelpers.ParseQuery(body);
        Assert.Equal(["assertion", "grant_type"], form.Keys.Order(StringComparer.Ordinal));
        Assert.Equal("urn:ietf:params:oauth:grant-type:jwt-bearer", form["grant_type"]);
        var (header, claims) = Verify(form["assertion"]!);
        Assert.Equal(("RS256", "key-1"), (header.GetProperty("alg").GetString(), header.GetProperty("kid").GetString()));
        Assert.Equal(
            (Email, "erp@example.com", "https://mail.google.com/", Google),
            (Text(claims, "iss"), Text(claims, "sub"), Text(claims, "scope"), Text(claims, "aud"))
        );
        Assert.InRange(claims.GetProperty("exp").GetInt64() - claims.GetProperty("iat").GetInt64(), 60, 3600);
    }

    [Fact]
    public async Task An_endpoint_in_the_configuration_gets_the_request_and_the_assertion_stays_addressed_to_Google()
    {
        var handler = StubHandler.Of(HttpStatusCode.OK, Token);

        await Client(handler, "http://127.0.0.1:9/token").RequestAsync(Entry(Key()), TestContext.Current.CancellationToken);

        var (uri, body, _) = Assert.Single(handler.Requests);
        Assert.Equal("http://127.0.0.1:9/token", uri.AbsoluteUri);
        Assert.Equal(Google, Text(Verify(QueryHelpers.ParseQuery(body)["assertion"]!).Claims, "aud"));
    }

    [Theory]
    [InlineData("{", "is not the JSON file")]
    [InlineData("""{"type":"authorized_user"}""", "a user's")]
    [InlineData("""{"type":"service_account"}""", "client_email")]
    [InlineData("""{"type":"service_account","client_email":"a@b"}""", "private_key")]
    [InlineData("""{"type":"service_account","client_email":"a@b","private_key":"canary"}""", "is not the JSON file")]
    public async Task A_file_that_is_no_key_is_said_to_be_none_and_nothing_is_asked(string json, string words)
    {
        var handler = StubHandler.Of(HttpStatusCode.OK, Token);

        var refusal = await Assert.ThrowsAsync<ProviderConfigurationException>(() =>
            Client(handler).RequestAsync(Entry(Write(json)), TestContext.Current.CancellationToken)
        );

        Assert.Contains(words, refusal.Message, StringComparison.Ordinal);
        Assert.DoesNotContain("canary", refusal.Message, StringComparison.Ordinal);
        Assert.Empty(handler.Requests);
    }

    [Fact]
    public async Task Without_a_user_to_act_for_the_setting_is_named()
    {
        var refusal = await Assert.ThrowsAsync<ProviderConfigurationException>(() =>
            Client(StubHandler.Of(HttpStatusCode.OK, Token)).RequestAsync(Entry(Key(), subject: ""), TestContext.Current.CancellationToken)
        );

        Assert.Contains("Entries:GOOGLE-Mail:Subject", refusal.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Such_an_entry_needs_no_secret_no_person_and_no_refresh_token()
    {
        var entry = Entry(Key());
        var provider = ProviderCatalogue.Of(entry);

        Assert.Empty(EntrySettings.Missing(entry));
        Assert.True(provider.IsAppOnly);
        Assert.True(Make.Grant(Make.Token(TimeSpan.FromHours(1), refreshToken: null)).IsRenewableAt(provider));
        Assert.False(ProviderCatalogue.Of(Make.Entry("GOOGLE-Mail")).IsAppOnly);
    }

    [Fact]
    public void Only_the_sidecars_configuration_of_a_Google_entry_names_a_key()
    {
        var keys = new ServiceAccountKeys(Configuration(null, ("GOOGLE-Mail", "/g.json"), ("GENERIC-Mail", "/x.json")));

        Assert.Equal(new ServiceAccount("/g.json", "erp@example.com"), keys.Of(Make.Name("GOOGLE-Mail")));
        Assert.Null(keys.Of(Make.Name("GOOGLE-Other")));
        Assert.Null(keys.Of(Make.Name("GENERIC-Mail")));
    }

    [Fact]
    public void A_key_that_everybody_can_read_is_noticed()
    {
        var entry = Entry(Key());
        File.SetUnixFileMode(entry.ServiceAccount!.KeyPath, UnixFileMode.UserRead | UnixFileMode.OtherRead);
        Assert.Equal(entry.ServiceAccount.KeyPath, ServiceAccountKeys.Inspect(entry)!.ExposedPath);

        File.SetUnixFileMode(entry.ServiceAccount.KeyPath, UnixFileMode.UserRead);
        Assert.Null(ServiceAccountKeys.Inspect(entry)!.ExposedPath);
        Assert.NotNull(ServiceAccountKeys.Inspect(Entry("/nowhere.json"))!.Problem);
    }

    public void Dispose()
    {
        _rsa.Dispose();
        Directory.Delete(_directory, recursive: true);
    }

    private static string Text(JsonElement claims, string name) => claims.GetProperty(name).GetString()!;

    private static OAuthEntry Entry(string path, string subject = "erp@example.com") =>
        new()
        {
            Name = Make.Name("GOOGLE-Mail"),
            Entity = 1,
            ServiceAccount = new ServiceAccount(path, subject),
            Scopes = ["gmail_full"],
        };

    private static IConfiguration Configuration(string? endpoint, params (string Entry, string Path)[] keys) =>
        new ConfigurationBuilder()
            .AddInMemoryCollection(
                keys.SelectMany(key => new Dictionary<string, string?>
                {
                    [$"Entries:{key.Entry}:ServiceAccountKey"] = key.Path,
                    [$"Entries:{key.Entry}:Subject"] = "erp@example.com",
                })
                    .Append(new("Providers:Google:TokenEndpoint", endpoint))
            )
            .Build();

    private string Key() =>
        Write(
            new JsonObject
            {
                ["type"] = "service_account",
                ["client_email"] = Email,
                ["private_key_id"] = "key-1",
                ["private_key"] = _rsa.ExportPkcs8PrivateKeyPem(),
                ["token_uri"] = Google,
            }.ToJsonString()
        );

    private string Write(string json)
    {
        var path = Path.Combine(_directory, "key.json");
        File.WriteAllText(path, json);
        return path;
    }

    private (JsonElement Header, JsonElement Claims) Verify(string assertion)
    {
        var parts = assertion.Split('.');
        Assert.True(
            _rsa.VerifyData(
                Encoding.ASCII.GetBytes($"{parts[0]}.{parts[1]}"),
                WebEncoders.Base64UrlDecode(parts[2]),
                HashAlgorithmName.SHA256,
                RSASignaturePadding.Pkcs1
            )
        );
        return (Decode(parts[0]), Decode(parts[1]));
    }

    private static JsonElement Decode(string part) => JsonDocument.Parse(WebEncoders.Base64UrlDecode(part)).RootElement;

    private ServiceAccountClient Client(StubHandler handler, string? endpoint = null)
    {
        var http = new HttpClient(handler);
        var options = new BridgeOptions();
        var providers = new ProviderDirectory(
            Configuration(endpoint),
            new ServerMetadataCache(
                new ProviderDocuments(http, _time, options),
                new DiscoveredHosts(new ConfigurationBuilder().Build()),
                _time,
                NullLogger<ServerMetadataCache>.Instance
            )
        );
        return new ServiceAccountClient(providers, new TokenEndpointClient(http, _time, options), _time);
    }
}
