// SPDX-License-Identifier: GPL-3.0-or-later

using System.Text;
using System.Text.Json;
using DolibarrOAuthBridge.IntegrationTests.Support;

namespace DolibarrOAuthBridge.IntegrationTests.Processes;

/// <summary>What commands print and which status they leave.</summary>
public sealed class CommandLineTests(SharedServer shared)
{
    [Fact]
    public async Task Init_makes_tables_and_a_key_once()
    {
        await using var world = await World.CreateBareAsync(shared.Server);

        var first = await world.RunAsync("init");
        var second = await world.RunAsync("init", "--reveal");
        var third = await world.RunAsync("init", "--reveal");

        Assert.Equal((0, 0, 0), (first.ExitCode, second.ExitCode, third.ExitCode));
        Assert.Contains(
            $"Made the tables {string.Join(", ", Storage.BridgeSchema.Versions.Keys.Select(table => "llx_" + table))}.",
            first.Output,
            StringComparison.Ordinal
        );
        Assert.Contains("Made the API key OAUTHBRIDGE_API_KEY", first.Output, StringComparison.Ordinal);
        Assert.DoesNotMatch("[0-9a-f]{64}", first.Output);
        Assert.Matches("there already", second.Output);
        Assert.Matches("^[0-9a-f]{64}$", second.Output.TrimEnd().Split('\n')[^1]);
        Assert.Equal(second.Output, third.Output);
        Assert.StartsWith(
            "dolcrypt:",
            await world.QueryAsync("SELECT value FROM llx_const WHERE name = 'OAUTHBRIDGE_API_KEY'"),
            StringComparison.Ordinal
        );
    }

    [Fact]
    public async Task Entries_lists_the_seven_golden_entries_with_status_and_expiry()
    {
        await using var world = await World.CreateAsync(shared.Server);
        await world.GrantAsync(TimeSpan.FromMinutes(40));

        var table = await world.RunAsync("entries");
        var json = await world.RunAsync("entries", "--json");

        Assert.Equal((0, 0), (table.ExitCode, json.ExitCode));
        var entries = JsonDocument
            .Parse(json.Output)
            .RootElement.GetProperty("entries")
            .EnumerateArray()
            .ToDictionary(entry => entry.GetProperty("entry").GetString()!);
        string[] names =
        [
            "GENERIC-Mastodon",
            "GITHUB-Dev",
            "GOOGLE",
            "GOOGLE-Login",
            "GOOGLE-Mail",
            "MICROSOFT-Office",
            "MICROSOFT2-Collector",
        ];
        Assert.Equal(names, entries.Keys);
        Assert.All(names, name => Assert.Contains(name, table.Output, StringComparison.Ordinal));
        Assert.Matches(@"GOOGLE-Mail\s+Google\s+valid\s+in 39 min\s+yes", table.Output);
        Assert.Matches(@"GENERIC-Mastodon\s+Generic\s+never_expires\s+never", table.Output);
        Assert.Equal("none", entries["GOOGLE-Login"].GetProperty("token").GetProperty("status").GetString());
        Assert.Equal("Google-Mail", entries["GOOGLE-Mail"].GetProperty("service").GetString());
        Assert.DoesNotContain("canary", table.Output + json.Output, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Token_prints_the_bare_token_and_nothing_else()
    {
        await using var world = await World.CreateAsync(shared.Server);
        var stored = await world.GrantAsync(TimeSpan.FromHours(1));

        var bare = await world.RunAsync("token", "GOOGLE-Mail");
        var byService = await world.RunAsync("token", "google-mail");
        var sasl = await world.RunAsync("token", "GOOGLE-Mail", "--xoauth2", "ada@example.com");
        var json = await world.RunAsync("token", "GOOGLE-Mail", "--json");

        Assert.Equal((0, stored.AccessToken + "\n", string.Empty), (bare.ExitCode, bare.Output, bare.Error));
        Assert.Equal(bare.Output, byService.Output);
        Assert.Equal(
            $"user=ada@example.com\u0001auth=Bearer {stored.AccessToken}\u0001\u0001",
            Encoding.UTF8.GetString(Convert.FromBase64String(sasl.Output))
        );
        Assert.Equal(stored.AccessToken, JsonDocument.Parse(json.Output).RootElement.GetProperty("access_token").GetString());
    }

    [Fact]
    public async Task Refresh_hides_the_token_unless_it_is_asked_for()
    {
        await using var world = await World.CreateAsync(shared.Server);
        await world.GrantAsync(TimeSpan.FromHours(1));

        var plain = await world.RunAsync("refresh", "GOOGLE-Mail");
        var json = await world.RunAsync("refresh", "GOOGLE-Mail", "--json");
        var revealed = await world.RunAsync("refresh", "GOOGLE-Mail", "--json", "--reveal");

        Assert.Equal((0, 0, 0), (plain.ExitCode, json.ExitCode, revealed.ExitCode));
        Assert.StartsWith("Google-Mail was refreshed; its token expires in 59 min", plain.Output, StringComparison.Ordinal);
        Assert.DoesNotContain("canary", plain.Output + json.Output, StringComparison.Ordinal);
        Assert.Contains(world.Authority.LastAccessToken, revealed.Output, StringComparison.Ordinal);
        Assert.Equal(3, world.Authority.Granted);
    }

    [Fact]
    public async Task Inspect_shows_every_row_redacted_others_as_such_and_unreadable_ones_with_the_reason()
    {
        await using var world = await World.CreateAsync(shared.Server);
        await world.UseTablesAsync();
        var token = await world.GrantAsync(TimeSpan.FromHours(1));
        await world.ExecuteAsync(
            """
            INSERT INTO llx_oauth_token (service, token, entity) VALUES ('dolibarr_rest_api', 'canary-rest', 1);
            UPDATE llx_oauth_token SET token = 'garbage' WHERE service = 'GitHub-Dev'
            """
        );

        var table = await world.RunAsync("inspect");
        var one = await world.RunAsync("inspect", "Google-Mail", "--json", "--reveal");
        var none = await world.RunAsync("inspect", "Nobody");

        Assert.Equal((0, 0, 1), (table.ExitCode, one.ExitCode, none.ExitCode));
        Assert.DoesNotContain("canary", table.Output, StringComparison.Ordinal);
        Assert.Matches(@"dolibarr_rest_api\s+1\s+another owner's\s+plain", table.Output);
        Assert.Matches("GitHub-Dev.*does not hold an OAuth 2 token", table.Output.Replace("\n", " ", StringComparison.Ordinal));
        var row = Assert.Single(JsonDocument.Parse(one.Output).RootElement.EnumerateArray());
        Assert.Equal(
            (token.AccessToken, token.RefreshToken),
            (row.GetProperty("access_token").GetString(), row.GetProperty("refresh_token").GetString())
        );
    }

    [Fact]
    public async Task Revoke_ends_the_grant_at_the_provider_and_deletes_the_row()
    {
        await using var world = await World.CreateAsync(shared.Server);
        var token = await world.GrantAsync(TimeSpan.FromHours(1));

        var result = await world.RunAsync("revoke", "GOOGLE-Mail", "--json");
        var again = await world.RunAsync("revoke", "GOOGLE-Mail");

        Assert.Equal((0, 1), (result.ExitCode, again.ExitCode));
        Assert.Equal("revoked", JsonDocument.Parse(result.Output).RootElement.GetProperty("revocation").GetString());
        Assert.StartsWith("token_not_found: ", again.Error, StringComparison.Ordinal);
        Assert.Equal(token.RefreshToken, Assert.Single(world.Authority.Server.RequestsTo(Authority.RevocationPath))["token"]);
        Assert.Null(await world.Install.FindTokenRowAsync(World.Entry));
        Assert.Contains("revoked", await world.QueryAsync("SELECT kind, detail FROM llx_oauthbridge_event"), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Failures_leave_status_one_and_say_their_code()
    {
        await using var world = await World.CreateAsync(shared.Server);
        await world.GrantExpiredAsync();
        world.Authority.Always = Authority.Error("invalid_grant");
        var dead = await world.RunAsync("token", World.Entry);
        await world.Install.WriteConfAsync("another key");
        var unreadable = await world.RunAsync("token", World.Entry);
        var unknown = await world.RunAsync("token", "GOOGLE-Nobody");

        Assert.Equal((1, string.Empty), (dead.ExitCode, dead.Output));
        Assert.StartsWith("consent_required: ", dead.Error, StringComparison.Ordinal);
        Assert.StartsWith("token_unreadable: ", unreadable.Error, StringComparison.Ordinal);
        Assert.Contains("restored without its conf.php", unreadable.Error, StringComparison.Ordinal);
        Assert.StartsWith("entry_not_found: ", unknown.Error, StringComparison.Ordinal);
        Assert.DoesNotContain("   at ", dead.Error + unreadable.Error + unknown.Error, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("serve", "--urls", "http://0.0.0.0:8765")]
    [InlineData("serve", "--urls", "http://192.168.1.1:8765")]
    [InlineData("serve", "--urls", "http://*:8765")]
    [InlineData("serve", "--urls", "http://[::]:8765")]
    [InlineData("serve", "--urls", "https://127.0.0.1:8765")]
    [InlineData("token", "GOOGLE-Mail", "--min-ttl=-1")]
    [InlineData("token", "GOOGLE-Mail", "--entity", "0")]
    [InlineData("token")]
    [InlineData("tokens")]
    [InlineData("token", "GOOGLE-Mail", "--Bridge:MinTTL=soon")]
    [InlineData("token", "GOOGLE-Mail", "--Bridge:NoSuchSetting=1")]
    [InlineData("entries", "--config", "/nowhere/bridge.json")]
    public async Task Wrong_usage_leaves_status_two(params string[] arguments)
    {
        await using var world = await World.CreateAsync(shared.Server);

        var result = await world.RunAsync(arguments);

        Assert.True(result.ExitCode == 2, $"{result.ExitCode}: {result.Error}");
        Assert.Empty(result.Output);
        Assert.NotEmpty(result.Error);
        Assert.DoesNotContain("   at ", result.Error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_missing_conf_is_said_plainly()
    {
        var missing = await Sidecar.RunAsync(["entries", "--dolibarr-conf", "/nowhere/conf.php"], null);
        var none = await Sidecar.RunAsync(["entries"], null);
        var version = await Sidecar.RunAsync(["version"], null);

        Assert.Equal((1, 2, 0), (missing.ExitCode, none.ExitCode, version.ExitCode));
        Assert.Matches(@"^\d+\.\d+\.\d+", version.Output);
    }

    [Fact]
    public async Task Version_says_how_the_program_was_built()
    {
        var text = (await Sidecar.RunAsync(["version"], null)).Output;
        var json = JsonDocument.Parse((await Sidecar.RunAsync(["version", "--json"], null)).Output).RootElement;

        // A native file stands alone; the build for development lies beside its assembly.
        var build = File.Exists(Path.ChangeExtension(Sidecar.Program, ".dll")) ? "portable" : "native";
        Assert.Equal(["version", "build"], json.EnumerateObject().Select(member => member.Name));
        Assert.Equal(build, json.GetProperty("build").GetString());
        Assert.Equal($"{json.GetProperty("version").GetString()} ({build})", text.Trim());
    }
}
