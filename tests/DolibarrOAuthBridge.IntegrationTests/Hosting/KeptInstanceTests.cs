// SPDX-License-Identifier: GPL-3.0-or-later

using DolibarrOAuthBridge.IntegrationTests.Support;

namespace DolibarrOAuthBridge.IntegrationTests.Hosting;

/// <summary>What a mistake in the settings of one instance, or in the state directory, changes, and where it is said.</summary>
[Trait("Database", "MariaDB")]
public sealed class KeptInstanceTests(SharedServer shared)
{
    private const string Verbose = "/readyz?verbose=1";

    [Theory]
    [InlineData("DolibarrConf", "/nowhere/conf.php")]
    [InlineData("DatabasePasswordFile", "/nowhere/password")]
    public async Task New_settings_that_cannot_be_used_keep_the_former_and_are_told(string setting, string value)
    {
        await using var world = await HostingWorld.CreateAsync(shared.MariaDb);
        var acme = await world.AddAsync("acme");
        await world.ServeAsync();
        await world.RequireTokenAsync(acme);

        var settings = new Dictionary<string, string> { [setting] = value, ["DatabaseUser"] = "somebody" };
        await world.Host.PublishAsync(setting == "DolibarrConf" ? acme with { ConfPath = value } : acme, settings);
        world.Sidecar.Signal("HUP");

        await UntilToldAsync(world, value);
        await world.RequireTokenAsync(acme);
        await world.Host.PublishAsync(acme);
        world.Sidecar.Signal("HUP");
        await HostingWorld.UntilAsync(
            async () => !(await world.GetAsync(Verbose, world.Host.OperatorKey)).Body.Contains(value, StringComparison.Ordinal),
            "the mistake is mended"
        );
    }

    [Theory]
    [InlineData("SocketMode", "rw-rw----")]
    [InlineData("SocketGroup", "no-such-group")]
    public async Task A_mistake_in_the_settings_of_a_socket_leaves_it_open_as_it_was_and_is_told(string setting, string value)
    {
        await using var world = await HostingWorld.CreateAsync(shared.MariaDb);
        var path = Path.Combine(world.Host.SocketDirectory, "acme.sock");
        var settings = new Dictionary<string, string> { ["Socket"] = path };
        var acme = await world.AddAsync("acme", settings);
        await world.ServeAsync();
        using var client = HostingWorld.ClientOf(path, isKept: false);
        await HostingWorld.UntilAsync(() => Task.FromResult(File.Exists(path)), "the socket is open");
        await world.RequireTokenAsync(acme, client);

        settings[setting] = value;
        await world.Host.PublishAsync(acme, settings);
        world.Sidecar.Signal("HUP");

        await UntilToldAsync(world, value);
        await world.RequireTokenAsync(acme, client);
    }

    [Fact]
    public async Task A_state_directory_in_which_nothing_can_be_written_makes_the_process_unready()
    {
        await using var world = await HostingWorld.CreateAsync(shared.MariaDb);
        await world.AddAsync("acme");
        await world.AddAsync("beta");
        await world.ServeAsync();
        Assert.Equal(200, (await world.GetAsync("/readyz")).Status);

        Directory.Delete(world.Host.StateDirectory, recursive: true);
        await File.WriteAllTextAsync(world.Host.StateDirectory, "a file in its place");
        var (status, body) = await world.GetAsync("/readyz");

        Assert.Equal((503, true), (status, body.Contains("state_directory", StringComparison.Ordinal)));
    }

    [Fact]
    public async Task Healthcheck_asks_for_the_instance_that_is_named()
    {
        await using var world = await HostingWorld.CreateAsync(shared.MariaDb);
        await world.AddAsync("acme");
        await world.ServeAsync();
        var address = world.Sidecar.Client.BaseAddress!.AbsoluteUri;

        Assert.Equal(0, (await world.RunAsync("healthcheck", "--sidecar", address, "--instance", "acme")).ExitCode);
        Assert.Equal(1, (await world.RunAsync("healthcheck", "--sidecar", address, "--instance", "beta")).ExitCode);
        Assert.Equal(2, (await world.RunAsync("healthcheck", "--sidecar", address, "--instance", "../acme")).ExitCode);
        Assert.Equal(0, (await world.RunAsync("healthcheck", "--sidecar", $"{address}i/acme")).ExitCode);
    }

    [Fact]
    public async Task Doctor_finds_an_instance_at_the_common_address_and_at_its_own_socket()
    {
        await using var world = await HostingWorld.CreateAsync(shared.MariaDb);
        var path = Path.Combine(world.Host.SocketDirectory, "acme.sock");
        await world.AddAsync("acme", new Dictionary<string, string> { ["Socket"] = path });
        await world.AddAsync("beta");
        await world.ServeAsync();
        await HostingWorld.UntilAsync(() => Task.FromResult(File.Exists(path)), "the socket is open");

        var common = await world.RunAsync("doctor", "--all", "--json", "--sidecar", world.Sidecar.Client.BaseAddress!.AbsoluteUri);
        var own = await world.RunAsync("doctor", "--instance", "acme", "--json");

        Assert.DoesNotContain("\"sidecar_", common.Output, StringComparison.Ordinal);
        Assert.DoesNotContain("\"sidecar_", own.Output, StringComparison.Ordinal);
    }

    private static Task UntilToldAsync(HostingWorld world, string what) =>
        HostingWorld.UntilAsync(
            async () => (await world.GetAsync(Verbose, world.Host.OperatorKey)).Body.Contains(what, StringComparison.Ordinal),
            "the mistake is told"
        );
}
