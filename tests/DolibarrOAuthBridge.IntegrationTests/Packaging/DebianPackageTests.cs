// SPDX-License-Identifier: GPL-3.0-or-later

using System.Diagnostics;
using System.Reflection;
using DolibarrOAuthBridge.Demo.Processes;
using DolibarrOAuthBridge.IntegrationTests.Support;

namespace DolibarrOAuthBridge.IntegrationTests.Packaging;

/// <summary>The Debian package as an administrator meets it, in a root directory of its own.</summary>
public sealed class DebianPackageTests(SharedServer shared)
{
    private const string Name = "dolibarr-oauth-bridge";

    private static readonly string Repository = Path.GetFullPath(
        typeof(DebianPackageTests)
            .Assembly.GetCustomAttributes<AssemblyMetadataAttribute>()
            .First(data => data.Key == "RepositoryRoot")
            .Value!
    );

    [Fact]
    public async Task It_installs_runs_keeps_its_settings_over_an_upgrade_and_leaves_nothing_when_purged()
    {
        Assert.SkipUnless(Environment.UserName == "root", "Only root installs packages.");
        await using var scratch = ScratchDirectory.Create("package");
        var package = await BuildAsync(scratch.Path);
        var root = MakeRoot(scratch.Path);

        var said = await InstallAsync(root, package);

        Assert.Contains("does not run yet. Next:", said, StringComparison.Ordinal);
        Assert.Contains($"{Name} init", said, StringComparison.Ordinal);
        var settings = Path.Combine(root, "etc", Name, "bridge.json");
        Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.GroupRead, File.GetUnixFileMode(settings));
        Assert.Contains(Name + ":", await File.ReadAllTextAsync(Path.Combine(root, "etc/passwd")), StringComparison.Ordinal);
        Assert.True(File.Exists(Path.Combine(root, "usr/share", Name, "sql/grants.sql")));

        await using (var world = await World.CreateAsync(shared.Server))
        {
            world.Program = Path.Combine(root, "usr/bin", Name);
            await world.GrantExpiredAsync();
            await File.WriteAllTextAsync(settings, $$"""{ "Bridge": { "DolibarrConf": "{{world.Install.ConfPath}}" } }""");
            var entries = await Sidecar.RunAsync(["entries", "--config", settings], null, world.Program);
            Assert.True(entries.ExitCode == 0 && entries.Output.Contains("GOOGLE-Mail", StringComparison.Ordinal), entries.Error);
            var sidecar = await world.ServeAsync();
            Assert.Equal(await sidecar.TokenAsync(), world.Authority.LastAccessToken);
            Assert.Equal(200, await sidecar.StatusAsync("/openapi/v1.json"));
        }

        Assert.DoesNotContain("Next:", await InstallAsync(root, package), StringComparison.Ordinal); // it was told already
        Assert.Contains("conf.php", await File.ReadAllTextAsync(settings), StringComparison.Ordinal);
        await DpkgAsync(root, "--remove", Name);
        Assert.False(File.Exists(Path.Combine(root, "usr/bin", Name)));
        Assert.True(File.Exists(settings));
        await DpkgAsync(root, "--purge", Name);
        Assert.Empty(Directory.EnumerateFileSystemEntries(root, "*oauth*bridge*", SearchOption.AllDirectories));
        Assert.DoesNotContain(Name, await File.ReadAllTextAsync(Path.Combine(root, "etc/passwd")), StringComparison.Ordinal);
    }

    [Fact]
    public async Task An_upgrade_goes_on_where_the_administrator_removed_the_settings_file()
    {
        await using var scratch = ScratchDirectory.Create("upgrade");
        var etc = Directory.CreateDirectory(Path.Combine(scratch.Path, "etc")).FullName;
        await File.WriteAllTextAsync(Path.Combine(etc, "passwd"), $"{Name}:x:990:990::/var/lib/{Name}:/usr/sbin/nologin\n");
        await File.WriteAllTextAsync(Path.Combine(etc, "group"), $"{Name}:x:990:\n");

        await RunAsync(
            "env",
            $"DPKG_ROOT={scratch.Path}",
            "sh",
            Path.Combine(Repository, "packaging/debian/postinst"),
            "configure",
            "0.0.1"
        );

        Assert.False(Directory.Exists(Path.Combine(etc, Name)));
    }

    [Fact]
    public async Task The_services_exposure_is_at_most_1_3()
    {
        var (status, said) = await TryAsync(
            "systemd-analyze",
            "security",
            "--offline=true",
            "--no-pager",
            "--threshold=13",
            Path.Combine(Repository, "packaging/systemd", Name + ".service")
        );

        Assert.True(status == 0, said);
        Assert.Contains("Overall exposure level", said, StringComparison.Ordinal);
    }

    private static async Task<string> BuildAsync(string directory)
    {
        var architecture = (await RunAsync("dpkg", "--print-architecture")).Trim();
        var published = Path.Combine(directory, architecture);
        await RunAsync(Path.Combine(Repository, "build/publish.sh"), architecture, published);
        await RunAsync("env", "DEB_COMPRESSION=gzip", Path.Combine(Repository, "build/deb.sh"), architecture, published);
        return Assert.Single(Directory.GetFiles(directory, "*.deb"));
    }

    // What dpkg and useradd want to see of a system.
    private static string MakeRoot(string directory)
    {
        var root = Path.Combine(directory, "root");
        foreach (var path in (string[])["etc", "var/lib/dpkg/info", "var/lib/dpkg/updates", "var/log"])
        {
            Directory.CreateDirectory(Path.Combine(root, path));
        }

        File.WriteAllText(Path.Combine(root, "var/lib/dpkg/status"), string.Empty);
        File.WriteAllText(
            Path.Combine(root, "etc/passwd"),
            "root:x:0:0:root:/root:/bin/sh\nwww-data:x:33:33::/var/www:/usr/sbin/nologin\n"
        );
        File.WriteAllText(Path.Combine(root, "etc/group"), "root:x:0:\nwww-data:x:33:\n");
        return root;
    }

    private static Task<string> InstallAsync(string root, string package) => DpkgAsync(root, "--install", package);

    private static Task<string> DpkgAsync(string root, params string[] arguments) =>
        RunAsync("dpkg", [$"--root={root}", "--force-depends", "--force-script-chrootless", "--force-confold", .. arguments]);

    private static async Task<string> RunAsync(string program, params string[] arguments)
    {
        var (status, said) = await TryAsync(program, arguments);
        Assert.True(status == 0, $"{program} {string.Join(' ', arguments)}: {said}");
        return said;
    }

    private static async Task<(int Status, string Said)> TryAsync(string program, params string[] arguments)
    {
        using var process = Process.Start(
            new ProcessStartInfo(program, arguments) { RedirectStandardOutput = true, RedirectStandardError = true }
        )!;
        var output = process.StandardOutput.ReadToEndAsync();
        var error = process.StandardError.ReadToEndAsync();
        await process.WaitForExitAsync();
        return (process.ExitCode, await output + await error);
    }
}
