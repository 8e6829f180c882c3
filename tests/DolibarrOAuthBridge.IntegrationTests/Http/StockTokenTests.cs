// SPDX-License-Identifier: GPL-3.0-or-later

using System.Net;
using System.Net.Http.Headers;
using System.Text;
using System.Text.Json;
using DolibarrOAuthBridge.IntegrationTests.Support;

namespace DolibarrOAuthBridge.IntegrationTests.Http;

/// <summary><c>/oauth/token</c>, which stock Dolibarr code is pointed at.</summary>
public sealed class StockTokenTests(SharedServer shared)
{
    [Fact]
    public async Task Stock_refreshes_are_answered_by_the_broker_also_for_superseded_refresh_tokens()
    {
        await using var world = await World.CreateAsync(shared.Server);
        var old = await world.GrantExpiredAsync();
        var sidecar = await world.ServeAsync();

        var first = await PostAsync(sidecar, Form(old.RefreshToken!));
        var second = await PostAsync(sidecar, Form(old.RefreshToken!));
        var third = await PostAsync(sidecar, Form(world.Authority.CurrentRefreshToken));

        Assert.Equal(HttpStatusCode.OK, first.Status);
        Assert.Equal(world.Authority.LastAccessToken, first.Body.GetProperty("access_token").GetString());
        Assert.Equal(world.Authority.CurrentRefreshToken, first.Body.GetProperty("refresh_token").GetString());
        Assert.Equal("Bearer", first.Body.GetProperty("token_type").GetString());
        Assert.InRange(first.Body.GetProperty("expires_in").GetInt64(), 3500, 3600);
        Assert.Equal(first.Body.GetProperty("access_token").GetString(), second.Body.GetProperty("access_token").GetString());
        Assert.Equal(HttpStatusCode.OK, third.Status);
        Assert.Equal(1, world.Authority.Asked);
    }

    [Fact]
    public async Task What_is_wrong_is_said_as_rfc_6749_says_it()
    {
        await using var world = await World.CreateAsync(shared.Server);
        var token = await world.GrantExpiredAsync();
        var sidecar = await world.ServeAsync();
        var good = Form(token.RefreshToken!);
        (IEnumerable<KeyValuePair<string, string>> Form, int Status, string Error)[] cases =
        [
            (Form("unknown"), 400, "invalid_grant"),
            (Change(good, "client_secret", "wrong"), 401, "invalid_client"),
            (Change(good, "client_id", "wrong"), 401, "invalid_client"),
            (Change(good, "grant_type", "authorization_code"), 400, "unsupported_grant_type"),
            (good.Where(pair => pair.Key != "refresh_token"), 400, "invalid_request"),
            (good.Where(pair => pair.Key != "grant_type"), 400, "invalid_request"),
            (good.Where(pair => pair.Key != "client_secret"), 401, "invalid_client"),
            (good.Append(new("refresh_token", "again")), 400, "invalid_request"),
            (good.Append(new("client_id", World.ClientId)), 400, "invalid_request"),
            (Change(good, "client_id", new string('x', 70_000)), 413, "invalid_request"),
        ];
        foreach (var (form, status, error) in cases)
        {
            var answer = await PostAsync(sidecar, form);
            Assert.Equal((status, error), ((int)answer.Status, answer.Body.GetProperty("error").GetString()));
        }

        using var json = await sidecar.Client.PostAsync(
            new Uri("/oauth/token", UriKind.Relative),
            new StringContent("{}", Encoding.UTF8, "application/json")
        );
        Assert.Equal(HttpStatusCode.UnsupportedMediaType, json.StatusCode);
        Assert.True(json.Headers.CacheControl!.NoStore);
        Assert.Equal(0, world.Authority.Asked);
    }

    [Theory]
    [InlineData("Basic not-base64")]
    [InlineData("Basic bm8gY29sb24=")]
    public async Task A_header_that_proves_no_client_is_answered_with_the_way_that_would(string header)
    {
        await using var world = await World.CreateAsync(shared.Server);
        var sidecar = await world.ServeAsync();
        using var request = new HttpRequestMessage(HttpMethod.Post, new Uri("/oauth/token", UriKind.Relative));
        request.Content = new FormUrlEncodedContent(Form("any").Where(pair => !pair.Key.StartsWith("client", StringComparison.Ordinal)));
        request.Headers.TryAddWithoutValidation("Authorization", header);

        using var refused = await sidecar.Client.SendAsync(request);

        Assert.Equal((401, "Basic"), ((int)refused.StatusCode, refused.Headers.WwwAuthenticate.SingleOrDefault()?.Scheme));
        Assert.Contains("\"invalid_client\"", await refused.Content.ReadAsStringAsync(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_provider_that_is_down_is_said_with_when_to_come_again()
    {
        await using var world = await World.CreateAsync(shared.Server);
        var token = await world.GrantExpiredAsync();
        world.Authority.Always = static context =>
        {
            context.Response.StatusCode = 503;
            context.Response.Headers.RetryAfter = "77";
            return Task.CompletedTask;
        };
        var sidecar = await world.ServeAsync();
        using var content = new FormUrlEncodedContent(Form(token.RefreshToken!));

        using var answer = await sidecar.Client.PostAsync(new Uri("/oauth/token", UriKind.Relative), content);

        Assert.Equal(503, (int)answer.StatusCode);
        Assert.InRange(answer.Headers.RetryAfter!.Delta!.Value.TotalSeconds, 1, 77);
        Assert.Contains("\"temporarily_unavailable\"", await answer.Content.ReadAsStringAsync(), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task A_client_that_used_basic_is_told_so_with_the_401_and_no_answer_may_be_cached(bool isBasic)
    {
        await using var world = await World.CreateAsync(shared.Server);
        var token = await world.GrantExpiredAsync();
        var sidecar = await world.ServeAsync();
        using var request = new HttpRequestMessage(HttpMethod.Post, new Uri("/oauth/token", UriKind.Relative));
        request.Content = new FormUrlEncodedContent(Change(Form(token.RefreshToken!), "client_secret", "wrong"));
        request.Headers.Authorization = isBasic
            ? new AuthenticationHeaderValue("Basic", Convert.ToBase64String(Encoding.UTF8.GetBytes($"{World.ClientId}:wrong")))
            : null;

        using var refused = await sidecar.Client.SendAsync(request);
        using var content = new FormUrlEncodedContent(Form(token.RefreshToken!));
        using var answered = await sidecar.Client.PostAsync(new Uri("/oauth/token", UriKind.Relative), content);

        Assert.Equal((401, isBasic ? "Basic" : null), ((int)refused.StatusCode, refused.Headers.WwwAuthenticate.SingleOrDefault()?.Scheme));
        Assert.Equal(HttpStatusCode.OK, answered.StatusCode);
        foreach (var answer in new[] { refused, answered })
        {
            Assert.Equal("no-cache", Assert.Single(answer.Headers.Pragma).Name);
            Assert.True(answer.Headers.CacheControl!.NoStore);
        }
    }

    [Fact]
    public async Task A_refresh_token_that_was_replaced_long_ago_is_refused_and_told_once()
    {
        await using var world = await World.CreateAsync(shared.Server);
        var old = await world.GrantExpiredAsync();
        var sidecar = await world.ServeAsync();
        Assert.Equal(HttpStatusCode.OK, (await PostAsync(sidecar, Form(old.RefreshToken!))).Status);
        var before = TimeSpan.FromMinutes(11);
        await ReplaceTimesAsync(world, DateTime.UtcNow - before);

        var late = await PostAsync(sidecar, Form(old.RefreshToken!));
        await PostAsync(sidecar, Form(old.RefreshToken!));
        var newest = await PostAsync(sidecar, Form(world.Authority.CurrentRefreshToken));

        Assert.Equal((400, "invalid_grant"), ((int)late.Status, late.Body.GetProperty("error").GetString()));
        Assert.Contains("replaced", late.Body.GetProperty("error_description").GetString(), StringComparison.Ordinal);
        Assert.Equal(HttpStatusCode.OK, newest.Status);
        Assert.Equal("1", await world.QueryAsync("SELECT COUNT(*) FROM llx_oauthbridge_event WHERE kind = 'token_superseded'"));

        // A time in the future allows nothing: the bridge did not write it.
        await ReplaceTimesAsync(world, DateTime.UtcNow + before);
        Assert.Equal(HttpStatusCode.BadRequest, (await PostAsync(sidecar, Form(old.RefreshToken!))).Status);
    }

    [Fact]
    public async Task Wrong_client_secrets_are_logged_and_slowed_down_and_right_ones_are_not()
    {
        await using var world = await World.CreateAsync(shared.Server);
        var token = await world.GrantAsync(TimeSpan.FromHours(1));
        var sidecar = await world.ServeAsync();
        var wrong = Change(Form(token.RefreshToken!), "client_secret", "wrong");

        await Task.WhenAll(Enumerable.Range(0, 150).Select(_ => PostAsync(sidecar, wrong))); // further ones wait for a second each
        var attack = Enumerable.Range(0, 100).Select(_ => PostAsync(sidecar, wrong)).ToList();
        for (var status = 0; attack.Count > 0 && status != 429; attack.RemoveAll(static one => one.IsCompleted))
        {
            status = (int)(await await Task.WhenAny(attack)).Status; // with 429 as many as may wait do
        }

        // From the same user.
        Assert.Equal(HttpStatusCode.OK, (await PostAsync(sidecar, Form(token.RefreshToken!))).Status);
        Assert.All(await Task.WhenAll(attack), answer => Assert.Contains((int)answer.Status, (int[])[401, 429]));
        await Eventually.HoldsAsync(
            () => sidecar.Output.Contains("with a wrong client secret were refused", StringComparison.Ordinal),
            "wrong secrets are logged"
        );
        Assert.Contains("uid 0", sidecar.Output, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Basic_authentication_carries_a_secret_with_special_characters()
    {
        await using var world = await World.CreateAsync(shared.Server);
        var token = await world.GrantExpiredAsync();
        var sidecar = await world.ServeAsync();
        var pair =
            Uri.EscapeDataString(World.ClientId)
            + ":"
            + Uri.EscapeDataString(World.ClientSecret).Replace("%20", "+", StringComparison.Ordinal);
        sidecar.Client.DefaultRequestHeaders.Authorization = new AuthenticationHeaderValue(
            "Basic",
            Convert.ToBase64String(Encoding.UTF8.GetBytes(pair))
        );

        var good = await PostAsync(
            sidecar,
            Form(token.RefreshToken!).Where(field => !field.Key.StartsWith("client", StringComparison.Ordinal))
        );
        sidecar.Client.DefaultRequestHeaders.Authorization = new AuthenticationHeaderValue("Basic", "not base64");
        var bad = await PostAsync(sidecar, Form(token.RefreshToken!));

        Assert.Equal((HttpStatusCode.OK, HttpStatusCode.Unauthorized), (good.Status, bad.Status));
    }

    [Fact]
    public async Task A_dead_grant_is_invalid_grant_to_stock_code_too_and_told_from_an_unknown_one()
    {
        await using var world = await World.CreateAsync(shared.Server);
        var token = await world.GrantExpiredAsync();
        world.Authority.Always = Authority.Error("invalid_grant");
        var sidecar = await world.ServeAsync();

        var dead = await PostAsync(sidecar, Form(token.RefreshToken!));
        var unknown = await PostAsync(sidecar, Form("unknown"));

        Assert.Equal((400, "invalid_grant"), ((int)dead.Status, dead.Body.GetProperty("error").GetString()));
        Assert.Equal("consent_required", dead.Body.GetProperty("code").GetString());
        Assert.False(unknown.Body.TryGetProperty("code", out _), "Only of a grant that the bridge knows it says how it stands.");
    }

    [Fact]
    public async Task Stock_code_and_a_hundred_callers_share_one_refresh()
    {
        await using var world = await World.CreateAsync(shared.Server);
        var old = await world.GrantExpiredAsync();
        var sidecar = await world.ServeAsync();
        var gate = world.Authority.HoldNextAnswer();
        var stock = Enumerable.Range(0, 50).Select(_ => PostAsync(sidecar, Form(old.RefreshToken!))).ToArray();
        var callers = Enumerable.Range(0, 50).Select(_ => sidecar.TokenAsync()).ToArray();
        await gate.Arrived;
        gate.Release();

        Assert.All(await Task.WhenAll(stock), answer =>
            Assert.Equal(world.Authority.LastAccessToken, answer.Body.GetProperty("access_token").GetString())
        );
        Assert.All(await Task.WhenAll(callers), token => Assert.Equal(world.Authority.LastAccessToken, token));
        Assert.Equal(1, world.Authority.Asked);
    }

    private static Task ReplaceTimesAsync(World world, DateTime at) =>
        world.ExecuteAsync($"UPDATE llx_oauthbridge_superseded SET at = '{at:yyyy-MM-dd HH:mm:ss}'");

    private static Dictionary<string, string> Form(string refreshToken) =>
        new()
        {
            ["grant_type"] = "refresh_token",
            ["client_id"] = World.ClientId,
            ["client_secret"] = World.ClientSecret,
            ["refresh_token"] = refreshToken,
        };

    private static Dictionary<string, string> Change(Dictionary<string, string> form, string field, string value) =>
        new(form) { [field] = value };

    private static async Task<(HttpStatusCode Status, JsonElement Body)> PostAsync(
        Sidecar sidecar,
        IEnumerable<KeyValuePair<string, string>> form
    )
    {
        using var content = new FormUrlEncodedContent(form);
        using var response = await sidecar.Client.PostAsync(new Uri("/oauth/token", UriKind.Relative), content);
        using var document = JsonDocument.Parse(await response.Content.ReadAsStringAsync());
        return (response.StatusCode, document.RootElement.Clone());
    }
}
