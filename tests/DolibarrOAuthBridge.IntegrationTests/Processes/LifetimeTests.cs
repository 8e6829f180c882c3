// SPDX-License-Identifier: GPL-3.0-or-later

using System.Diagnostics;
using System.Net;
using System.Net.Sockets;
using System.Text;
using System.Text.Json;
using DolibarrOAuthBridge.IntegrationTests.Support;

namespace DolibarrOAuthBridge.IntegrationTests.Processes;

/// <summary>Signals, logs and sockets, as systemd and an administrator use them.</summary>
public sealed class LifetimeTests(SharedServer shared)
{
    [Fact]
    public async Task Hangup_takes_over_a_new_database_account_and_password_without_failing_a_request()
    {
        await using var world = await World.CreateBareAsync(shared.Server);
        var token = await world.GrantAsync(TimeSpan.FromHours(1));
        var sidecar = await world.ServeAsync();
        using var stop = new CancellationTokenSource();
        var callers = Enumerable.Range(0, 4).Select(_ => AskUntilAsync(sidecar, token.AccessToken!, stop.Token)).ToList();

        var (former, next) = (world.Install.User, world.Install.User + "n");
        await world.ExecuteAsync(
            $"""
            CREATE USER '{next}'@'localhost' IDENTIFIED BY 'another-canary';
            GRANT ALL ON `{world.Install.Database}`.* TO '{next}'@'localhost'
            """
        );
        await world.RewriteConfAsync($"_user='{former}'", $"_user='{next}'");
        await world.RewriteConfAsync(world.Install.Password, "another-canary");
        sidecar.Signal("HUP");
        await Eventually.HoldsAsync(() => sidecar.Output.Contains("are in use", StringComparison.Ordinal), "conf.php was read again");
        await stop.CancelAsync();

        Assert.All(await Task.WhenAll(callers), answers => Assert.True(answers > 0));
        await world.ExecuteAsync($"DROP USER '{former}'@'localhost'; KILL USER '{former}'@'localhost'");
        Assert.Equal(token.AccessToken, await sidecar.TokenAsync());
    }

    [Fact]
    public async Task Hangup_takes_over_a_new_key()
    {
        await using var world = await World.CreateAsync(shared.Server);
        var token = await world.GrantAsync(TimeSpan.FromHours(1));
        await world.InitAsync();
        await world.RewriteConfAsync(Demo.Database.DolibarrInstallOptions.GoldenKey, "11111111111111111111111111111111");
        var sidecar = await world.ServeAsync();
        Assert.Equal((401, "unauthorized"), await sidecar.ProblemAsync(HttpMethod.Get, $"/v1/entries/{World.Entry}/token"));

        await world.Install.WriteConfAsync();
        sidecar.Signal("HUP");
        await Eventually.HoldsAsync(() => sidecar.Output.Contains("are in use", StringComparison.Ordinal), "conf.php was read again");

        Assert.Equal(token.AccessToken, await sidecar.TokenAsync());
    }

    [Theory]
    [InlineData("$dolibarr_main_db_pass='", "$dolibarr_main_db_pass=getenv('X').'", "cannot be used")]
    [InlineData("$dolibarr_main_db_pass='", "$dolibarr_main_db_pass='wrong", "refuses the account")]
    [InlineData("$dolibarr_main_db_name='", "$dolibarr_main_db_name='x", "restart it")]
    public async Task Hangup_with_a_conf_that_cannot_be_used_changes_nothing_and_says_why(string from, string to, string said)
    {
        await using var world = await World.CreateBareAsync(shared.Server);
        var token = await world.GrantAsync(TimeSpan.FromHours(1));
        var sidecar = await world.ServeAsync();

        await world.RewriteConfAsync(from, to);
        sidecar.Signal("HUP");
        await Eventually.HoldsAsync(() => sidecar.Output.Contains(said, StringComparison.Ordinal), said);

        Assert.Equal(token.AccessToken, await sidecar.TokenAsync());
        Assert.Contains(
            "oauthbridge_conf_reloads_total{outcome=\"kept\"} 1",
            await sidecar.Client.GetStringAsync(new Uri("/metrics", UriKind.Relative)),
            StringComparison.Ordinal
        );
    }

    [Fact]
    public async Task Told_to_stop_it_is_not_ready_any_more_but_finishes_its_refresh_and_answers_who_waits()
    {
        await using var world = await World.CreateAsync(shared.Server);
        await world.GrantExpiredAsync();
        var sidecar = await world.ServeAsync();
        var gate = world.Authority.HoldNextAnswer();
        var call = sidecar.TokenAsync();
        await gate.Arrived;

        sidecar.Terminate();
        await Eventually.HoldsAsync(async () => await sidecar.StatusAsync("/readyz") == 503, "it is draining");
        var patience = Stopwatch.StartNew();
        await Eventually.HoldsAsync(
            () => sidecar.HasExited || patience.Elapsed > TimeSpan.FromSeconds(3),
            "it waits for longer than System.CommandLine does by itself"
        );
        Assert.Equal(200, await sidecar.StatusAsync("/healthz"));
        gate.Release();

        Assert.Equal(world.Authority.LastAccessToken, await call);
        Assert.Equal(0, await sidecar.ExitAsync());
        Assert.Equal(world.Authority.CurrentRefreshToken, (await world.StoredAsync()).RefreshToken);
        Assert.Empty(world.JournalFiles);
    }

    [Fact]
    public async Task Told_to_stop_it_does_not_wait_for_the_rest_of_a_request()
    {
        await using var world = await World.CreateAsync(shared.Server);
        var sidecar = await world.ServeAsync();
        var start = $"HTTP/1.1\r\nHost: 127.0.0.1\r\nAuthorization: Bearer {world.ApiKey}\r\n";
        string[] halves =
        [
            "G",
            $"GET /v1/entries {start}X-Half: ",
            $"POST /v1/entries/{World.Entry}/consent {start}Content-Type: application/json\r\nContent-Length: 200\r\n\r\n{{",
            $"POST /v1/entries/{World.Entry}/consent {start}Content-Type: application/json\r\nTransfer-Encoding: chunked\r\n\r\nff\r\n{{",
            "POST /v1/consent/callback HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Length: 200\r\n\r\n{",
        ];
        var clients = halves.Select(_ => new TcpClient()).ToList();
        foreach (var (client, half) in clients.Zip(halves))
        {
            await client.ConnectAsync(sidecar.Address.Host, sidecar.Address.Port);
            await client.GetStream().WriteAsync(Encoding.ASCII.GetBytes(half));
        }

        await sidecar.StatusAsync("/healthz"); // what came before is being read
        sidecar.Terminate();

        Assert.Equal(0, await sidecar.ExitAsync()); // at the limit of all stopping it would be 1
        clients.ForEach(static client => client.Dispose());
    }

    [Fact]
    public async Task A_log_of_json_is_one_object_a_line_from_the_first_to_the_last()
    {
        await using var world = await World.CreateAsync(shared.Server);
        await world.GrantExpiredAsync();
        var sidecar = await world.ServeAsync(null, "--log-format", "json");
        await sidecar.TokenAsync();
        sidecar.Terminate();
        await sidecar.ExitAsync();

        var lines = sidecar
            .Output.Split('\n', StringSplitOptions.RemoveEmptyEntries)
            .Select(line => JsonDocument.Parse(line).RootElement)
            .ToList();

        Assert.All(lines, line =>
            Assert.True(
                line.TryGetProperty("Timestamp", out _) && line.TryGetProperty("LogLevel", out _) && line.TryGetProperty("Message", out _)
            )
        );
        var refreshed = Assert.Single(lines, line =>
            line.GetProperty("Message").GetString()!.StartsWith("Refreshed", StringComparison.Ordinal)
        );
        Assert.Equal(World.Service, refreshed.GetProperty("State").GetProperty("Service").GetString());
        Assert.Equal(2, (await world.RunAsync("serve", "--log-format", "xml")).ExitCode);
    }

    [Fact]
    public async Task Sockets_of_systemd_are_served_if_no_other_machine_reaches_them()
    {
        await using var world = await World.CreateAsync(shared.Server);
        await world.InitAsync();
        var path = Path.Combine(world.Install.DirectoryPath, "activated.sock");
        using var activated = await ActivateAsync(world, path);
        using var client = new HttpClient(
            new SocketsHttpHandler
            {
                ConnectCallback = async (_, cancellation) =>
                {
                    var socket = new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
                    await socket.ConnectAsync(new UnixDomainSocketEndPoint(path), cancellation);
                    return new NetworkStream(socket, ownsSocket: true);
                },
            }
        );

        using var answer = await client.GetAsync(new Uri("http://localhost/readyz"));

        Assert.Equal(HttpStatusCode.OK, answer.StatusCode);
        activated.Kill();
        await activated.WaitForExitAsync();
        using var open = await ActivateAsync(world, $"0.0.0.0:{Demo.Processes.FreePort.Find()}", start: true);
        await open.WaitForExitAsync().WaitAsync(Eventually.Limit);
        Assert.Equal(2, open.ExitCode);
    }

    [Fact]
    public async Task Systemd_is_told_when_it_is_ready_and_when_it_stops()
    {
        await using var world = await World.CreateAsync(shared.Server);
        using var systemd = new Socket(AddressFamily.Unix, SocketType.Dgram, ProtocolType.Unspecified)
        {
            ReceiveTimeout = (int)Eventually.Limit.TotalMilliseconds,
        };
        var path = Path.Combine(world.Install.DirectoryPath, "notify");
        systemd.Bind(new UnixDomainSocketEndPoint(path));

        var sidecar = await world.ServeAsync(new Dictionary<string, string> { ["NOTIFY_SOCKET"] = path });
        Assert.Equal("READY=1", Receive(systemd));
        sidecar.Terminate();

        Assert.Equal("STOPPING=1", Receive(systemd));
        Assert.Equal(0, await sidecar.ExitAsync());
    }

    [Fact]
    public async Task With_sockets_of_systemd_a_conf_php_that_is_missing_is_told_to_callers_until_it_is_there()
    {
        await using var world = await World.CreateAsync(shared.Server);
        var token = await world.GrantAsync(TimeSpan.FromHours(1));
        await world.InitAsync();
        var hidden = world.Install.ConfPath + ".hidden";
        File.Move(world.Install.ConfPath, hidden);
        var address = $"127.0.0.1:{Demo.Processes.FreePort.Find()}";
        using var process = await ActivateAsync(world, address);
        using var http = new HttpClient { BaseAddress = new Uri($"http://{address}/") };

        using var refused = await http.GetAsync(new Uri("v1/entries", UriKind.Relative));
        var told = await refused.Content.ReadAsStringAsync();
        File.Move(hidden, world.Install.ConfPath);

        Assert.Equal((503, "application/problem+json"), ((int)refused.StatusCode, refused.Content.Headers.ContentType?.MediaType));
        Assert.True(refused.Headers.CacheControl!.NoStore);
        Assert.Contains("store_unavailable", told, StringComparison.Ordinal);
        Assert.Contains("conf.php", told, StringComparison.Ordinal);
        http.DefaultRequestHeaders.Authorization = new("Bearer", world.ApiKey);
        await Eventually.HoldsAsync(
            async () =>
            {
                using var answer = await http.GetAsync(new Uri($"v1/entries/{World.Entry}/token", UriKind.Relative));
                return (await answer.Content.ReadAsStringAsync()).Contains(token.AccessToken!, StringComparison.Ordinal);
            },
            "the same process goes on, with the same sockets"
        );
        process.Kill();
    }

    [Fact]
    public async Task With_sockets_of_systemd_a_key_file_that_is_missing_is_told_to_callers_too()
    {
        await using var world = await World.CreateAsync(shared.Server);
        var address = $"127.0.0.1:{Demo.Processes.FreePort.Find()}";
        using var process = await ActivateAsync(world, address, settings: "--Bridge:OperatorKeyFile=/nowhere/key");
        using var http = new HttpClient { BaseAddress = new Uri($"http://{address}/") };

        using var refused = await http.GetAsync(new Uri("healthz", UriKind.Relative));
        Assert.Equal(503, (int)refused.StatusCode);
        Assert.Contains("Bridge:OperatorKeyFile", await refused.Content.ReadAsStringAsync(), StringComparison.Ordinal);
        process.Kill();
    }

    private static string Receive(Socket socket)
    {
        var buffer = new byte[256];
        return Encoding.ASCII.GetString(buffer, 0, socket.Receive(buffer)).TrimEnd();
    }

    private static async Task<Process> ActivateAsync(World world, string address, bool start = false, params string[] settings)
    {
        string[] arguments = ["--listen", address, "--", Sidecar.Program, .. world.Arguments("serve"), .. settings];
        var process = Process.Start(
            new ProcessStartInfo("systemd-socket-activate", arguments)
            {
                RedirectStandardOutput = true,
                RedirectStandardError = true,
            }
        )!;
        var listening = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        process.ErrorDataReceived += (_, line) =>
            _ = line.Data?.Contains("Listening on", StringComparison.Ordinal) == true && listening.TrySetResult();
        process.OutputDataReceived += static (_, _) => { };
        process.BeginErrorReadLine();
        process.BeginOutputReadLine();
        await listening.Task.WaitAsync(Eventually.Limit);
        if (start)
        {
            using var caller = new TcpClient();
            await caller.ConnectAsync("127.0.0.1", int.Parse(address.Split(':')[1], System.Globalization.CultureInfo.InvariantCulture));
        }

        return process;
    }

    // The number of answers; every one must be the token.
    private static async Task<int> AskUntilAsync(Sidecar sidecar, string token, CancellationToken stop)
    {
        var answers = 0;
        while (!stop.IsCancellationRequested)
        {
            Assert.Equal(token, await sidecar.TokenAsync());
            answers++;
        }

        return answers;
    }
}
