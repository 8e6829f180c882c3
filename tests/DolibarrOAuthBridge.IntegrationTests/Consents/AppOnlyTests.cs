// SPDX-License-Identifier: GPL-3.0-or-later

using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using System.Text;
using DolibarrOAuthBridge.Demo.Processes;
using DolibarrOAuthBridge.Demo.Provider;
using DolibarrOAuthBridge.Dolibarr.Php;
using DolibarrOAuthBridge.Dolibarr.Tokens;
using DolibarrOAuthBridge.IntegrationTests.Support;
using Microsoft.AspNetCore.WebUtilities;

namespace DolibarrOAuthBridge.IntegrationTests.Consents;

/// <summary>The renewal of app-only grants: a new request where others have a refresh token, with all the broker's care.</summary>
public sealed class AppOnlyTests(SharedServer shared)
{
    private const string Entry = "MICROSOFTAPP-Mail";
    private const string Service = "Microsoftapp-Mail";
    private const string Tenant = "contoso.example";
    private const string Scope = "https://outlook.office365.com/.default";

    [Fact]
    public async Task An_expired_token_is_renewed_by_one_new_request_at_a_real_provider()
    {
        await using var provider = await StandInProvider.StartAsync(
            new StandInProviderOptions
            {
                Clients =
                [
                    new StandInClient
                    {
                        ClientId = World.ClientId,
                        ClientSecret = World.ClientSecret,
                        Scopes = [Scope],
                    },
                ],
            }
        );
        await using var world = await CreateAsync(provider.Endpoint($"{Tenant}/oauth2/v2.0/token"));
        var before = await StoreAsync(world, TimeSpan.FromMinutes(-5));
        await world.InitAsync();
        var sidecars = await Task.WhenAll(world.ServeAsync(), world.ServeAsync());

        var tokens = await Task.WhenAll(Enumerable.Range(0, 40).Select(caller => sidecars[caller % 2].TokenAsync(Entry)));

        Assert.Single(tokens.Distinct());
        var stored = await world.StoredAsync(Entry);
        Assert.Equal((tokens[0], null), (stored.AccessToken, stored.RefreshToken));
        Assert.NotEqual(before.AccessToken, stored.AccessToken);
        Assert.Equal(1, provider.Requests.TokenRequestCount);
        Assert.Empty(world.JournalFiles);
    }

    [Fact]
    public async Task An_entry_of_a_provider_that_every_dolibarr_knows_can_be_app_only()
    {
        const string Known = "MICROSOFT-Mail";
        await using var world = await CreateAsync(entry: Known);
        Answer(world, "at-canary-consent", "at-canary-renewed");
        Assert.DoesNotContain("client_credentials", (await world.RunAsync("entries", "--json")).Output, StringComparison.Ordinal);
        world.Settings = new Dictionary<string, string?>(world.Settings) { [$"Entries:{Known}:AppOnly"] = "true" };
        await world.InitAsync();

        var consent = await world.RunAsync("consent", Known, "--client-credentials");

        Assert.True(consent.ExitCode == 0, consent.Error);
        Assert.Contains("client_credentials", (await world.RunAsync("entries", "--json")).Output, StringComparison.Ordinal);
        var stored = await world.StoredAsync(Known);
        Assert.Equal(("at-canary-consent", null), (stored.AccessToken, stored.RefreshToken));
        await world.Install.SetTokenAsync(Known, stored with { EndOfLife = EndOfLife.At(DateTimeOffset.UnixEpoch) });
        Assert.Equal("at-canary-renewed", (await world.Open().TokenAsync(Known)).Value);
        Assert.All(world.Authority.Server.RequestsTo(Authority.TokenPath), request =>
            Assert.Equal(("client_credentials", Scope), (request["grant_type"], request["scope"]))
        );
    }

    [Fact]
    public async Task A_token_near_its_end_is_renewed_in_the_background_like_any_other()
    {
        await using var world = await CreateAsync();
        Answer(world, "at-canary-1", "at-canary-2");
        await StoreAsync(world, TimeSpan.FromMinutes(2));
        var host = world.Open();

        var served = await host.TokenAsync(Entry);
        await Eventually.HoldsAsync(async () => (await world.StoredAsync(Entry)).AccessToken == "at-canary-1", "the token is renewed");
        Assert.NotEqual("at-canary-1", served.Value);

        world.Clock.Advance(TimeSpan.FromMinutes(56));
        await host.RenewAsync();
        Assert.Equal("at-canary-2", (await world.StoredAsync(Entry)).AccessToken);
        Assert.Equal(2, (await host.MemoryAsync(Service)).RefreshCount);
    }

    [Fact]
    public async Task A_certificate_authenticates_where_there_is_no_secret_and_stays_out_of_every_log()
    {
        await using var directory = ScratchDirectory.Create("certificates");
        using var key = RSA.Create(2048);
        using var certificate = new CertificateRequest("CN=app", key, HashAlgorithmName.SHA256, RSASignaturePadding.Pkcs1).CreateSelfSigned(
            DateTimeOffset.UtcNow.AddDays(-1),
            DateTimeOffset.UtcNow.AddDays(1)
        );
        const string Password = "canary-of-the-certificate";
        var path = Path.Combine(directory.Path, "app.pfx");
        await File.WriteAllBytesAsync(path, certificate.Export(X509ContentType.Pfx, Password));
        await File.WriteAllTextAsync(Path.Combine(directory.Path, "password"), Password);
        await using var world = await CreateAsync();
        await world.Install.SetConstAsync($"OAUTH_{Entry}_SECRET", string.Empty);
        Answer(world, "at-canary-by-certificate");
        await StoreAsync(world, TimeSpan.FromMinutes(-5));
        world.Settings = new Dictionary<string, string?>(world.Settings)
        {
            [$"Entries:{Entry}:Certificate"] = path,
            [$"Entries:{Entry}:CertificatePasswordFile"] = Path.Combine(directory.Path, "password"),
        };

        var token = await world.RunAsync("token", Entry);

        Assert.Equal(("at-canary-by-certificate", string.Empty), (token.Output.Trim(), token.Error));
        var request = Assert.Single(world.Authority.Server.RequestsTo(Authority.TokenPath));
        Assert.Null(request["client_secret"]);
        var assertion = request["client_assertion"]!.Split('.');
        Assert.True(
            key.VerifyData(
                Encoding.ASCII.GetBytes($"{assertion[0]}.{assertion[1]}"),
                WebEncoders.Base64UrlDecode(assertion[2]),
                HashAlgorithmName.SHA256,
                RSASignaturePadding.Pss
            )
        );

        await File.WriteAllTextAsync(Path.Combine(directory.Path, "password"), "another canary");
        var refused = await world.RunAsync("refresh", Entry);
        Assert.Equal(1, refused.ExitCode);
        Assert.StartsWith("entry_incomplete: ", refused.Error, StringComparison.Ordinal);
        Assert.Contains(path, refused.Error, StringComparison.Ordinal);
        Assert.DoesNotContain("canary", refused.Error, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("invalid_client")]
    [InlineData("invalid_grant")]
    public async Task A_refusal_is_for_an_administrator_and_ends_with_a_new_secret(string error)
    {
        await using var world = await CreateAsync();
        await StoreAsync(world, TimeSpan.FromMinutes(-5));
        world.Authority.Next(Authority.Error(error, 401));
        Answer(world, "at-canary-new");
        var row = await world.RawAsync(Entry);

        await world.Open().TokenFailsAsync(ProblemCode.ProviderRejected, Entry);
        await world.Open().TokenFailsAsync(ProblemCode.ProviderRejected, Entry);
        Assert.Equal((row, 1), (await world.RawAsync(Entry), world.Authority.Asked));

        await world.Install.SetConstAsync($"OAUTH_{Entry}_SECRET", "canary-new-secret");
        Assert.Equal("at-canary-new", (await world.Open().TokenAsync(Entry)).Value);
        Assert.Equal("canary-new-secret", world.Authority.Server.RequestsTo(Authority.TokenPath)[^1]["client_secret"]);
    }

    [Fact]
    public async Task A_provider_that_hangs_costs_one_deadline_and_one_that_throttles_is_left_alone()
    {
        await using var world = await CreateAsync();
        await StoreAsync(world, TimeSpan.FromMinutes(-5));
        world.Authority.Next(Authority.HangAsync);
        var host = world.Open(new BridgeOptions { ProviderDeadline = TimeSpan.FromMilliseconds(300) });

        var timeout = await host.TokenFailsAsync(ProblemCode.ProviderUnavailable, Entry);
        world.Clock.Advance(timeout.RetryAfter!.Value + TimeSpan.FromSeconds(1));
        world.Authority.Next(context =>
        {
            context.Response.StatusCode = 429;
            context.Response.Headers.RetryAfter = "120";
            return Task.CompletedTask;
        });
        host = world.Open();
        Assert.Equal(120, (await host.TokenFailsAsync(ProblemCode.ProviderUnavailable, Entry)).RetryAfter!.Value.TotalSeconds, 1.0);
        await host.TokenFailsAsync(ProblemCode.ProviderUnavailable, Entry);
        Assert.Equal(2, world.Authority.Asked);

        Answer(world, "at-canary-later");
        world.Clock.Advance(TimeSpan.FromSeconds(121));
        Assert.Equal("at-canary-later", (await host.TokenAsync(Entry)).Value);
    }

    [Fact]
    public async Task A_tenant_of_many_directories_is_refused_before_any_request()
    {
        await using var world = await CreateAsync();
        await world.Install.SetConstAsync($"OAUTH_{Entry}_TENANT", "common");
        await StoreAsync(world, TimeSpan.FromMinutes(-5));

        var failure = await world.Open().TokenFailsAsync(ProblemCode.EntryIncomplete, Entry);

        Assert.Contains($"OAUTH_{Entry}_TENANT is common", failure.Message, StringComparison.Ordinal);
        Assert.Equal(0, world.Authority.Asked);
    }

    private async Task<World> CreateAsync(Uri? tokenEndpoint = null, string entry = Entry)
    {
        var world = await World.CreateAsync(shared.Server);
        world.Settings = new Dictionary<string, string?>
        {
            ["Providers:Microsoft:TokenEndpoint"] = tokenEndpoint?.AbsoluteUri ?? world.Authority.TokenEndpoint,
        };
        await world.Install.SetConstAsync($"OAUTH_{entry}_ID", World.ClientId);
        await world.Install.SetConstAsync($"OAUTH_{entry}_SECRET", World.ClientSecret);
        await world.Install.SetConstAsync($"OAUTH_{entry}_TENANT", Tenant);
        await world.Install.SetConstAsync($"OAUTH_{entry}_SCOPE", Scope);
        return world;
    }

    private static async Task<StoredToken> StoreAsync(World world, TimeSpan life)
    {
        var extra = PhpArray.Empty.With("token_type", new PhpString("Bearer"));
        var token = new StoredToken("at-canary-" + Guid.NewGuid().ToString("N"), null, EndOfLife.At(world.Clock.GetUtcNow() + life), extra);
        await world.Install.SetTokenAsync(Entry, token);
        return token;
    }

    private static void Answer(World world, params string[] tokens)
    {
        foreach (var token in tokens)
        {
            world.Authority.Next(
                Authority.Json(200, $$"""{"token_type":"Bearer","expires_in":3599,"ext_expires_in":3599,"access_token":"{{token}}"}""")
            );
        }
    }
}
