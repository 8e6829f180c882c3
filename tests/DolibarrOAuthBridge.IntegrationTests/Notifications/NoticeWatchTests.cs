// SPDX-License-Identifier: GPL-3.0-or-later

using System.Globalization;
using DolibarrOAuthBridge.Grants;
using DolibarrOAuthBridge.IntegrationTests.Support;
using DolibarrOAuthBridge.Notifications;

namespace DolibarrOAuthBridge.IntegrationTests.Notifications;

/// <summary>Each thing is said once when it begins, once a day while it lasts and once when it is over, by all sidecars together.</summary>
public sealed class NoticeWatchTests(SharedServer shared) : IAsyncLifetime
{
    private World _world = null!;

    public async ValueTask InitializeAsync() => _world = await World.CreateAsync(shared.Server);

    public ValueTask DisposeAsync() => _world.DisposeAsync();

    [Fact]
    public async Task A_grant_that_ended_is_said_once_once_a_day_and_when_it_works_again()
    {
        var sidecars = new[] { _world.Open(), _world.Open() };
        await EndGrantAsync(sidecars[0]);

        await LookAsync(sidecars);
        await LookAsync([_world.Open()]); // as after a restart
        Assert.Equal("grant_ended|error|1|GOOGLE-Mail", await SaidAsync());

        _world.Clock.Advance(TimeSpan.FromHours(25));
        await LookAsync(sidecars);
        Assert.Equal("2", await _world.QueryAsync("SELECT COUNT(*) FROM llx_oauthbridge_notice"));

        await _world.ExecuteAsync("DELETE FROM llx_oauth_token WHERE service = 'Google-Mail'");
        await _world.GrantAsync(TimeSpan.FromHours(1));
        await LookAsync(sidecars);
        Assert.Equal(
            "grant_ended|error|1|GOOGLE-Mail\ngrant_ended|error|1|GOOGLE-Mail\ngrant_restored|info|1|GOOGLE-Mail",
            await SaidAsync()
        );
        Assert.Equal("0", await _world.QueryAsync("SELECT COUNT(*) FROM llx_oauthbridge_condition"));
    }

    [Fact]
    public async Task A_grant_that_a_person_deleted_is_not_said_to_work_again()
    {
        var sidecar = _world.Open();
        await EndGrantAsync(sidecar);
        await LookAsync([sidecar]);

        await _world.ExecuteAsync("DELETE FROM llx_oauth_token WHERE service = 'Google-Mail'");
        await LookAsync([sidecar]);

        Assert.Equal("grant_ended|error|1|GOOGLE-Mail", await SaidAsync());
        Assert.Equal("0", await _world.QueryAsync("SELECT COUNT(*) FROM llx_oauthbridge_condition"));
    }

    [Fact]
    public async Task A_grant_that_ends_in_some_days_is_said_before()
    {
        await _world.GrantAsync(TimeSpan.FromHours(1));
        var end = _world.Clock.GetUtcNow().AddDays(2).UtcDateTime.ToString("yyyy-MM-dd HH:mm:ss", CultureInfo.InvariantCulture);
        await _world.ExecuteAsync(
            "INSERT INTO llx_oauthbridge_grant (service, entity, granted_at, refresh_token_expires_at) "
                + $"VALUES ('Google-Mail', 1, UTC_TIMESTAMP(), '{end}')"
        );

        await LookAsync([_world.Open()]);

        Assert.Equal("grant_ending|warning|1|GOOGLE-Mail", await SaidAsync());
    }

    [Fact]
    public async Task A_second_row_is_said_and_its_removal_needs_no_notice()
    {
        await _world.GrantAsync(TimeSpan.FromHours(1));
        await _world.ExecuteAsync(
            "INSERT INTO llx_oauth_token (service, token, entity) "
                + "SELECT service, token, entity FROM llx_oauth_token WHERE service = 'Google-Mail'"
        );
        await LookAsync([_world.Open()]);
        await _world.ExecuteAsync("DELETE FROM llx_oauth_token WHERE service = 'Google-Mail' ORDER BY rowid DESC LIMIT 1");

        await LookAsync([_world.Open()]);

        Assert.Equal("duplicate_rows|error|1|GOOGLE-Mail", await SaidAsync());
    }

    [Fact]
    public async Task A_superseded_refresh_token_in_the_audit_trail_is_said_once()
    {
        await _world.GrantAsync(TimeSpan.FromHours(1));
        var sidecar = _world.Open();
        await sidecar
            .Get<EventTable>()
            .AppendAsync(new GrantKey(World.Service, 1), "token_superseded", "refused", TestContext.Current.CancellationToken);

        await LookAsync([sidecar, sidecar]);

        Assert.Equal("token_superseded|warning|1|GOOGLE-Mail", await SaidAsync());
    }

    [Fact]
    public async Task An_impostor_that_the_module_tells_of_is_said_once()
    {
        var sidecar = _world.Open();
        var reports = sidecar.Get<ImpostorReports>();
        await reports.NoteAsync(2, "the proof\nis wrong", TestContext.Current.CancellationToken);
        await reports.NoteAsync(2, "again", TestContext.Current.CancellationToken);
        await _world.GrantAsync(TimeSpan.FromHours(1));

        await LookAsync([sidecar, sidecar]);

        Assert.Equal("impostor|error|2|", await SaidAsync());
        Assert.Equal("the proof is wrong", await _world.QueryAsync("SELECT detail FROM llx_oauthbridge_event WHERE kind = 'impostor'"));
    }

    [Fact]
    public async Task Many_looks_at_the_same_moment_say_a_thing_once()
    {
        var sidecars = Enumerable.Range(0, 4).Select(_ => _world.Open()).ToList();
        await EndGrantAsync(sidecars[0]);

        await Task.WhenAll(sidecars.Select(sidecar => sidecar.Get<NoticeWatch>().RunOnceAsync(TestContext.Current.CancellationToken)));

        Assert.Equal("grant_ended|error|1|GOOGLE-Mail", await SaidAsync());
    }

    private async Task EndGrantAsync(BridgeHost sidecar)
    {
        await _world.GrantExpiredAsync();
        _world.Authority.Next(Authority.Error("invalid_grant"));
        await sidecar.TokenFailsAsync(ProblemCode.ConsentRequired);
    }

    private static async Task LookAsync(IEnumerable<BridgeHost> sidecars)
    {
        foreach (var sidecar in sidecars)
        {
            await sidecar.Get<NoticeWatch>().RunOnceAsync(TestContext.Current.CancellationToken);
        }
    }

    private Task<string> SaidAsync() =>
        _world.QueryAsync("SELECT kind, severity, entity, entry FROM llx_oauthbridge_notice ORDER BY rowid");
}
