// SPDX-License-Identifier: GPL-3.0-or-later

using System.Net;
using System.Net.Http.Json;
using System.Reflection;
using System.Text.Json;
using System.Text.RegularExpressions;
using DolibarrOAuthBridge.Demo.Processes;
using DolibarrOAuthBridge.IntegrationTests.Support;

namespace DolibarrOAuthBridge.IntegrationTests.Http;

/// <summary>What <c>/metrics</c> says, and that the dashboard and the alerts ask for nothing else.</summary>
public sealed partial class MetricsTests(SharedServer shared)
{
    private static readonly string Monitoring = Path.Combine(
        typeof(MetricsTests).Assembly.GetCustomAttributes<AssemblyMetadataAttribute>().First(data => data.Key == "RepositoryRoot").Value!,
        "packaging",
        "monitoring"
    );

    [Fact]
    public async Task Tokens_refreshes_and_the_providers_latency_are_counted_by_provider_and_outcome()
    {
        await using var world = await World.CreateAsync(shared.Server);
        await world.GrantExpiredAsync();
        var sidecar = await world.ServeAsync();
        await sidecar.TokenAsync();
        await sidecar.TokenAsync();
        world.Authority.Next(Authority.Error("invalid_client", 401));
        await sidecar.ProblemAsync(HttpMethod.Post, $"/v1/entries/{World.Entry}/token/refresh");

        var metrics = await ReadAsync(sidecar);

        Assert.Equal(1, metrics["oauthbridge_tokens_served_total{provider=\"Google\",from=\"refreshed\"}"]);
        Assert.Equal(1, metrics["oauthbridge_tokens_served_total{provider=\"Google\",from=\"stored\"}"]);
        Assert.Equal(1, metrics["oauthbridge_refreshes_total{provider=\"Google\",outcome=\"refreshed\"}"]);
        Assert.Equal(1, metrics["oauthbridge_refreshes_total{provider=\"Google\",outcome=\"provider_rejected\"}"]);
        Assert.Equal(2, metrics["oauthbridge_requests_total{call=\"GetToken\",status=\"200\"}"]);
        Assert.Equal(1, metrics["oauthbridge_requests_total{call=\"RefreshToken\",status=\"502\"}"]);
        Assert.Equal(1, metrics["oauthbridge_provider_request_duration_seconds_count{host=\"127.0.0.1\",outcome=\"2xx\"}"]);
        Assert.Equal(1, metrics["oauthbridge_provider_request_duration_seconds_bucket{host=\"127.0.0.1\",outcome=\"4xx\",le=\"+Inf\"}"]);
        Assert.True(metrics["oauthbridge_provider_request_duration_seconds_sum{host=\"127.0.0.1\",outcome=\"2xx\"}"] > 0);
    }

    [Fact]
    public async Task Entries_are_counted_by_status_and_those_that_need_a_person_are_named()
    {
        await using var world = await World.CreateAsync(shared.Server);
        await world.GrantAsync(TimeSpan.FromMinutes(40));
        await world.ExecuteAsync("UPDATE llx_oauth_token SET token = 'garbage' WHERE service = 'GitHub-Dev'");
        var sidecar = await world.ServeAsync();

        var metrics = await ReadAsync(sidecar);

        Assert.Equal(1, metrics["oauthbridge_database_up"]);
        Assert.Equal(1, metrics["oauthbridge_entries{status=\"valid\"}"]);
        Assert.Equal(1, metrics["oauthbridge_entries{status=\"unreadable\"}"]);
        Assert.Equal(0, metrics["oauthbridge_entries{status=\"duplicate\"}"]);
        Assert.Equal(1, metrics["oauthbridge_entry_needs_person{entity=\"1\",entry=\"GITHUB-Dev\",provider=\"GitHub\"}"]);
        Assert.Equal(0, metrics["oauthbridge_entry_needs_person{entity=\"1\",entry=\"GOOGLE-Mail\",provider=\"Google\"}"]);
        Assert.InRange(metrics["oauthbridge_nearest_expiry_seconds"], 1, 40 * 60);
        Assert.InRange(
            metrics["oauthbridge_token_expiry_timestamp_seconds{entity=\"1\",entry=\"GOOGLE-Mail\",provider=\"Google\"}"],
            1.7e9,
            1e11
        );
    }

    [Fact]
    public async Task Consents_and_checks_are_counted_by_what_came_of_them()
    {
        await using var world = await World.CreateAsync(shared.Server);
        await world.GrantAsync(TimeSpan.FromHours(1));
        var sidecar = await world.ServeAsync();
        var begun = await PostAsync(sidecar, $"/v1/entries/{World.Entry}/consent", new { flow = "code", session_binding = "browser" });
        await PostAsync(
            sidecar,
            "/v1/consent/callback",
            new
            {
                state = begun.GetProperty("state").GetString(),
                error = "access_denied",
                session_binding = "browser",
            }
        );
        await PostAsync(
            sidecar,
            $"/v1/entries/{World.Entry}/check/smtp",
            new
            {
                host = "localhost",
                port = FreePort.Find(),
                security = "none",
                username = "erp@example.com",
            }
        );

        var metrics = await ReadAsync(sidecar);

        Assert.Equal(1, metrics["oauthbridge_consents_total{flow=\"code\",outcome=\"denied\"}"]);
        Assert.Equal(1, metrics["oauthbridge_checks_total{protocol=\"smtp\",outcome=\"failed\"}"]);
    }

    [Fact]
    public async Task They_cost_the_database_nothing_more_however_often_they_are_asked_for()
    {
        await using var world = await World.CreateAsync(shared.Server);
        var sidecar = await world.ServeAsync();
        await ReadAsync(sidecar);
        await world.ExecuteAsync("RENAME TABLE llx_oauth_token TO llx_elsewhere");

        var later = await ReadAsync(sidecar);

        Assert.Equal(1, later["oauthbridge_database_up"]); // the last look counts for a while
    }

    [Fact]
    public async Task A_table_that_cannot_be_read_shows_as_a_database_that_is_down()
    {
        await using var world = await World.CreateAsync(shared.Server);
        var sidecar = await world.ServeAsync();
        await world.ExecuteAsync("RENAME TABLE llx_oauth_token TO llx_elsewhere");

        var metrics = await ReadAsync(sidecar);

        Assert.Equal(0, metrics["oauthbridge_database_up"]);
        Assert.DoesNotContain(metrics.Keys, name => name.StartsWith("oauthbridge_entries", StringComparison.Ordinal));
    }

    [Fact]
    public async Task They_need_the_key_of_the_first_company()
    {
        await using var world = await World.CreateAsync(shared.Server);
        var sidecar = await world.ServeAsync();
        using var anonymous = new HttpClient(new SocketsHttpHandler { UseProxy = false }) { BaseAddress = sidecar.Address };

        using var refused = await anonymous.GetAsync(new Uri("/metrics", UriKind.Relative));

        Assert.Equal(HttpStatusCode.Unauthorized, refused.StatusCode);
        Assert.Equal((400, "invalid_request"), await sidecar.ProblemAsync(HttpMethod.Get, "/metrics?entity=1"));
    }

    [Theory]
    [InlineData("alerts.yaml")]
    [InlineData("grafana-dashboard.json")]
    public async Task The_dashboard_and_the_alerts_ask_for_metrics_that_there_are(string file)
    {
        await using var world = await World.CreateAsync(shared.Server);
        var sidecar = await world.ServeAsync();
        var text = await sidecar.Client.GetStringAsync(new Uri("/metrics", UriKind.Relative));
        var there = TypeLine().Matches(text).Select(match => match.Groups[1].Value).ToHashSet();

        var asked = AskedName()
            .Matches(await File.ReadAllTextAsync(Path.Combine(Monitoring, file)))
            .Select(match => match.Groups[1].Value)
            .Distinct()
            .ToList();

        Assert.NotEmpty(asked);
        Assert.All(asked, name => Assert.Contains(name, there));
    }

    private static async Task<JsonElement> PostAsync(Sidecar sidecar, string path, object body)
    {
        using var response = await sidecar.Client.PostAsJsonAsync(new Uri(path, UriKind.Relative), body);
        return await response.Content.ReadFromJsonAsync<JsonElement>();
    }

    private static async Task<Dictionary<string, double>> ReadAsync(Sidecar sidecar)
    {
        using var response = await sidecar.Client.GetAsync(new Uri("/metrics", UriKind.Relative));
        Assert.Equal("text/plain; version=0.0.4; charset=utf-8", response.Content.Headers.ContentType!.ToString());
        return (await response.Content.ReadAsStringAsync())
            .Split('\n', StringSplitOptions.RemoveEmptyEntries)
            .Where(line => line[0] != '#')
            .ToDictionary(
                line => line[..line.LastIndexOf(' ')],
                line => double.Parse(line[line.LastIndexOf(' ')..], System.Globalization.CultureInfo.InvariantCulture)
            );
    }

    [GeneratedRegex("^# TYPE (\\S+) ", RegexOptions.Multiline)]
    private static partial Regex TypeLine();

    [GeneratedRegex("\\b((?:oauthbridge|process)_[a-z_]+?)(?:_bucket|_sum|_count)?(?=[\\[\\]{} )\"\\\\]|$)", RegexOptions.Multiline)]
    private static partial Regex AskedName();
}
