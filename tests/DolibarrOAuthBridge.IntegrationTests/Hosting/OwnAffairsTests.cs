// SPDX-License-Identifier: GPL-3.0-or-later

using System.Net.Http.Headers;
using System.Text.Json;
using DolibarrOAuthBridge.Instances;
using DolibarrOAuthBridge.IntegrationTests.Support;

namespace DolibarrOAuthBridge.IntegrationTests.Hosting;

/// <summary>What happens in one instance is written down for it alone, and its key is its own.</summary>
public sealed class OwnAffairsTests(SharedServer shared)
{
    [Fact]
    [Trait("Database", "MariaDB")]
    public async Task A_refresh_is_in_the_journal_the_history_and_the_metrics_of_its_own_instance_only()
    {
        await using var world = await HostingWorld.CreateAsync(shared.MariaDb);
        await using var authority = await Authority.StartAsync();
        authority.Adopt("rt");
        var settings = new Dictionary<string, string> { ["Providers:Google:TokenEndpoint"] = authority.TokenEndpoint };
        var (acme, beta) = (await world.AddAsync("acme", settings), await world.AddAsync("beta", settings));
        await world.ServeAsync();
        await world.RequireTokenAsync(beta);
        var gate = authority.HoldNextAnswer();
        using var request = new HttpRequestMessage(HttpMethod.Post, "/i/acme/v1/entries/GOOGLE-Mail0/token/refresh");
        request.Headers.Authorization = new AuthenticationHeaderValue("Bearer", acme.ApiKey);

        var call = world.Sidecar.Client.SendAsync(request);
        await gate.Arrived;
        Assert.Equal((1, 0), (Journal(world, "acme"), Journal(world, "beta")));
        gate.Release();
        using var answer = await call;

        Assert.True(answer.IsSuccessStatusCode);
        Assert.Equal((0, 0), (Journal(world, "acme"), Journal(world, "beta")));
        foreach (var path in (string[])["v1/entries/GOOGLE-Mail0/history", "metrics"])
        {
            var (own, other) = (await world.GetAsync($"/i/acme/{path}", acme.ApiKey), await world.GetAsync($"/i/beta/{path}", beta.ApiKey));
            Assert.Contains("refresh", Events(own.Body), StringComparison.Ordinal);
            Assert.DoesNotContain("refresh", Events(other.Body), StringComparison.Ordinal);
        }
    }

    [Fact]
    [Trait("Database", "MariaDB")]
    public async Task A_consent_that_one_began_is_unknown_to_another()
    {
        await using var world = await HostingWorld.CreateAsync(shared.MariaDb);
        var (acme, beta) = (await world.AddAsync("acme"), await world.AddAsync("beta"));
        await world.ServeAsync();
        var begun = JsonDocument
            .Parse((await world.PostAsync(acme, "v1/entries/GOOGLE-Mail0/consent", new { flow = "code", session_binding = "s" })).Body)
            .RootElement;
        var id = begun.GetProperty("consent_id").GetString();

        Assert.Equal(200, (await world.GetAsync($"/i/acme/v1/consent/{id}", acme.ApiKey)).Status);
        Assert.Equal(404, (await world.GetAsync($"/i/beta/v1/consent/{id}", beta.ApiKey)).Status);
        var callback = new
        {
            state = begun.GetProperty("state").GetString(),
            code = "c",
            session_binding = "s",
        };
        var answer = await world.PostAsync(beta, "v1/consent/callback", callback);
        var problem = JsonDocument.Parse(answer.Body).RootElement.GetProperty("code").GetString();
        Assert.Equal((400, "state_invalid"), (answer.Status, problem));
    }

    [Fact]
    [Trait("Database", "MariaDB")]
    public async Task A_crowd_that_waits_for_a_slow_provider_leaves_room_for_the_others()
    {
        await using var world = await HostingWorld.CreateAsync(shared.MariaDb);
        await using var authority = await Authority.StartAsync();
        authority.Adopt("rt");
        var settings = new Dictionary<string, string> { ["Providers:Google:TokenEndpoint"] = authority.TokenEndpoint };
        var (acme, beta) = (await world.AddAsync("acme", settings), await world.AddAsync("beta", settings));
        await world.ServeAsync();
        var gate = authority.HoldNextAnswer();

        var crowd = Enumerable
            .Range(0, Instance.MostRequests + 20)
            .Select(_ => world.PostAsync(acme, "v1/entries/GOOGLE-Mail0/token/refresh"))
            .ToList();
        await gate.Arrived;
        await Eventually.HoldsAsync(() => crowd.Count(call => call.IsCompleted) == 20, "those beyond the limit are told to come again");
        await world.RequireTokenAsync(beta);
        gate.Release();
        var answers = (await Task.WhenAll(crowd)).CountBy(answer => answer.Status).ToDictionary();

        Assert.Equal((20, Instance.MostRequests), (answers[429], answers[200]));
        Assert.Equal(1, authority.Granted);
    }

    [Fact]
    [Trait("Database", "MariaDB")]
    public async Task A_database_whose_tables_are_locked_keeps_nobody_else_waiting()
    {
        await using var world = await HostingWorld.CreateAsync(shared.MariaDb);
        var (acme, beta) = (await world.AddAsync("acme"), await world.AddAsync("beta"));
        await world.ServeAsync();
        await using var connection = await shared.MariaDb.OpenAsync(acme.Database);
        await using var command = connection.CreateCommand();
        command.CommandText = "LOCK TABLES llx_const WRITE, llx_oauth_token WRITE";
        await command.ExecuteNonQueryAsync(TestContext.Current.CancellationToken);

        var waiting = Enumerable.Range(0, 40).Select(_ => world.TokenAsync(acme)).ToList();
        for (var call = 0; call < 40; call++)
        {
            await world.RequireTokenAsync(beta);
        }

        command.CommandText = "UNLOCK TABLES";
        await command.ExecuteNonQueryAsync(TestContext.Current.CancellationToken);
        Assert.All(await Task.WhenAll(waiting), answer => Assert.Contains(answer.Status, (HashSet<int>)[200, 503]));
        await world.RequireTokenAsync(acme);
    }

    [Fact]
    [Trait("Database", "MariaDB")]
    public async Task The_key_of_one_instance_is_changed_by_its_name_and_the_others_stay()
    {
        await using var world = await HostingWorld.CreateAsync(shared.MariaDb);
        var (acme, beta) = (await world.AddAsync("acme"), await world.AddAsync("beta"));
        var conf = await File.ReadAllTextAsync(acme.ConfPath);
        var next = Path.Combine(world.Host.SocketDirectory, "next.conf.php");
        await File.WriteAllTextAsync(next, $"{conf}\n$dolibarr_main_instance_unique_id='another key of thirty-two letters';\n");
        string[] rekey = ["rekey", "--instance", "acme", "--new-conf", next];

        Assert.Equal(2, (await world.RunAsync(["rekey", "--instance", "beta", "--new-conf", next, "--dry-run"])).ExitCode);
        var done = await world.RunAsync([.. rekey, "--yes"]);
        Assert.True(done.ExitCode == 0, done.Error);
        await File.WriteAllTextAsync(acme.ConfPath, await File.ReadAllTextAsync(next));

        await world.ServeAsync();
        await world.RequireTokenAsync(acme);
        await world.RequireTokenAsync(beta);
    }

    [Fact]
    public async Task An_instance_may_be_on_any_database_server()
    {
        await using var world = await World.CreateBareAsync(shared.Server);
        await world.InitAsync();
        var token = await world.GrantAsync(TimeSpan.FromHours(1));
        var config = Path.Combine(world.Install.DirectoryPath, "bridge.json");
        var settings = new Dictionary<string, string>
        {
            ["Bridge:StateDirectory"] = world.StateDirectory,
            ["Instances:acme:DolibarrConf"] = world.Install.ConfPath,
        };
        await File.WriteAllTextAsync(config, JsonSerializer.Serialize(settings));
        await using var sidecar = Sidecar.Start(["serve", "--urls", "http://127.0.0.1:0", "--config", config], null, world.ApiKey);
        await sidecar.WaitUntilListeningAsync();

        using var answer = await sidecar.Client.GetAsync(new Uri($"/i/acme/v1/entries/{World.Entry}/token", UriKind.Relative));

        Assert.Contains(token.AccessToken!, await answer.Content.ReadAsStringAsync(), StringComparison.Ordinal);
        await Eventually.HoldsAsync(
            async () => await world.QueryAsync("SELECT COUNT(*) FROM llx_oauthbridge_v_status WHERE looked_by IS NOT NULL") != "0",
            "the instance was visited"
        );
    }

    private static int Journal(HostingWorld world, string name)
    {
        var directory = Path.Combine(world.Host.StateDirectory, name);
        return Directory.Exists(directory) ? Directory.EnumerateFiles(directory, "*.refresh").Count() : 0;
    }

    // Metrics say what they count in comments.
    private static string Events(string body) =>
        string.Join('\n', body.Split('\n').Where(static line => !line.StartsWith('#') && !line.EndsWith(" 0", StringComparison.Ordinal)));
}
