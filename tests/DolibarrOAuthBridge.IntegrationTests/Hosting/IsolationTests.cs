// SPDX-License-Identifier: GPL-3.0-or-later

using System.Net.Sockets;
using System.Text;
using System.Text.Json;
using DolibarrOAuthBridge.Demo.Hosting;
using DolibarrOAuthBridge.IntegrationTests.Support;
using DolibarrOAuthBridge.Keys;

namespace DolibarrOAuthBridge.IntegrationTests.Hosting;

/// <summary>Several instances of one sidecar: what is one's stays one's.</summary>
[Trait("Database", "MariaDB")]
public sealed class IsolationTests(SharedServer shared)
{
    private static readonly string Nonce = new('A', 43);

    [Fact]
    public async Task Each_instance_answers_with_its_own_tokens_for_its_own_key_only()
    {
        await using var world = await HostingWorld.CreateAsync(shared.MariaDb);
        var (acme, beta) = (await world.AddAsync("acme"), await world.AddAsync("beta-2"));
        await world.ServeAsync();

        await world.RequireTokenAsync(acme);
        await world.RequireTokenAsync(beta);
        string[] paths =
        [
            "v1/entries",
            "v1/entries/GOOGLE-Mail0/token",
            "v1/entries/GOOGLE-Mail0/history",
            "v1/events",
            "v1/version",
            "metrics",
        ];
        foreach (var path in paths)
        {
            Assert.Equal(401, (await world.GetAsync($"/i/acme/{path}", beta.ApiKey)).Status);
            Assert.Equal(401, (await world.GetAsync($"/i/beta-2/{path}", acme.ApiKey)).Status);
            Assert.Equal(200, (await world.GetAsync($"/i/acme/{path}", acme.ApiKey)).Status);
        }
    }

    [Fact]
    public async Task An_instance_proves_itself_with_its_own_key()
    {
        await using var world = await HostingWorld.CreateAsync(shared.MariaDb);
        var (acme, beta) = (await world.AddAsync("acme"), await world.AddAsync("beta"));
        await world.ServeAsync();

        var (_, body) = await world.GetAsync($"/i/beta/v1/identity?nonce={Nonce}");

        var proof = JsonDocument.Parse(body).RootElement.GetProperty("proof").GetString();
        Assert.Equal(IdentityProof.Of(beta.ApiKey, Nonce, 1), proof);
        Assert.NotEqual(IdentityProof.Of(acme.ApiKey, Nonce, 1), proof);
    }

    [Fact]
    public async Task A_name_that_is_none_leads_nowhere()
    {
        await using var world = await HostingWorld.CreateAsync(shared.MariaDb);
        var acme = await world.AddAsync("acme");
        await world.AddAsync("beta");
        await world.ServeAsync();
        string[] paths =
        [
            "/i/../v1/entries",
            "/i/%2e%2e/v1/entries",
            "/i/..%2facme/v1/entries",
            "/i/acme%2f..%2fbeta/v1/entries",
            "/i/ACME/v1/entries",
            "/i//v1/entries",
            "/i/acme%00/v1/entries",
            "/i/nobody/v1/entries",
            "/i/acme/../beta/v1/entries",
            "/I/acme/v1/entries",
            "/v1/entries",
        ];

        foreach (var path in paths)
        {
            var request = RawHttp.Get(path, "Host: localhost", $"Authorization: Bearer {acme.ApiKey}");
            Assert.Contains(await RawHttp.StatusAsync(world.Sidecar.Address, request), (HashSet<int>)[400, 401, 404]);
        }
    }

    [Fact]
    public async Task A_socket_of_its_own_answers_for_the_instance_and_for_no_other()
    {
        await using var world = await HostingWorld.CreateAsync(shared.MariaDb);
        var path = Path.Combine(world.Host.SocketDirectory, "acme.sock");
        var acme = await world.AddAsync("acme", new Dictionary<string, string> { ["Socket"] = path, ["SocketMode"] = "0600" });
        var beta = await world.AddAsync("beta");
        await world.ServeAsync();
        using var client = HostingWorld.ClientOf(path);

        Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite, File.GetUnixFileMode(path));
        Assert.Equal(200, (await world.GetAsync("/v1/entries", acme.ApiKey, client)).Status);
        Assert.Equal(200, (await world.GetAsync("/i/acme/v1/entries", acme.ApiKey, client)).Status);
        Assert.Equal(401, (await world.GetAsync("/v1/entries", beta.ApiKey, client)).Status);
        Assert.Equal(404, (await world.GetAsync("/i/beta/v1/entries", beta.ApiKey, client)).Status);
        Assert.Equal(401, (await world.GetAsync("/metrics", world.Host.OperatorKey, client)).Status);

        world.Host.Withdraw("acme");
        world.Sidecar.Signal("HUP");
        await HostingWorld.UntilAsync(() => Task.FromResult(!File.Exists(path)), "the socket is closed");
        await world.RequireTokenAsync(beta);
    }

    [Fact]
    public async Task Each_of_two_sockets_proves_and_shows_its_own_instance_alone()
    {
        await using var world = await HostingWorld.CreateAsync(shared.MariaDb);
        var (acme, beta) = (await AddAsync("acme"), await AddAsync("beta"));
        await world.ServeAsync();

        foreach (var (own, other) in ((HostedDolibarr, HostedDolibarr)[])[(acme, beta), (beta, acme)])
        {
            using var client = HostingWorld.ClientOf(SocketOf(own.Name));
            var (_, body) = await world.GetAsync($"/v1/identity?nonce={Nonce}", client: client);
            Assert.Equal(IdentityProof.Of(own.ApiKey, Nonce, 1), JsonDocument.Parse(body).RootElement.GetProperty("proof").GetString());
            await world.RequireTokenAsync(own, client);
            foreach (var path in (string[])["v1/entries", "v1/identity?nonce=" + Nonce, "v1/events", "healthz", "readyz", "metrics"])
            {
                Assert.Equal(404, (await world.GetAsync($"/i/{other.Name}/{path}", other.ApiKey, client)).Status);
            }

            Assert.Equal(401, (await world.GetAsync("/v1/entries", other.ApiKey, client)).Status);
            var (_, ready) = await world.GetAsync("/readyz?verbose=1", world.Host.OperatorKey, client);
            Assert.DoesNotContain(other.Name, ready, StringComparison.Ordinal);
        }

        Task<HostedDolibarr> AddAsync(string name) => world.AddAsync(name, new Dictionary<string, string> { ["Socket"] = SocketOf(name) });

        string SocketOf(string name) => Path.Combine(world.Host.SocketDirectory, name + ".sock");
    }

    [Fact]
    public async Task A_connection_outlives_its_socket_as_nobodys_and_never_as_that_of_another()
    {
        await using var world = await HostingWorld.CreateAsync(shared.MariaDb);
        var path = Path.Combine(world.Host.SocketDirectory, "acme.sock");
        await world.AddAsync("acme", new Dictionary<string, string> { ["Socket"] = path });
        var beta = await world.AddAsync("beta");
        await world.ServeAsync();
        using var socket = new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
        await socket.ConnectAsync(new UnixDomainSocketEndPoint(path), TestContext.Current.CancellationToken);
        await using var stream = new NetworkStream(socket);
        await stream.WriteAsync("GET /v1/entries HTTP/1.1\r\nHost: localhost\r\n"u8.ToArray(), TestContext.Current.CancellationToken);

        world.Host.Withdraw("acme");
        world.Sidecar.Signal("HUP");
        await HostingWorld.UntilAsync(async () => (await world.GetAsync("/i/acme/healthz")).Status == 404, "acme is gone");

        // beta is the only one now, and answers where a path names none.
        Assert.Equal(200, (await world.GetAsync("/v1/entries", beta.ApiKey)).Status);
        var rest = $"Connection: close\r\nAuthorization: Bearer {beta.ApiKey}\r\n\r\n";
        Assert.DoesNotContain("GOOGLE-Mail0", await AnswerAsync(stream, rest), StringComparison.Ordinal);
    }

    [Fact]
    public async Task The_operators_key_opens_metrics_and_state_over_all_and_nothing_else()
    {
        await using var world = await HostingWorld.CreateAsync(shared.MariaDb);
        var (acme, beta) = (await world.AddAsync("acme"), await world.AddAsync("beta"));
        await world.ServeAsync();
        await world.RequireTokenAsync(acme);
        var key = world.Host.OperatorKey;

        var (status, metrics) = await world.GetAsync("/metrics", key);
        Assert.Equal(200, status);
        Assert.Contains("oauthbridge_tokens_served_total{instance=\"acme\"", metrics, StringComparison.Ordinal);
        Assert.Equal((200, 2), await StatesAsync(world));
        Assert.Equal(401, (await world.GetAsync("/metrics", acme.ApiKey)).Status);
        Assert.Equal(401, (await world.GetAsync("/readyz?verbose=1", acme.ApiKey)).Status);
        Assert.Equal(401, (await world.GetAsync("/i/acme/readyz?verbose=1", beta.ApiKey)).Status);
        Assert.Equal(401, (await world.GetAsync("/i/acme/readyz?verbose=1")).Status);
        var (_, state) = await world.GetAsync("/i/acme/readyz?verbose=1", acme.ApiKey);
        Assert.StartsWith("{\"status\":\"ok\",\"instances\":[{\"name\":\"acme\",", state, StringComparison.Ordinal);
        Assert.DoesNotContain("beta", state, StringComparison.Ordinal);
        Assert.Equal(401, (await world.GetAsync("/i/acme/v1/entries", key)).Status);
        Assert.Equal(401, (await world.GetAsync("/i/acme/metrics", key)).Status);
        Assert.Equal(404, (await world.GetAsync("/v1/entries", key)).Status);
        Assert.Equal(200, (await world.GetAsync("/healthz")).Status);
        Assert.Equal(200, (await world.GetAsync("/readyz")).Status);

        var (_, own) = await world.GetAsync("/i/beta/metrics", beta.ApiKey);
        Assert.DoesNotContain("acme", own, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_dead_database_and_a_broken_file_concern_their_own_instance_only()
    {
        await using var world = await HostingWorld.CreateAsync(shared.MariaDb);
        var (acme, dead, gone) = (await world.AddAsync("acme"), await world.AddAsync("dead"), await world.AddAsync("no-conf"));
        await File.WriteAllTextAsync(world.Host.FileOf("broken"), "{ this is no JSON");
        await File.WriteAllTextAsync(world.Host.FileOf("Bad Name"), "{}");
        File.Delete(gone.ConfPath);
        await shared.MariaDb.ExecuteAsync($"DROP USER '{dead.User}'@'localhost'");
        await world.ServeAsync();

        await world.RequireTokenAsync(acme);
        Assert.Equal(503, (await world.TokenAsync(dead)).Status);
        Assert.Equal(503, (await world.TokenAsync(gone)).Status);
        Assert.Equal(404, (await world.TokenAsync(acme, name: "broken")).Status);
        await HostingWorld.UntilAsync(
            async () =>
            {
                var (_, body) = await world.GetAsync("/readyz?verbose=1", world.Host.OperatorKey);
                var states = JsonDocument
                    .Parse(body)
                    .RootElement.GetProperty("instances")
                    .EnumerateArray()
                    .ToDictionary(one => one.GetProperty("name").GetString()!, one => one.GetProperty("state").GetString());
                return (states["acme"], states["dead"], states["no-conf"], states["broken"], states["Bad Name"])
                    == ("ok", "database_down", "broken", "broken", "broken");
            },
            "every state is told"
        );
        Assert.Contains("broken.json", world.Sidecar.Output, StringComparison.Ordinal);
        var listed = await world.RunAsync("instances", "--json");
        Assert.Equal(1, listed.ExitCode);
        Assert.Contains("\"database_down\"", listed.Output, StringComparison.Ordinal);
        Assert.Contains("broken.json", listed.Output, StringComparison.Ordinal);
        var doctor = await world.RunAsync("doctor", "--all", "--offline", "--json");
        Assert.Equal(1, doctor.ExitCode);
        Assert.Contains("instance_unusable", doctor.Output, StringComparison.Ordinal);
        Assert.DoesNotContain("the message", doctor.Output, StringComparison.Ordinal);
    }

    [Fact]
    public async Task The_process_lives_though_its_only_instance_is_broken()
    {
        await using var world = await HostingWorld.CreateAsync(shared.MariaDb);
        File.Delete((await world.AddAsync("acme")).ConfPath);
        await world.ServeAsync();

        Assert.Equal(200, (await world.GetAsync("/healthz")).Status);
        Assert.Equal(200, (await world.GetAsync("/i/acme/healthz")).Status);
        Assert.Equal(503, (await world.GetAsync("/readyz")).Status);
        Assert.Contains("\"broken\"", (await world.RunAsync("instances", "--json")).Output, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Commands_name_the_instance_and_each_has_a_state_directory_of_its_own()
    {
        await using var world = await HostingWorld.CreateAsync(shared.MariaDb);
        var (acme, beta) = (await world.AddAsync("acme"), await world.AddAsync("beta"));

        var token = await world.RunAsync("token", "GOOGLE-Mail0", "--instance", "beta", "--reveal");
        Assert.Contains(beta.Token(0), token.Output, StringComparison.Ordinal);
        Assert.DoesNotContain(acme.AccessToken, token.Output, StringComparison.Ordinal);
        Assert.Equal(2, (await world.RunAsync("token", "GOOGLE-Mail0")).ExitCode);
        Assert.Equal(2, (await world.RunAsync("token", "GOOGLE-Mail0", "--instance", "../beta")).ExitCode);
        Assert.Equal(2, (await world.RunAsync("entries", "--instance", "beta", "--dolibarr-conf", beta.ConfPath)).ExitCode);
        Assert.Equal(0, (await world.RunAsync("instances")).ExitCode);
        var one = await world.RunAsync("instances", "--instance", "beta", "--json");
        Assert.Equal((0, 1), (one.ExitCode, JsonDocument.Parse(one.Output).RootElement.GetProperty("instances").GetArrayLength()));
        Assert.Contains("\"beta\"", one.Output, StringComparison.Ordinal);

        await world.ServeAsync();
        await HostingWorld.UntilAsync(
            () => Task.FromResult(Directory.Exists(Path.Combine(world.Host.StateDirectory, "acme"))),
            "the state directory is made"
        );
        await HostingWorld.UntilAsync(
            () => Task.FromResult(Directory.Exists(Path.Combine(world.Host.StateDirectory, "beta"))),
            "the other one too"
        );
        Assert.Empty(Directory.EnumerateFiles(world.Host.StateDirectory));
    }

    // Empty where the server has closed the connection.
    private static async Task<string> AnswerAsync(NetworkStream stream, string request)
    {
        try
        {
            await stream.WriteAsync(Encoding.ASCII.GetBytes(request));
            using var reader = new StreamReader(stream);
            return await reader.ReadToEndAsync();
        }
        catch (IOException)
        {
            return string.Empty;
        }
    }

    private static async Task<(int Status, int Count)> StatesAsync(HostingWorld world)
    {
        var (status, body) = await world.GetAsync("/readyz?verbose=1", world.Host.OperatorKey);
        return (status, JsonDocument.Parse(body).RootElement.GetProperty("instances").GetArrayLength());
    }
}
