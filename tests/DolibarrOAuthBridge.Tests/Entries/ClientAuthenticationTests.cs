// SPDX-License-Identifier: GPL-3.0-or-later

using System.Buffers.Text;
using System.Net;
using System.Net.Http.Headers;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using DolibarrOAuthBridge.Dolibarr.Entries;
using DolibarrOAuthBridge.Entries;
using DolibarrOAuthBridge.Providers;
using DolibarrOAuthBridge.Tests.Support;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.Logging.Abstractions;

namespace DolibarrOAuthBridge.Tests.Entries;

public sealed class ClientAuthenticationTests
{
    private const string Server = "https://login.example";
    private static readonly Uri Endpoint = new(Server + "/token");

    private readonly List<string> _asked = [];

    [Theory]
    [InlineData("", "basic")]
    [InlineData("\"token_endpoint_auth_methods_supported\":[\"client_secret_basic\"],", "basic")]
    [InlineData("\"token_endpoint_auth_methods_supported\":[\"client_secret_post\"],", "post")]
    [InlineData("\"token_endpoint_auth_methods_supported\":[\"none\"],", "none")]
    [InlineData(null, "post")]
    public async Task The_servers_metadata_decides(string? metadata, string method)
    {
        await SendAsync(Authentication(metadata), Generic(), method);

        Assert.Equal([method], _asked);
    }

    [Theory]
    [InlineData("basic")]
    [InlineData("post")]
    [InlineData("none")]
    public async Task The_setting_counts_before_metadata_and_nothing_else_is_tried(string method)
    {
        var authentication = Authentication("", ("Entries:GENERIC-X:ClientAuthentication", method));

        var answer = await SendAsync(authentication, Generic(), accepted: "nothing");

        Assert.Equal("invalid_client", Assert.IsType<TokenAnswer.Refused>(answer).Error);
        Assert.Equal([method], _asked);
    }

    [Theory]
    [InlineData("invalid_client")]
    [InlineData("unauthorized_client")]
    [InlineData("invalid_request")] // LinkedIn, for a client_id that it does not find
    public async Task A_refused_client_tries_the_other_way_once_and_what_worked_is_remembered(string error)
    {
        var authentication = Authentication(null);

        Assert.IsType<TokenAnswer.Refused>(await SendAsync(authentication, Generic(), "basic", error, "invalid_grant"));
        await SendAsync(authentication, Generic(), "basic", error);
        Assert.Equal(["post", "basic", "basic"], _asked);

        await SendAsync(authentication, Generic(secret: "a new one"), "basic", error);
        Assert.Equal(["post", "basic", "basic", "post", "basic"], _asked);
    }

    [Fact]
    public async Task A_secret_that_is_wrong_either_way_gives_the_first_answer()
    {
        var answer = await SendAsync(Authentication(null), Generic(), accepted: "nothing");

        Assert.Equal("refused post", Assert.IsType<TokenAnswer.Refused>(answer).Description);
        Assert.Equal(["post", "basic"], _asked);
    }

    [Fact]
    public async Task A_grant_refused_to_a_client_without_secret_is_not_given_up()
    {
        var entry = Make.Entry("MICROSOFT-Mail", tenant: "contoso.example");

        var answer = await SendAsync(Authentication(null), entry, "none", answer: "invalid_grant");

        Assert.Equal("invalid_client", Assert.IsType<TokenAnswer.Refused>(answer).Error);
        Assert.Equal(["post", "none"], _asked);
    }

    [Fact]
    public async Task Basic_encodes_both_halves_as_form_values()
    {
        AuthenticationHeaderValue? sent = null;
        await Authentication("")
            .SendAsync(
                Generic(secret: "a b:ü%"),
                Endpoint,
                [],
                (form, header) =>
                {
                    sent = header;
                    Assert.Empty(form);
                    return Task.FromResult<TokenAnswer>(new TokenAnswer.Refused("invalid_grant", string.Empty));
                },
                TestContext.Current.CancellationToken
            );

        Assert.Equal("client:a+b%3A%C3%BC%25", Encoding.ASCII.GetString(Convert.FromBase64String(sent!.Parameter!)));
    }

    [Theory]
    [InlineData("\"issuer\":\"https://login.example\",", "https://login.example")]
    [InlineData(null, "https://login.example/token")]
    public async Task A_certificate_signs_an_assertion_for_the_server_in_every_request(string? metadata, string audience)
    {
        using var files = new Certificates(DateTimeOffset.UtcNow.AddYears(1));
        var entry = new OAuthEntry
        {
            Name = Make.Name("GENERIC-X"),
            Entity = 1,
            ClientId = "client",
            Url = Server,
            ClientCertificate = files.Pem(),
        };
        var assertions = new List<string>();
        var authentication = Authentication(
            metadata is null ? null : string.Empty,
            ("Entries:GENERIC-X:Certificate", files.Pem()),
            ("Entries:GENERIC-X:ClientAuthentication", "private_key_jwt")
        );
        for (var index = 0; index < 2; index++)
        {
            await authentication.SendAsync(
                entry,
                Endpoint,
                [new("grant_type", "refresh_token")],
                (form, header) =>
                {
                    Assert.Null(header);
                    Assert.Equal(("client", false), (form["client_id"], form.ContainsKey("client_secret")));
                    Assert.Equal("urn:ietf:params:oauth:client-assertion-type:jwt-bearer", form["client_assertion_type"]);
                    assertions.Add(form["client_assertion"]);
                    return Task.FromResult<TokenAnswer>(new TokenAnswer.Refused("invalid_grant", string.Empty));
                },
                TestContext.Current.CancellationToken
            );
        }

        Assert.Equal(2, assertions.Distinct().Count());
        var parts = assertions[0].Split('.');
        using var key = files.Certificate.PublicKey.GetRSAPublicKey()!;
        Assert.True(
            key.VerifyData(
                Encoding.ASCII.GetBytes($"{parts[0]}.{parts[1]}"),
                Base64Url.DecodeFromChars(parts[2]),
                HashAlgorithmName.SHA256,
                RSASignaturePadding.Pkcs1
            )
        );
        using var claims = JsonDocument.Parse(Base64Url.DecodeFromChars(parts[1]));
        Assert.Equal(audience, claims.RootElement.GetProperty("aud").GetString());
    }

    [Fact]
    public async Task An_unknown_setting_is_named() =>
        Assert.Contains(
            "Entries:GENERIC-X:ClientAuthentication",
            (
                await Assert.ThrowsAsync<ProviderConfigurationException>(() =>
                    SendAsync(Authentication("", ("Entries:GENERIC-X:ClientAuthentication", "magic")), Generic(), "post")
                )
            ).Message,
            StringComparison.Ordinal
        );

    private Task<TokenAnswer> SendAsync(
        ClientAuthentication authentication,
        OAuthEntry entry,
        string accepted,
        string refusal = "invalid_client",
        string answer = "invalid_scope"
    ) =>
        authentication.SendAsync(
            entry,
            Endpoint,
            [new("grant_type", "refresh_token")],
            (form, header) =>
            {
                var method =
                    header is not null ? "basic"
                    : form.ContainsKey("client_secret") ? "post"
                    : "none";
                Assert.Equal(header is null, form.ContainsKey("client_id"));
                _asked.Add(method);
                return Task.FromResult<TokenAnswer>(new TokenAnswer.Refused(method == accepted ? answer : refusal, "refused " + method));
            },
            TestContext.Current.CancellationToken
        );

    private static OAuthEntry Generic(string secret = "secret") => Make.Entry("GENERIC-X", secret, url: Server);

    private static ClientAuthentication Authentication(string? metadata, params (string Key, string Value)[] settings)
    {
        var handler = metadata is null
            ? StubHandler.Of(HttpStatusCode.NotFound, string.Empty)
            : StubHandler.Of(HttpStatusCode.OK, $$"""{ {{metadata}} "issuer":"{{Server}}"}""");
        var configuration = new ConfigurationBuilder()
            .AddInMemoryCollection(settings.ToDictionary(setting => setting.Key, setting => (string?)setting.Value))
            .Build();
        var documents = new ProviderDocuments(new HttpClient(handler), TimeProvider.System, new BridgeOptions());
        var cache = new ServerMetadataCache(
            documents,
            new DiscoveredHosts(configuration),
            TimeProvider.System,
            NullLogger<ServerMetadataCache>.Instance
        );
        return new ClientAuthentication(
            configuration,
            new ProviderDirectory(configuration, cache),
            new ClientCertificates(configuration, TimeProvider.System),
            TimeProvider.System
        );
    }
}
