// SPDX-License-Identifier: GPL-3.0-or-later

using System.Net;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using System.Text.Json.Nodes;
using System.Text.RegularExpressions;
using DolibarrOAuthBridge.Consents;
using DolibarrOAuthBridge.Consents.Device;
using DolibarrOAuthBridge.Demo.Processes;
using DolibarrOAuthBridge.Dolibarr.Tokens;
using DolibarrOAuthBridge.IntegrationTests.Support;
using DolibarrOAuthBridge.Login;
using DolibarrOAuthBridge.Providers;
using DolibarrOAuthBridge.Tokens;
using Microsoft.AspNetCore.WebUtilities;

namespace DolibarrOAuthBridge.IntegrationTests.Providers;

/// <summary>
/// A second, independent provider: oidc-provider of npm takes <c>client_secret_basic</c> only (or <c>private_key_jwt</c>), gives a refresh
/// token for <c>offline_access</c> only with <c>prompt=consent</c>, and rotates it.
/// </summary>
public sealed partial class OidcProviderTests(SharedServer shared, OidcProviderPackage package)
{
    private const string Entry = "GENERIC-Npm";
    private const string SignInEntry = "GENERIC-Login";
    private const string Secret = "canary-s3cret:with+%&specials"; // this provider takes ASCII only

    private static readonly bool HasNpm = Environment
        .GetEnvironmentVariable("PATH")!
        .Split(':')
        .Any(static folder => File.Exists(Path.Combine(folder, "npm")));

    [Fact]
    public async Task A_client_that_may_use_basic_only_consents_refreshes_and_revokes()
    {
        Assert.SkipUnless(HasNpm, "npm is not installed");
        await using var provider = await package.StartAsync([Client("client_secret_basic", Secret)]);
        await using var world = await CreateAsync(provider);
        var host = world.Open();

        await ConsentRefreshAndRevokeAsync(world, host, provider);
    }

    [Fact]
    public async Task A_client_with_a_certificate_consents_refreshes_and_revokes()
    {
        Assert.SkipUnless(HasNpm, "npm is not installed");
        await using var files = ScratchDirectory.Create("certificate");
        using var key = RSA.Create(2048);
        using var certificate = new CertificateRequest("CN=app", key, HashAlgorithmName.SHA256, RSASignaturePadding.Pkcs1).CreateSelfSigned(
            DateTimeOffset.UtcNow.AddDays(-1),
            DateTimeOffset.UtcNow.AddYears(10)
        );
        var path = Path.Combine(files.Path, "app.pem");
        await File.WriteAllTextAsync(path, certificate.ExportCertificatePem() + "\n" + key.ExportPkcs8PrivateKeyPem());
        var open = key.ExportParameters(false);
        var client = Client("private_key_jwt", null);
        client["jwks"] = new JsonObject
        {
            ["keys"] = new JsonArray(
                new JsonObject
                {
                    ["kty"] = "RSA",
                    ["n"] = WebEncoders.Base64UrlEncode(open.Modulus!),
                    ["e"] = WebEncoders.Base64UrlEncode(open.Exponent!),
                }
            ),
        };
        await using var provider = await package.StartAsync([client]);
        await using var world = await CreateAsync(provider);
        world.Settings = new Dictionary<string, string?> { [$"Entries:{Entry}:Certificate"] = path };
        var host = world.Open();

        await ConsentRefreshAndRevokeAsync(world, host, provider);
    }

    [Fact]
    public async Task People_sign_in_with_discovery_PKCE_a_nonce_and_userinfo_once()
    {
        Assert.SkipUnless(HasNpm, "npm is not installed");
        await using var provider = await package.StartAsync([Client("client_secret_basic", Secret)]);
        await using var world = await CreateAsync(provider, SignInEntry, string.Empty);
        var login = world.Open().Get<LoginFlow>();

        var started = await login.BeginAsync(
            SignInEntry,
            1,
            new LoginOptions { SessionBinding = Consenting.Binding, RedirectUri = Consenting.CallbackPage }
        );
        var request = QueryHelpers.ParseQuery(started.AuthorizationUrl.Query);
        Assert.StartsWith(provider.Issuer + "/auth?", started.AuthorizationUrl.AbsoluteUri, StringComparison.Ordinal);
        Assert.Equal(("S256", "openid email profile"), (request["code_challenge_method"].ToString(), request["scope"].ToString()));
        Assert.NotEmpty(request["nonce"].ToString());
        var answer = Consenting.Answer(await ArriveAsync(started.AuthorizationUrl));
        Assert.Equal(provider.Issuer, answer.Issuer); // RFC 9207
        var identity = await login.CompleteAsync(answer, started.Continuation, 1);

        // The ID token has the subject alone, so that the address is userinfo's.
        Assert.Equal(
            (provider.Issuer, "ada", "ada@example.com", true),
            (identity.Issuer, identity.Subject, identity.Email, identity.EmailVerified)
        );
        Assert.Null(await world.Install.FindTokenRowAsync(SignInEntry));
        await BridgeHost.FailAsync(() => login.CompleteAsync(answer, started.Continuation, 1), ProblemCode.StateInvalid);
    }

    [Fact]
    public async Task A_sign_in_whose_nonce_is_another_ones_is_refused()
    {
        Assert.SkipUnless(HasNpm, "npm is not installed");
        await using var provider = await package.StartAsync([Client("client_secret_basic", Secret)]);
        await using var world = await CreateAsync(provider, SignInEntry, string.Empty);
        var login = world.Open().Get<LoginFlow>();
        var options = new LoginOptions { SessionBinding = Consenting.Binding, RedirectUri = Consenting.CallbackPage };

        var started = await login.BeginAsync(SignInEntry, 1, options);
        var changed = Regex.Replace(started.AuthorizationUrl.AbsoluteUri, "nonce=[^&]+", "nonce=somebody-elses");
        var answer = Consenting.Answer(await ArriveAsync(new Uri(changed)));
        var refused = await BridgeHost.FailAsync(() => login.CompleteAsync(answer, started.Continuation, 1), ProblemCode.IdentityRejected);

        Assert.Equal(RejectionReason.NonceMismatch, refused.Reason);
    }

    [Fact]
    public async Task A_device_code_becomes_a_grant()
    {
        Assert.SkipUnless(HasNpm, "npm is not installed");
        await using var provider = await package.StartAsync([Client("client_secret_basic", Secret)]);
        await using var world = await CreateAsync(provider);
        var host = world.Open();
        var consents = host.Get<ConsentService>();

        var started = await consents.BeginAsync(Entry, 1, ConsentFlows.Device, new ConsentOptions());
        await AgreeAsync(new Uri(started.VerificationUriComplete!));
        world.Clock.Advance(TimeSpan.FromSeconds(10));
        await host.Get<DevicePolling>().RunOnceAsync();

        Assert.Equal(ConsentStatus.Granted, (await consents.GetAsync(started.ConsentId!, 1)).Status);
        Assert.Equal((await world.StoredAsync(Entry)).AccessToken, (await host.TokenAsync(Entry)).Value);
    }

    private static async Task ConsentRefreshAndRevokeAsync(World world, BridgeHost host, OidcProviderServer provider)
    {
        var started = await host.BeginAsync(Entry);
        Assert.StartsWith(provider.Issuer + "/auth?", started.AuthorizationUrl, StringComparison.Ordinal);
        Assert.Equal(("S256", "consent"), (started.Parameter("code_challenge_method"), started.Parameter("prompt")));
        var result = await host.FinishAsync(Consenting.Answer(await ArriveAsync(new Uri(started.AuthorizationUrl!))));
        Assert.Equal(("valid", true), (result.Token.Status, result.Token.HasRefreshToken));
        Assert.Equal("ada@example.com", result.Account); // by userinfo: the ID token has the subject alone

        for (var round = 0; round < 2; round++)
        {
            var before = await world.StoredAsync(Entry);
            await world.Install.SetTokenAsync(Entry, before with { EndOfLife = EndOfLife.At(DateTimeOffset.UnixEpoch) });
            var token = await host.TokenAsync(Entry);
            var after = await world.StoredAsync(Entry);
            Assert.Equal(after.AccessToken, token.Value);
            Assert.NotEqual((before.AccessToken, before.RefreshToken), (after.AccessToken, after.RefreshToken));
            Assert.NotEqual(before.RefreshToken, after.RefreshToken);
        }

        Assert.Equal(RevocationOutcome.Revoked, await host.Get<GrantRevoker>().RevokeAsync(Entry, 1, atProvider: true));
        Assert.Null(await world.Install.FindTokenRowAsync(Entry));
    }

    private static JsonObject Client(string method, string? secret)
    {
        var client = new JsonObject
        {
            ["client_id"] = World.ClientId,
            ["token_endpoint_auth_method"] = method,
            ["redirect_uris"] = new JsonArray(Consenting.CallbackPage),
            ["grant_types"] = new JsonArray("authorization_code", "refresh_token", "urn:ietf:params:oauth:grant-type:device_code"),
        };
        if (secret is not null)
        {
            client["client_secret"] = secret;
        }

        return client;
    }

    private async Task<World> CreateAsync(OidcProviderServer provider, string entry = Entry, string scopes = "openid,email,offline_access")
    {
        var world = await World.CreateAsync(shared.Server);
        await world.Install.SetConstAsync($"OAUTH_{entry}_ID", World.ClientId);
        await world.Install.SetConstAsync($"OAUTH_{entry}_SECRET", Secret);
        await world.Install.SetConstAsync($"OAUTH_{entry}_URL", provider.Issuer);
        await world.Install.SetConstAsync($"OAUTH_{entry}_SCOPE", scopes);
        return world;
    }

    // Where a browser ends that goes wherever it is sent, up to Dolibarr.
    private static async Task<Uri> ArriveAsync(Uri address)
    {
        using var browser = Browser();
        while (!address.AbsoluteUri.StartsWith(Consenting.CallbackPage, StringComparison.Ordinal))
        {
            using var response = await browser.GetAsync(address);
            Assert.True(response.Headers.Location is not null, await response.Content.ReadAsStringAsync());
            address = new Uri(address, response.Headers.Location);
        }

        return address;
    }

    // Sends the form of each page with what is in it, until there is none.
    private static async Task AgreeAsync(Uri address)
    {
        using var browser = Browser();
        var response = await browser.GetAsync(address);
        for (var step = 0; step < 12; step++)
        {
            if (response.Headers.Location is { } location)
            {
                address = new Uri(address, location);
                response = await browser.GetAsync(address);
                continue;
            }

            var page = await response.Content.ReadAsStringAsync();
            var fields = Inputs().Matches(page).ToDictionary(match => match.Groups[1].Value, match => match.Groups[2].Value);
            if (fields.Count == 0)
            {
                return;
            }

            address = new Uri(address, WebUtility.HtmlDecode(FormAction().Match(page).Groups[1].Value));
            response = await browser.PostAsync(address, new FormUrlEncodedContent(fields));
        }
    }

    private static HttpClient Browser() =>
        new(new SocketsHttpHandler { UseProxy = false, AllowAutoRedirect = false }) { Timeout = Eventually.Limit };

    [GeneratedRegex("""<input[^>]*name="([^"]+)"[^>]*value="([^"]*)""")]
    private static partial Regex Inputs();

    [GeneratedRegex("""<form[^>]*action="([^"]+)""")]
    private static partial Regex FormAction();
}
