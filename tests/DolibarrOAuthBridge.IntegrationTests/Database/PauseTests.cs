// SPDX-License-Identifier: GPL-3.0-or-later

using System.Text.Json;
using DolibarrOAuthBridge.IntegrationTests.Support;
using DolibarrOAuthBridge.Reports;
using DolibarrOAuthBridge.Tokens;

namespace DolibarrOAuthBridge.IntegrationTests.Database;

/// <summary>pause and resume: nothing renews a paused entry, and a token that lives is handed out.</summary>
public sealed class PauseTests(SharedServer shared)
{
    [Fact]
    public async Task Nothing_renews_a_paused_entry_and_its_valid_token_is_handed_out()
    {
        await using var world = await World.CreateAsync(shared.Server);
        var granted = await world.GrantAsync(TimeSpan.FromMinutes(4)); // within the window of renewal
        var paused = await world.RunAsync("pause", World.Entry, "--reason", "the auditor is here");
        var host = world.Open();

        var token = await host.TokenAsync();
        await host.RenewAsync();
        await BridgeHost.FailAsync(() => host.RefreshAsync(), ProblemCode.EntryPaused);
        world.Clock.Advance(TimeSpan.FromMinutes(5));
        var refusal = await host.TokenFailsAsync(ProblemCode.EntryPaused);

        Assert.Equal(0, paused.ExitCode);
        Assert.Equal(granted.AccessToken, token.Value);
        Assert.Equal(0, world.Authority.Granted);
        Assert.Contains("the auditor is here", refusal.Message, StringComparison.Ordinal);
        Assert.Contains("resume GOOGLE-Mail", refusal.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Resume_ends_it_and_the_history_has_both()
    {
        await using var world = await World.CreateAsync(shared.Server);
        await world.GrantExpiredAsync();
        await world.RunAsync("pause", World.Entry);
        var resumed = await world.RunAsync("resume", World.Entry);
        var again = await world.RunAsync("resume", World.Entry);

        await world.Open().TokenAsync();

        Assert.Equal("GOOGLE-Mail is renewed again.\n", resumed.Output);
        Assert.Equal("GOOGLE-Mail was not paused.\n", again.Output);
        Assert.Equal(1, world.Authority.Granted);
        Assert.Equal(
            "paused\nresumed",
            await world.QueryAsync("SELECT kind FROM llx_oauthbridge_event WHERE kind <> 'refreshed' ORDER BY rowid")
        );
    }

    [Fact]
    public async Task It_is_told_by_entries_the_api_the_status_table_and_doctor()
    {
        await using var world = await World.CreateAsync(shared.Server);
        await world.GrantAsync(TimeSpan.FromHours(1));
        await world.RunAsync("pause", World.Entry);
        var sidecar = await world.ServeAsync();

        var entry = JsonDocument
            .Parse((await world.RunAsync("entries", "--json")).Output)
            .RootElement.GetProperty("entries")
            .EnumerateArray()
            .Single(one => one.GetProperty("entry").GetString() == World.Entry);
        var api = JsonDocument.Parse(await sidecar.Client.GetStringAsync("/v1/entries/GOOGLE-Mail")).RootElement;
        await world.Open().Get<StatusRecorder>().RecordAsync(null);
        var doctor = await world.RunAsync("doctor", "--offline");

        foreach (var told in new[] { entry, api })
        {
            Assert.True(told.GetProperty("paused").GetBoolean());
            Assert.True(told.GetProperty("needs_person").GetBoolean());
            Assert.Equal("paused", told.GetProperty("warnings")[0].GetProperty("code").GetString());
            Assert.Equal("valid", told.GetProperty("token").GetProperty("status").GetString());
        }

        Assert.Equal(
            "1|1|valid",
            await world.QueryAsync("SELECT paused, needs_person, status FROM llx_oauthbridge_v_status WHERE entry = 'GOOGLE-Mail'")
        );
        Assert.Contains("[paused]", doctor.Output, StringComparison.Ordinal);
        Assert.Contains("→ To go on, run: dolibarr-oauth-bridge resume GOOGLE-Mail", doctor.Output, StringComparison.Ordinal);
    }

    [Fact]
    public async Task An_old_refresh_token_is_not_put_right_while_paused()
    {
        await using var world = await World.CreateAsync(shared.Server);
        await world.GrantExpiredAsync();
        var host = world.Open();
        var before = await world.StoredAsync();
        await host.TokenAsync();
        await host.Get<GrantPause>().PauseAsync(World.Entry, 1, null);
        await world.Install.SetTokenAsync(World.Entry, before);
        var stored = await world.RawAsync();

        await host.RenewAsync();

        Assert.Equal(stored, await world.RawAsync());
    }
}
