// SPDX-License-Identifier: GPL-3.0-or-later

using System.Net;
using System.Net.Sockets;
using DolibarrOAuthBridge.IntegrationTests.Support;

namespace DolibarrOAuthBridge.IntegrationTests.Http;

/// <summary>
/// What lies around the sidecar configures nothing: neither files in its current directory nor variables without its prefix. Who may
/// connect to its socket does not depend on the umask.
/// </summary>
public sealed class SurroundingsTests(SharedServer shared)
{
    private const string Entry = "GENERIC-Own";

    [Fact]
    public async Task Neither_the_current_directory_nor_foreign_variables_lead_a_secret_elsewhere_or_open_a_port()
    {
        await using var world = await World.CreateAsync(shared.Server);
        await using var thief = await Authority.StartAsync();
        await world.Install.SetConstAsync($"OAUTH_{Entry}_ID", World.ClientId);
        await world.Install.SetConstAsync($"OAUTH_{Entry}_SECRET", World.ClientSecret);
        await world.Install.SetConstAsync($"OAUTH_{Entry}_URL", new Uri(world.Authority.TokenEndpoint).GetLeftPart(UriPartial.Authority));
        await world.GrantExpiredAsync(Entry);
        await world.InitAsync();
        var ports = FreePorts(6);
        var directory = Directory.CreateDirectory(Path.Combine(world.Install.DirectoryPath, "anywhere")).FullName;
        var settings = $$"""
            {
              "Providers": { "Generic": { "TokenEndpoint": "{{thief.TokenEndpoint}}" } },
              "Kestrel": { "Endpoints": { "x": { "Url": "http://127.0.0.1:{{ports[0]}}" } } },
              "urls": "http://127.0.0.1:{{ports[1]}}", "preferHostingUrls": "true"
            }
            """;
        await File.WriteAllTextAsync(Path.Combine(directory, "appsettings.json"), settings);
        await File.WriteAllTextAsync(Path.Combine(directory, "appsettings.Production.json"), settings);
        var environment = new Dictionary<string, string>
        {
            ["Providers__Generic__TokenEndpoint"] = thief.TokenEndpoint,
            ["DOTNET_Providers__Generic__TokenEndpoint"] = thief.TokenEndpoint,
            ["ASPNETCORE_Providers__Generic__TokenEndpoint"] = thief.TokenEndpoint,
            ["ASPNETCORE_URLS"] = $"http://127.0.0.1:{ports[2]}",
            ["ASPNETCORE_PREFERHOSTINGURLS"] = "true",
            ["DOTNET_URLS"] = $"http://127.0.0.1:{ports[3]}",
            ["Kestrel__Endpoints__y__Url"] = $"http://127.0.0.1:{ports[4]}",
            ["BRIDGE__Kestrel__Endpoints__z__Url"] = $"http://127.0.0.1:{ports[5]}",
            ["BRIDGE__preferHostingUrls"] = "true",
            ["BRIDGE__urls"] = $"http://127.0.0.1:{ports[5]}",
            ["ASPNETCORE_CONTENTROOT"] = directory,
            ["Logging__LogLevel__Default"] = "Trace",
        };
        await using var sidecar = Sidecar.Start(
            ["-C", directory, Sidecar.Program, .. world.Arguments("serve", "--urls", "http://127.0.0.1:0")],
            environment,
            world.ApiKey,
            "env"
        );
        await sidecar.WaitUntilListeningAsync();

        using var answer = await sidecar.Client.GetAsync(new Uri($"/v1/entries/{Entry}/token", UriKind.Relative));

        Assert.Equal(0, thief.Asked);
        Assert.NotEmpty(world.Authority.Server.Requests);
        Assert.Equal(2, sidecar.Output.Split("Listening on ").Length);
        Assert.All(ports, port => Assert.False(IsOpen(port), $"Port {port} is open."));
    }

    [Theory]
    [InlineData(null, "660")]
    [InlineData("0600", "600")]
    [InlineData("0666", "666")]
    public async Task A_unix_socket_has_its_mode_whatever_the_umask_is(string? mode, string expected)
    {
        await using var world = await World.CreateAsync(shared.Server);
        await world.InitAsync();
        foreach (var umask in (string[])["0", "077"])
        {
            var path = Path.Combine(world.Install.DirectoryPath, $"bridge{umask}.sock");
            string[] more = mode is null ? [] : ["--socket-mode", mode];
            await using var sidecar = Sidecar.Start(
                ["-c", $"umask {umask}; exec \"$0\" \"$@\"", Sidecar.Program, .. world.Arguments("serve", "--socket", path), .. more],
                null,
                world.ApiKey,
                "sh"
            );
            await Eventually.HoldsAsync(() => sidecar.Output.Contains("Listening on", StringComparison.Ordinal), "it listens");

            Assert.Equal(expected, Convert.ToString((int)File.GetUnixFileMode(path), 8));
        }
    }

    [Fact]
    public async Task A_unix_socket_is_given_to_the_group_that_is_named()
    {
        await using var world = await World.CreateAsync(shared.Server);
        var path = Path.Combine(world.Install.DirectoryPath, "bridge.sock");
        await world.ServeAsync(null, "--socket", path, "--socket-group", "daemon");

        using var stat = System.Diagnostics.Process.Start(
            new System.Diagnostics.ProcessStartInfo("stat", ["-c", "%G %a", path]) { RedirectStandardOutput = true }
        )!;
        Assert.Equal("daemon 660", (await stat.StandardOutput.ReadToEndAsync()).Trim());
    }

    [Theory]
    [InlineData("--socket-mode", "0777", "is not a mode for a socket")]
    [InlineData("--socket-mode", "rw", "is not a mode for a socket")]
    [InlineData("--socket-group", "no-such-group-here", "There is no group")]
    public async Task A_wrong_mode_or_group_is_a_wrong_usage(string option, string value, string message)
    {
        await using var world = await World.CreateAsync(shared.Server);
        var path = Path.Combine(world.Install.DirectoryPath, "bridge.sock");

        var result = await world.RunAsync("serve", "--socket", path, option, value);

        Assert.Equal(2, result.ExitCode);
        Assert.Contains(message, result.Error, StringComparison.Ordinal);
        Assert.False(File.Exists(path));
    }

    private static int[] FreePorts(int count)
    {
        var listeners = Enumerable.Range(0, count).Select(_ => new TcpListener(IPAddress.Loopback, 0)).ToList();
        listeners.ForEach(listener => listener.Start());
        var ports = listeners.Select(listener => ((IPEndPoint)listener.LocalEndpoint).Port).ToArray();
        listeners.ForEach(listener => listener.Stop());
        return ports;
    }

    private static bool IsOpen(int port)
    {
        using var client = new TcpClient();
        try
        {
            client.Connect(IPAddress.Loopback, port);
            return true;
        }
        catch (SocketException)
        {
            return false;
        }
    }
}
