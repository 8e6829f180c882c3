// SPDX-License-Identifier: GPL-3.0-or-later

using DolibarrOAuthBridge.Dolibarr.Php;
using DolibarrOAuthBridge.Dolibarr.Tokens;
using DolibarrOAuthBridge.Grants;
using DolibarrOAuthBridge.IntegrationTests.Support;
using DolibarrOAuthBridge.Tokens.Renewal;

namespace DolibarrOAuthBridge.IntegrationTests.Diagnosis;

/// <summary>What doctor finds in the journal and its directory, and what ends it.</summary>
public sealed class JournalFindingsTests(SharedServer shared)
{
    [Fact]
    public async Task A_directory_that_cannot_be_used_or_is_open_to_others_is_found()
    {
        await using var world = await Patient.CreateAsync(shared.Server);
        var path = Path.Combine(world.Install.DirectoryPath, "state-that-is-a-file");
        await File.WriteAllTextAsync(path, string.Empty);
        var everybodys = Directory.CreateDirectory(path + "-open").FullName;
        File.SetUnixFileMode(everybodys, (UnixFileMode)0b111_111_111);

        var missing = await Sidecar.RunAsync([.. Doctor(world), "--state-directory", path + "-not-there"], null);
        var unusable = await Sidecar.RunAsync([.. Doctor(world), "--state-directory", path], null);
        var open = await Sidecar.RunAsync([.. Doctor(world), "--state-directory", everybodys], null);

        Assert.Contains("[state_directory_missing]", missing.Output, StringComparison.Ordinal);
        Assert.Contains("[state_directory_unusable]", unusable.Output, StringComparison.Ordinal);
        Assert.Contains("[state_directory_open]", open.Output, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_token_that_has_ended_and_cannot_be_renewed_is_an_error_where_mail_uses_it()
    {
        await using var world = await Patient.CreateAsync(shared.Server);
        await world.Install.SetTokenAsync(
            World.Entry,
            new StoredToken("at-canary", null, EndOfLife.At(DateTimeOffset.UnixEpoch), PhpArray.Empty)
        );
        await world.ExecuteAsync(
            "INSERT INTO llx_const (name, value, entity) VALUES ('MAIN_MAIL_SENDMODE', 'smtps', 1), ('MAIN_MAIL_SMTPS_AUTH_TYPE', "
                + "'XOAUTH2', 1), ('MAIN_MAIL_SMTP_PORT', '465', 1), ('MAIN_MAIL_EMAIL_TLS', '1', 1), "
                + "('MAIN_MAIL_SMTPS_OAUTH_SERVICE', 'GOOGLE-Mail', 1)"
        );

        Patient.Expect(await Patient.ExamineAsync(world), "no_refresh_token", Severity.Error);
    }

    [Theory]
    [InlineData("SET NEW.token = LEFT(NEW.token, 100)")]
    [InlineData("SIGNAL SQLSTATE '45000' SET MESSAGE_TEXT = 'not today'")]
    [Trait("Database", "MariaDB")]
    public async Task A_trigger_that_refuses_or_cuts_is_found_before_a_refresh_token_is_spent(string body)
    {
        await using var world = await Patient.CreateAsync(shared.Server);
        await world.GrantExpiredAsync();
        await world.ExecuteAsync($"CREATE TRIGGER guard BEFORE UPDATE ON llx_oauth_token FOR EACH ROW {body}");

        await world.Open().TokenFailsAsync(ProblemCode.StoreNotWritable);
        var finding = Patient.Expect(await Patient.ExamineAsync(world), "token_not_writable", Severity.Error);

        Assert.Equal(0, world.Authority.Granted);
        Assert.Contains($"Triggers: guard: {body}", finding.Evidence, StringComparison.Ordinal);
    }

    [Fact]
    public async Task An_answer_that_waits_for_a_wider_column_is_found_and_goes_through_without_a_restart()
    {
        await using var world = await Patient.CreateAsync(shared.Server);
        await world.GrantExpiredAsync();
        var host = world.Open();
        world.Authority.AccessTokenLength = 2_000;
        var gate = world.Authority.HoldNextAnswer();
        var call = host.TokenAsync();
        await gate.Arrived;
        await world.ExecuteAsync(
            "DELETE FROM llx_oauth_token WHERE service <> 'Google-Mail'; ALTER TABLE llx_oauth_token MODIFY token varchar(1000)"
        );
        gate.Release();
        Assert.Equal(world.Authority.LastAccessToken, (await call).Value);

        var findings = await Patient.ExamineAsync(world);
        Patient.Expect(findings, "journal_waits", Severity.Error);
        Patient.Expect(findings, "column_narrow", Severity.Error);
        await host.Get<JournalWatch>().RecoverAsync();
        Assert.Single(world.JournalFiles);

        await world.ExecuteAsync("ALTER TABLE llx_oauth_token MODIFY token text");
        await host.Get<JournalWatch>().RecoverAsync();

        Assert.Empty(world.JournalFiles);
        Assert.Equal(world.Authority.LastAccessToken, (await world.StoredAsync()).AccessToken);
        Assert.Equal(1, world.Authority.Asked);
    }

    [Theory]
    [InlineData("llx_oauthbridge_event", "INSERT")]
    [InlineData("llx_oauthbridge_grant", "INSERT")]
    [InlineData("llx_oauthbridge_grant", "UPDATE")]
    public async Task A_trigger_on_the_bridges_own_tables_spends_no_refresh_token(string table, string when)
    {
        await using var world = await Patient.CreateAsync(shared.Server);
        await world.GrantExpiredAsync();
        await world.ExecuteAsync(
            $"CREATE TRIGGER guard BEFORE {when} ON {table} FOR EACH ROW SIGNAL SQLSTATE '45000' SET MESSAGE_TEXT = 'not today'"
        );

        await world.Open().TokenFailsAsync(ProblemCode.StoreNotWritable);

        Assert.Equal(0, world.Authority.Granted);
    }

    [Fact]
    public async Task A_plain_index_in_place_of_the_unique_one_of_grants_spends_no_refresh_token_until_init_was_run()
    {
        await using var world = await World.CreateAsync(shared.Server);
        await world.GrantExpiredAsync();
        await world.ExecuteAsync(PlainGrantIndex);
        var host = world.Open();

        var failure = await host.TokenFailsAsync(ProblemCode.StoreNotWritable);
        Assert.Contains("from being spent twice", failure.Message, StringComparison.Ordinal);
        Assert.Equal(0, world.Authority.Asked);

        // What another program wrote meanwhile, cleanup names, and init mends the rest.
        await world.ExecuteAsync(
            "INSERT INTO llx_oauthbridge_grant (service, entity, refreshed_at) "
                + "VALUES ('Google-Mail', 1, NULL), ('Google-Mail', 1, UTC_TIMESTAMP()), ('Google-Mail', 1, NULL)"
        );
        Assert.Equal(1, (await world.RunAsync("init")).ExitCode);
        Assert.Equal(0, (await world.RunAsync("entries")).ExitCode);
        var cleanup = await world.RunAsync("cleanup");
        Assert.Matches(
            "-- duplicate: llx_oauthbridge_grant, row \\d+ \\(Google-Mail, entity 1\\). Keep row \\d+: it was renewed last",
            cleanup.Output
        );
        await world.ExecuteAsync(
            string.Join(
                '\n',
                cleanup.Output.Split('\n').Where(line => line.StartsWith("DELETE FROM llx_oauthbridge_grant", StringComparison.Ordinal))
            )
        );
        Assert.Equal(0, (await world.RunAsync("init")).ExitCode);
        Assert.Equal("1|1", await world.QueryAsync("SELECT COUNT(*), COUNT(refreshed_at) FROM llx_oauthbridge_grant"));
        await host.TokenAsync();
        Assert.Equal(1, world.Authority.Granted);
    }

    [Fact]
    public async Task A_lease_has_one_owner_though_the_unique_index_is_lost_while_the_sidecar_runs()
    {
        await using var world = await World.CreateAsync(shared.Server);
        var leases = world.Open().Get<GrantLeaseTable>();
        var key = new GrantKey(World.Service, 1);
        Assert.True(await leases.TryLeaseAsync(key, "first", LeaseWish.ForConsent, TimeSpan.FromMinutes(1)));

        await world.ExecuteAsync(PlainGrantIndex);

        Assert.False(await leases.TryLeaseAsync(key, "second", LeaseWish.ForConsent, TimeSpan.FromMinutes(1)));
        Assert.Equal("1", await world.QueryAsync("SELECT COUNT(*) FROM llx_oauthbridge_grant"));
    }

    private static string PlainGrantIndex =>
        SeededFaults.PlainIndex("oauthbridge_grant", "uk_oauthbridge_grant_service_entity", "service, entity");

    private static string[] Doctor(World world) => ["doctor", "--offline", "--dolibarr-conf", world.Install.ConfPath];
}
