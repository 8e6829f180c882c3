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

        await _world.ExecuteAsync("UPDATE llx_oauthbridge_grant SET refresh_token_expires_at = NULL");
        await LookAsync([_world.Open()]);
        Assert.Equal("grant_ending|warning|1|GOOGLE-Mail\ngrant_restored|info|1|GOOGLE-Mail", await SaidAsync());
        Assert.Contains(
            "no longer ends soon",
            await _world.QueryAsync("SELECT message FROM llx_oauthbridge_notice WHERE kind = 'grant_restored'"),
            StringComparison.Ordinal
        );
    }

    [Fact]
    public async Task A_state_directory_that_cannot_be_used_is_told_to_everybody_and_keeps_nothing_else_from_being_told()
    {
        var directory = Path.Combine(_world.Install.DirectoryPath, "state");
        await File.WriteAllTextAsync(directory, "a file in its place", TestContext.Current.CancellationToken);
        var sidecar = _world.Open(new BridgeOptions { StateDirectory = directory });
        await EndGrantAsync(_world.Open());

        await LookAsync([sidecar, sidecar]);
        Assert.Equal("store_not_writable|error|0|\ngrant_ended|error|1|GOOGLE-Mail", await SaidAsync());

        _world.Clock.Advance(TimeSpan.FromHours(25));
        await LookAsync([sidecar]);
        Assert.Equal("2", await _world.QueryAsync("SELECT COUNT(*) FROM llx_oauthbridge_notice WHERE kind = 'store_not_writable'"));

        await LookAsync([_world.Open()]); // of another machine or directory: its own is well, and it does not speak for this one
        Assert.Equal("0", await _world.QueryAsync("SELECT COUNT(*) FROM llx_oauthbridge_notice WHERE kind = 'store_writable'"));
        File.Delete(directory);
        await LookAsync([_world.Open(new BridgeOptions { StateDirectory = directory })]); // as after a restart
        Assert.Equal("1", await _world.QueryAsync("SELECT COUNT(*) FROM llx_oauthbridge_notice WHERE kind = 'store_writable'"));
    }

    [Fact]
    public async Task A_journal_that_waits_while_the_database_is_well_is_said_and_its_end_too()
    {
        await _world.GrantExpiredAsync();
        var (host, gate, call) = await _world.BeginRefreshAsync();
        await using var connection = await _world.ConnectAsync();
        await using var transaction = await connection.BeginTransactionAsync(TestContext.Current.CancellationToken);
        await using (var command = connection.CreateCommand())
        {
            (command.Transaction, command.CommandText) = (transaction, "SELECT * FROM llx_oauth_token FOR UPDATE");
            await command.ExecuteScalarAsync(TestContext.Current.CancellationToken);
        }

        gate.Release();
        await call;
        var sidecar = _world.Open();
        await LookAsync([sidecar]);
        Assert.Equal(string.Empty, await SaidAsync());
        _world.Clock.Advance(TimeSpan.FromSeconds(21));
        await LookAsync([sidecar, sidecar]);
        Assert.Equal("journal_waiting|error|0|", await SaidAsync());

        await transaction.RollbackAsync(TestContext.Current.CancellationToken);
        await host.RenewAsync();
        await LookAsync([_world.Open()]);
        Assert.Equal("journal_waiting|error|0|\njournal_flushed|info|0|", await SaidAsync());
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
    public async Task A_secret_that_was_not_sent_is_said_once()
    {
        await _world.GrantAsync(TimeSpan.FromHours(1));
        var sidecar = _world.Open();
        await sidecar
            .Get<EventTable>()
            .AppendAsync(new GrantKey(World.Service, 1), EventKind.SecretRebound, "https://evil", TestContext.Current.CancellationToken);

        await LookAsync([sidecar, sidecar]);

        Assert.Equal("secret_rebound|error|1|GOOGLE-Mail", await SaidAsync());
    }

    [Fact]
    public async Task What_somebody_writes_by_SQL_cannot_steer_a_terminal_or_a_mail()
    {
        await _world.ExecuteAsync(
            """
            INSERT INTO llx_oauthbridge_notice (rowid, at, kind, severity, entity, entry, message, advice)
            VALUES (1, UTC_TIMESTAMP(), 'impostor', 'error', 1, CONCAT('GOOGLE', CHAR(27), 'Bcc: x'), CONCAT(CHAR(27), '[2J'), '')
            """
        );

        var notice = Assert.Single(await _world.Open().Get<NoticeTable>().ListForWebhookAsync(TestContext.Current.CancellationToken));

        Assert.Equal(("GOOGLE Bcc: x", " [2J"), (notice.Notice.Entry, notice.Notice.Message));
    }

    [Fact]
    public async Task An_impostor_that_the_module_tells_of_is_said_once()
    {
        var sidecar = _world.Open();
        var reports = sidecar.Get<ImpostorReports>();
        await reports.NoteAsync(2, "the proof\u202eis wrong", TestContext.Current.CancellationToken);
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
