// SPDX-License-Identifier: GPL-3.0-or-later

using System.Net.Http.Headers;
using System.Text.Json;
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
