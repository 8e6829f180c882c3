// SPDX-License-Identifier: GPL-3.0-or-later

using System.Buffers.Text;
using System.Net;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using DolibarrOAuthBridge.IntegrationTests.Support;

namespace DolibarrOAuthBridge.IntegrationTests.Http;

/// <summary>How the bridge proves to a caller that it is the bridge, before the caller sends the API key.</summary>
public sealed class IdentityTests(SharedServer shared)
{
    [Fact]
    public async Task The_bridge_proves_that_it_knows_the_key_of_the_company_to_a_caller_without_a_key()
    {
        await using var world = await World.CreateAsync(shared.Server);
        var sidecar = await world.ServeAsync();
        var own = new string('b', 64);
        await world.Install.SetConstAsync("OAUTHBRIDGE_API_KEY", own, entity: 2);

        Assert.Equal(Proof(world.ApiKey, 1), await AskAsync(sidecar, $"?nonce={Nonce}"));
        Assert.Equal(Proof(world.ApiKey, 1), await AskAsync(sidecar, $"?nonce={Nonce}&entity=1"));
        Assert.Equal(Proof(own, 2), await AskAsync(sidecar, $"?nonce={Nonce}&entity=2"));
        Assert.Equal(Proof(world.ApiKey, 3), await AskAsync(sidecar, $"?nonce={Nonce}&entity=3")); // none of its own
    }

    [Fact]
    public async Task A_request_without_a_proper_nonce_proves_nothing()
    {
        await using var world = await World.CreateAsync(shared.Server);
        var sidecar = await world.ServeAsync();

        Assert.Equal((400, "invalid_request"), await sidecar.ProblemAsync(HttpMethod.Get, "/v1/identity"));
        Assert.Equal((400, "invalid_request"), await sidecar.ProblemAsync(HttpMethod.Get, "/v1/identity?nonce=short"));
        Assert.Equal((400, "invalid_request"), await sidecar.ProblemAsync(HttpMethod.Get, $"/v1/identity?nonce={Nonce}&entity=0"));
        Assert.Equal((401, "unauthorized"), await UnauthorizedAsync(sidecar, $"/v1/identity/?nonce={Nonce}"));
    }

    private static string Nonce { get; } = Base64Url.EncodeToString(RandomNumberGenerator.GetBytes(32));

    private static string Proof(string key, int entity) =>
        Base64Url.EncodeToString(
            HMACSHA256.HashData(
                Encoding.UTF8.GetBytes(key),
                Encoding.UTF8.GetBytes($"dolibarr-oauth-bridge identity v1\n{Nonce}\n{entity}")
            )
        );

    private static async Task<string?> AskAsync(Sidecar sidecar, string query)
    {
        using var client = new HttpClient { BaseAddress = sidecar.Address };
        using var answer = JsonDocument.Parse(await client.GetStringAsync(new Uri("/v1/identity" + query, UriKind.Relative)));
        return answer.RootElement.GetProperty("proof").GetString();
    }

    private static async Task<(int Status, string Code)> UnauthorizedAsync(Sidecar sidecar, string path)
    {
        using var client = new HttpClient { BaseAddress = sidecar.Address };
        using var response = await client.GetAsync(new Uri(path, UriKind.Relative));
        using var problem = JsonDocument.Parse(await response.Content.ReadAsStringAsync());
        return ((int)response.StatusCode, problem.RootElement.GetProperty("code").GetString()!);
    }

    [Fact]
    public async Task An_api_key_in_the_clear_is_refused_where_dolibarr_encrypts_and_init_makes_another()
    {
        await using var world = await World.CreateAsync(shared.Server);
        var sidecar = await world.ServeAsync();
        var planted = "planted-by-sql";
        await world.ExecuteAsync(
            "INSERT INTO llx_const (name, value, type, visible, entity) " + $"VALUES ('OAUTHBRIDGE_API_KEY', '{planted}', 'chaine', 0, 2)"
        );

        using var request = new HttpRequestMessage(HttpMethod.Get, new Uri("/v1/entries?entity=2", UriKind.Relative));
        request.Headers.Authorization = new("Bearer", planted);
        using var refused = await sidecar.Client.SendAsync(request, TestContext.Current.CancellationToken);
        var text = await refused.Content.ReadAsStringAsync(TestContext.Current.CancellationToken);
        var doctor = await world.RunAsync("doctor");
        var init = await world.RunAsync("init", "--entity", "2", "--reveal");

        Assert.Equal(HttpStatusCode.Unauthorized, refused.StatusCode);
        Assert.Contains("init --dolibarr-conf", text, StringComparison.Ordinal);
        Assert.Contains("api_key_in_clear", doctor.Output, StringComparison.Ordinal);
        Assert.Equal(0, init.ExitCode);
        Assert.DoesNotContain(planted, init.Output, StringComparison.Ordinal);
        Assert.StartsWith(
            "dolcrypt:",
            await world.QueryAsync("SELECT value FROM llx_const WHERE name = 'OAUTHBRIDGE_API_KEY' AND entity = 2"),
            StringComparison.Ordinal
        );
    }
}
