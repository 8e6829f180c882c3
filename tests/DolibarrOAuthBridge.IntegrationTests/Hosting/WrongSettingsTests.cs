// SPDX-License-Identifier: GPL-3.0-or-later

using DolibarrOAuthBridge.IntegrationTests.Support;

namespace DolibarrOAuthBridge.IntegrationTests.Hosting;

/// <summary>Commands about all instances where the settings are wrong, and the sidecar for one of them alone.</summary>
[Trait("Database", "MariaDB")]
public sealed class WrongSettingsTests(SharedServer shared)
{
    [Theory]
    [InlineData("instances")]
    [InlineData("doctor", "--all")]
    public async Task A_directory_of_instances_that_is_missing_is_wrong_usage_in_one_line(params string[] command)
    {
        await using var world = await HostingWorld.CreateAsync(shared.MariaDb);
        Directory.Delete(world.Host.InstancesDirectory, recursive: true);

        var result = await world.RunAsync(command);

        Assert.Equal(2, result.ExitCode);
        Assert.StartsWith("Bridge:InstancesDirectory cannot be read", result.Error, StringComparison.Ordinal);
        Assert.Single(result.Error.TrimEnd().Split('\n'));
    }

    [Fact]
    public async Task A_section_and_a_file_of_one_name_that_are_both_wrong_are_both_told()
    {
        await using var world = await HostingWorld.CreateAsync(shared.MariaDb);
        await File.WriteAllTextAsync(world.Host.FileOf("acme"), "{}");

        var result = await world.RunAsync("doctor", "--all", "--json", "--Instances:acme:MinTtl=60");

        Assert.Equal(1, result.ExitCode);
        Assert.Contains("acme.json", result.Output, StringComparison.Ordinal);
        Assert.Contains("Instances:acme", result.Output, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_sidecar_for_one_instance_alone_counts_and_knows_the_operator()
    {
        await using var world = await HostingWorld.CreateAsync(shared.MariaDb);
        var acme = await world.AddAsync("acme");
        await using var sidecar = Sidecar.Start(
            ["serve", "--instance", "acme", "--log-format", "json", "--urls", "http://127.0.0.1:0", "--config", world.Host.ConfigPath],
            null,
            acme.ApiKey
        );
        await sidecar.WaitUntilListeningAsync();

        Assert.Equal(200, (await world.GetAsync("/v1/entries", acme.ApiKey, sidecar.Client)).Status);

        var (status, metrics) = await world.GetAsync("/metrics", acme.ApiKey, sidecar.Client);
        Assert.Equal(200, status);
        Assert.Matches("oauthbridge_requests_total\\{[^}]*ListEntries[^}]*\\} 1", metrics);
        Assert.Equal(200, (await world.GetAsync("/metrics", world.Host.OperatorKey, sidecar.Client)).Status);
        Assert.StartsWith("{", sidecar.Output.TrimStart(), StringComparison.Ordinal);
    }
}
