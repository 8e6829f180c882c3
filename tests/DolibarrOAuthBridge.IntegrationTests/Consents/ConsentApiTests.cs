// SPDX-License-Identifier: GPL-3.0-or-later

using System.Net;
using System.Text;
using System.Text.Json;
using DolibarrOAuthBridge.Demo.Provider;
using DolibarrOAuthBridge.IntegrationTests.Support;

namespace DolibarrOAuthBridge.IntegrationTests.Consents;

/// <summary>The consent calls of the API, at the real executable.</summary>
public sealed class ConsentApiTests(SharedServer shared) : IAsyncLifetime
{
    private StandInProvider _provider = null!;
    private World _world = null!;
    private Sidecar _sidecar = null!;

    public async ValueTask InitializeAsync()
    {
        _provider = await Consenting.ProviderAsync();
        _world = await World.CreateAsync(shared.Server);
        _world.Settings = Consenting.Settings(_provider);
        await _world.Install.SetConstAsync("OAUTH_GOOGLE-Mail_SCOPE", "gmail_full");
        _sidecar = await _world.ServeAsync();
    }

    public async ValueTask DisposeAsync()
    {
        await _world.DisposeAsync();
        await _provider.DisposeAsync();
    }

    [Fact]
    public async Task A_consent_goes_from_begin_to_callback_and_its_state_can_be_asked_for()
    {
        var (_, begun) = await PostAsync("/v1/entries/GOOGLE-Mail/consent", new { flow = "code", session_binding = "a session" });
        Assert.Equal(600, begun.GetProperty("expires_in").GetInt32());
        Assert.True(begun.GetProperty("state").GetString()!.Length >= 43);
        Assert.Equal(["consent_id", "authorization_url", "state", "expires_in"], begun.EnumerateObject().Select(member => member.Name));
        var id = begun.GetProperty("consent_id").GetString();
        Assert.Equal("pending", (await GetAsync($"/v1/consent/{id}")).GetProperty("status").GetString());
        var answer = Consenting.Answer(await _provider.ApproveAsync(new Uri(begun.GetProperty("authorization_url").GetString()!)));

        var (status, result) = await PostAsync(
            "/v1/consent/callback",
            new
            {
                state = answer.State,
                code = answer.Code,
                iss = answer.Issuer,
                session_binding = "a session",
            }
        );

        Assert.Equal(HttpStatusCode.OK, status);
        Assert.Equal("GOOGLE-Mail", result.GetProperty("entry").GetString());
        Assert.Equal("valid", result.GetProperty("token").GetProperty("status").GetString());
        var state = await GetAsync($"/v1/consent/{id}");
        Assert.Equal(
            ("granted", "valid"),
            (state.GetProperty("status").GetString(), state.GetProperty("token").GetProperty("status").GetString())
        );
        Assert.Equal((await _world.StoredAsync()).AccessToken, await _sidecar.TokenAsync());
    }

    [Fact]
    public async Task A_consent_cannot_be_begun_by_a_link_or_without_the_key()
    {
        Assert.Equal(405, await _sidecar.StatusAsync("/v1/entries/GOOGLE-Mail/consent"));
        using var request = new HttpRequestMessage(HttpMethod.Post, "/v1/entries/GOOGLE-Mail/consent")
        {
            Content = new StringContent("""{"session_binding":"s"}""", Encoding.UTF8, "application/json"),
        };
        request.Headers.Add("Origin", "https://evil.example");
        using var crossSite = await _sidecar.Client.SendAsync(request);
        Assert.Equal(HttpStatusCode.Forbidden, crossSite.StatusCode);
        Assert.Equal("0", await _world.QueryAsync("SELECT COUNT(*) FROM llx_oauthbridge_consent"));
    }

    [Fact]
    public async Task An_answer_without_a_company_is_of_company_1()
    {
        await _world.ExecuteAsync(
            "INSERT INTO llx_const (name, value, entity) SELECT name, value, 2 FROM llx_const WHERE name LIKE 'OAUTH_GOOGLE-Mail%'"
        );
        var (_, begun) = await PostAsync("/v1/entries/GOOGLE-Mail/consent?entity=2", new { session_binding = "a session" });
        var answer = Consenting.Answer(await _provider.ApproveAsync(new Uri(begun.GetProperty("authorization_url").GetString()!)));
        var body = new
        {
            state = answer.State,
            code = answer.Code,
            iss = answer.Issuer,
            session_binding = "a session",
        };

        var (elsewhere, told) = await PostAsync("/v1/consent/callback", body);
        var (status, _) = await PostAsync("/v1/consent/callback?entity=2", body);

        Assert.Equal((HttpStatusCode.BadRequest, "state_invalid"), (elsewhere, told.GetProperty("code").GetString()));
        Assert.Equal(HttpStatusCode.OK, status);
    }

    [Fact]
    public async Task Two_sidecars_share_a_consent()
    {
        var other = await _world.ServeAsync();
        var (_, begun) = await PostAsync("/v1/entries/GOOGLE-Mail/consent", new { session_binding = "a session" });
        var answer = Consenting.Answer(await _provider.ApproveAsync(new Uri(begun.GetProperty("authorization_url").GetString()!)));
        using var body = new StringContent(
            JsonSerializer.Serialize(
                new
                {
                    state = answer.State,
                    code = answer.Code,
                    iss = answer.Issuer,
                    session_binding = "a session",
                }
            ),
            Encoding.UTF8,
            "application/json"
        );

        using var finished = await other.Client.PostAsync(new Uri("/v1/consent/callback", UriKind.Relative), body);

        Assert.Equal(HttpStatusCode.OK, finished.StatusCode);
        Assert.Equal(await other.TokenAsync(), await _sidecar.TokenAsync());
        Assert.Equal(
            "granted",
            (await GetAsync($"/v1/consent/{begun.GetProperty("consent_id").GetString()}")).GetProperty("status").GetString()
        );
    }

    [Fact]
    public async Task A_consent_survives_the_end_of_the_sidecar_that_began_it()
    {
        var (_, begun) = await PostAsync("/v1/entries/GOOGLE-Mail/consent", new { session_binding = "a session" });
        var answer = Consenting.Answer(await _provider.ApproveAsync(new Uri(begun.GetProperty("authorization_url").GetString()!)));
        await _sidecar.KillAsync();
        _sidecar = await _world.ServeAsync();

        var (status, _) = await PostAsync(
            "/v1/consent/callback",
            new
            {
                state = answer.State,
                code = answer.Code,
                iss = answer.Issuer,
                error = "",
                session_binding = "a session",
            }
        );

        Assert.Equal(HttpStatusCode.OK, status);
    }

    private async Task<(HttpStatusCode Status, JsonElement Body)> PostAsync(string path, object body)
    {
        using var response = await _sidecar.Client.PostAsync(
            new Uri(path, UriKind.Relative),
            new StringContent(JsonSerializer.Serialize(body), Encoding.UTF8, "application/json")
        );
        return (response.StatusCode, JsonDocument.Parse(await response.Content.ReadAsStringAsync()).RootElement);
    }

    private async Task<JsonElement> GetAsync(string path) =>
        JsonDocument.Parse(await _sidecar.Client.GetStringAsync(new Uri(path, UriKind.Relative))).RootElement;
}
