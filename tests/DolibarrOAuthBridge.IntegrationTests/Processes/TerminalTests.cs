// SPDX-License-Identifier: GPL-3.0-or-later

using System.Diagnostics;
using System.Text.Json;
using DolibarrOAuthBridge.IntegrationTests.Support;

namespace DolibarrOAuthBridge.IntegrationTests.Processes;

/// <summary>What people see: colour on a terminal and nowhere else, one row as a card, and a watch that Ctrl-C ends.</summary>
public sealed class TerminalTests(SharedServer shared)
{
    private const string Escape = "\u001b[";

    [Theory]
    [InlineData("entries")]
    [InlineData("inspect")]
    [InlineData("inspect", "Google-Mail")]
    [InlineData("doctor", "--offline")]
    public async Task Colour_is_for_terminals_and_not_for_pipes_nor_build_servers(params string[] command)
    {
        await using var world = await World.CreateAsync(shared.Server);
        await world.GrantExpiredAsync();

        var piped = await world.RunAsync(new Dictionary<string, string> { ["GITHUB_ACTIONS"] = "true", ["CI"] = "true" }, command);
        var shown = await Terminal.RunAsync(world, command);
        var colourless = await Terminal.RunAsync(world, command, noColor: true);

        Assert.DoesNotContain(Escape, piped.Output, StringComparison.Ordinal);
        Assert.Matches(@"\u001b\[(1;)?(38;5;\d+|\d+)m", shown);
        Assert.DoesNotMatch(@"\u001b\[(\d;)?(3\d|9\d)", colourless);
    }

    [Fact]
    public async Task One_row_is_a_card_with_relative_and_exact_times()
    {
        await using var world = await World.CreateAsync(shared.Server);
        await world.GrantAsync(TimeSpan.FromMinutes(40));

        var card = await world.RunAsync("inspect", "Google-Mail");

        Assert.Equal(0, card.ExitCode);
        Assert.Matches(@"Expires +in 39 min \(\d{4}-\d\d-\d\d \d\d:\d\d:\d\d UTC\)", card.Output);
        Assert.Matches(@"Access token +\[\d+ characters\]", card.Output);
        Assert.DoesNotContain("canary", card.Output, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Names_in_the_database_do_not_command_the_terminal()
    {
        await using var world = await World.CreateAsync(shared.Server);
        await world.UseTablesAsync();
        await world.ExecuteAsync("INSERT INTO llx_oauth_token (service, token, entity) VALUES (CONCAT('evil', CHAR(27), '[2J'), 'x', 1)");

        var rows = await world.RunAsync("inspect");

        Assert.Contains("evil\uFFFD[2J", rows.Output, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("entries")]
    [InlineData("inspect")]
    public async Task A_watch_writes_one_document_per_line_until_ctrl_c(string command)
    {
        await using var world = await World.CreateAsync(shared.Server);
        using var watch = Process.Start(world.StartInfo(command, "--watch", "--interval", "1", "--json"))!;

        for (var look = 0; look < 2; look++)
        {
            var line = await watch.StandardOutput.ReadLineAsync().WaitAsync(Eventually.Limit);
            Assert.NotEqual(JsonValueKind.Undefined, JsonDocument.Parse(line!).RootElement.ValueKind);
        }

        using var interrupt = Process.Start("kill", ["-INT", watch.Id.ToString(System.Globalization.CultureInfo.InvariantCulture)]);
        await watch.WaitForExitAsync().WaitAsync(Eventually.Limit);
        Assert.Equal(0, watch.ExitCode);
    }

    [Theory]
    [InlineData("0")]
    [InlineData("3601")]
    [InlineData("soon")]
    public async Task An_interval_out_of_range_is_wrong_usage(string interval)
    {
        await using var world = await World.CreateAsync(shared.Server);

        Assert.Equal(2, (await world.RunAsync("entries", "--watch", "--interval", interval)).ExitCode);
    }
}
