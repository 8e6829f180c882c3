// SPDX-License-Identifier: GPL-3.0-or-later

using System.Net;
using System.Text.Json;
using DolibarrOAuthBridge.IntegrationTests.Support;

namespace DolibarrOAuthBridge.IntegrationTests.Http;

/// <summary>The contract of <c>/v1</c>.</summary>
public sealed class ApiTests(SharedServer shared)
{
    [Fact]
    public async Task A_token_is_answered_with_everything_the_contract_names()
    {
        await using var world = await World.CreateAsync(shared.Server);
        var stored = await world.GrantAsync(TimeSpan.FromHours(1));
        var sidecar = await world.ServeAsync();

        var token = await JsonAsync(sidecar, "/v1/entries/Google-Mail/token?min_ttl=120");

        Assert.Equal(
            ["access_token", "token_type", "expires_at", "expires_in", "scope", "service"],
            token.EnumerateObject().Select(member => member.Name)
        );
        Assert.Equal(stored.AccessToken, token.GetProperty("access_token").GetString());
        Assert.Equal(stored.EndOfLife.ExpiresAt, token.GetProperty("expires_at").GetDateTimeOffset());
        Assert.InRange(token.GetProperty("expires_in").GetInt64(), 3500, 3600);
        var never = await JsonAsync(sidecar, "/v1/entries/GENERIC-Mastodon/token");
        Assert.Equal(
            (JsonValueKind.Null, JsonValueKind.Null),
            (never.GetProperty("expires_at").ValueKind, never.GetProperty("expires_in").ValueKind)
        );
    }

    [Fact]
    public async Task An_entry_is_reported_with_everything_the_contract_names()
    {
        await using var world = await World.CreateAsync(shared.Server);
        await world.GrantExpiredAsync();
        await world.ExecuteAsync("UPDATE llx_oauth_token SET tms = UTC_TIMESTAMP()"); // as MariaDB does by itself
        world.Authority.Next(Authority.Error("invalid_grant"));
        var sidecar = await world.ServeAsync();
        Assert.Equal((409, "consent_required"), await sidecar.ProblemAsync(HttpMethod.Get, "/v1/entries/GOOGLE-Mail/token"));

        var entry = await JsonAsync(sidecar, "/v1/entries/GOOGLE-Mail");

        string[] members =
        [
            "entry",
            "service",
            "provider",
            "label",
            "entity",
            "scopes",
            "client_id",
            "redirect_uri",
            "complete",
            "missing",
            "flows",
            "needs_person",
            "paused",
            "token",
            "warnings",
        ];
        Assert.Equal(members, entry.EnumerateObject().Select(member => member.Name));
        Assert.Equal(["code"], entry.GetProperty("flows").EnumerateArray().Select(flow => flow.GetString()));
        Assert.True(entry.GetProperty("needs_person").GetBoolean());
        string[] token =
        [
            "status",
            "expires_at",
            "has_refresh_token",
            "granted_at",
            "refreshed_at",
            "refresh_count",
            "last_error",
            "account",
            "refresh_token_expires_at",
        ];
        Assert.Equal(token, entry.GetProperty("token").EnumerateObject().Select(member => member.Name));
        Assert.Equal("consent_required", entry.GetProperty("token").GetProperty("status").GetString());
        Assert.Equal("invalid_grant", entry.GetProperty("token").GetProperty("last_error").GetString());
        var idle = entry.GetProperty("token").GetProperty("refresh_token_expires_at").GetDateTimeOffset() - DateTimeOffset.UtcNow;
        Assert.InRange(idle.TotalDays, 175, 180); // Google: six months unused
        Assert.Equal("consent_required", entry.GetProperty("warnings")[0].GetProperty("code").GetString());
        Assert.Equal("http://localhost/dolibarr/custom/oauthbridge/callback.php", entry.GetProperty("redirect_uri").GetString());
        Assert.DoesNotContain("canary", entry.ToString(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_token_is_refreshed_and_deleted()
    {
        await using var world = await World.CreateAsync(shared.Server);
        await world.GrantAsync(TimeSpan.FromHours(1));
        var sidecar = await world.ServeAsync();

        using var refreshed = await sidecar.Client.PostAsync(new Uri("/v1/entries/GOOGLE-Mail/token/refresh", UriKind.Relative), null);
        using var deleted = await sidecar.Client.DeleteAsync(new Uri("/v1/entries/GOOGLE-Mail/token?revoke=true", UriKind.Relative));

        Assert.Contains(world.Authority.LastAccessToken, await refreshed.Content.ReadAsStringAsync(), StringComparison.Ordinal);
        Assert.Equal(HttpStatusCode.NoContent, deleted.StatusCode);
        Assert.Equal(
            world.Authority.CurrentRefreshToken,
            Assert.Single(world.Authority.Server.RequestsTo(Authority.RevocationPath))["token"]
        );
        Assert.Equal((404, "token_not_found"), await sidecar.ProblemAsync(HttpMethod.Get, "/v1/entries/GOOGLE-Mail/token"));
        Assert.Equal((404, "token_not_found"), await sidecar.ProblemAsync(HttpMethod.Delete, "/v1/entries/GOOGLE-Mail/token"));
    }

    [Fact]
    public async Task A_wait_is_said_by_retry_after()
    {
        await using var world = await World.CreateAsync(shared.Server);
        await world.GrantExpiredAsync();
        world.Authority.Next(context =>
        {
            context.Response.StatusCode = 429;
            context.Response.Headers.RetryAfter = "77";
            return Task.CompletedTask;
        });
        var sidecar = await world.ServeAsync();

        using var response = await sidecar.Client.GetAsync(new Uri("/v1/entries/GOOGLE-Mail/token", UriKind.Relative));

        Assert.Equal(HttpStatusCode.ServiceUnavailable, response.StatusCode);
        Assert.InRange(response.Headers.RetryAfter!.Delta!.Value.TotalSeconds, 75, 77);
    }

    [Fact]
    public async Task A_companys_key_opens_that_company_only()
    {
        await using var world = await World.CreateAsync(shared.Server);
        await world.GrantAsync(TimeSpan.FromHours(1));
        await world.Install.SetConstAsync("OAUTHBRIDGE_API_KEY", "the-key-of-company-two", 2);
        var sidecar = await world.ServeAsync();

        Assert.Equal((401, "unauthorized"), await sidecar.ProblemAsync(HttpMethod.Get, "/v1/entries?entity=2"));
        sidecar.Client.DefaultRequestHeaders.Authorization = new("Bearer", "the-key-of-company-two");
        Assert.Equal(200, await sidecar.StatusAsync("/v1/entries?entity=2"));
        Assert.Equal((401, "unauthorized"), await sidecar.ProblemAsync(HttpMethod.Get, "/v1/entries"));
        Assert.Equal((401, "unauthorized"), await sidecar.ProblemAsync(HttpMethod.Get, "/v1/entries?entity=2&entity=1"));
    }

    [Fact]
    public async Task The_first_companys_key_opens_a_company_without_one()
    {
        await using var world = await World.CreateAsync(shared.Server);
        var sidecar = await world.ServeAsync();

        Assert.Equal(200, await sidecar.StatusAsync("/v1/entries?entity=2"));
    }

    [Fact]
    public async Task An_entry_without_its_settings_is_incomplete_before_it_lacks_a_token()
    {
        await using var world = await World.CreateAsync(shared.Server);
        await world.Install.SetConstAsync("OAUTH_GOOGLE-Half_ID", "client");
        var sidecar = await world.ServeAsync();

        Assert.Equal((409, "entry_incomplete"), await sidecar.ProblemAsync(HttpMethod.Get, "/v1/entries/GOOGLE-Half/token"));
    }

    [Fact]
    public async Task Without_a_key_in_dolibarr_the_answer_says_how_to_make_one()
    {
        await using var world = await World.CreateAsync(shared.Server);
        await world.InitAsync();
        await world.Install.DeleteConstAsync("OAUTHBRIDGE_API_KEY");
        var sidecar = await world.ServeAsync();

        using var response = await sidecar.Client.GetAsync(new Uri("/v1/entries", UriKind.Relative));

        Assert.Equal(HttpStatusCode.Unauthorized, response.StatusCode);
        Assert.Equal("Bearer", response.Headers.WwwAuthenticate.ToString());
        Assert.Contains("dolibarr-oauth-bridge init", await response.Content.ReadAsStringAsync(), StringComparison.Ordinal);
    }

    private static async Task<JsonElement> JsonAsync(Sidecar sidecar, string path)
    {
        using var document = JsonDocument.Parse(await sidecar.Client.GetStringAsync(new Uri(path, UriKind.Relative)));
        return document.RootElement.Clone();
    }
}
