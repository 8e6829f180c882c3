// SPDX-License-Identifier: GPL-3.0-or-later

using DolibarrOAuthBridge.Demo.Processes;
using DolibarrOAuthBridge.Grants;
using DolibarrOAuthBridge.IntegrationTests.Support;
using DolibarrOAuthBridge.Tokens;
using DolibarrOAuthBridge.Tokens.Renewal;

namespace DolibarrOAuthBridge.IntegrationTests.Broker;

/// <summary>
/// A provider's answer that waits in the journal of one machine, because the database does not take it, while another machine is asked
/// for the same token. The database itself says that the refresh token is spent.
/// </summary>
[Trait("Database", "MariaDB")]
public sealed class IntentTests(SharedServer shared)
{
    private const string Generic = "GENERIC-Mail";
    private static readonly TimeSpan Second = TimeSpan.FromSeconds(1);

    [Fact]
    public async Task A_refresh_token_that_another_machine_spent_is_not_sent_before_its_answer_is_stored()
    {
        await using var elsewhere = ScratchDirectory.Create("elsewhere");
        await using var world = await CreateAsync(Generic);
        var (first, second) = (Open(world), Open(world, elsewhere.Path));
        await LeaveInJournalAsync(world, first, Generic);

        await LeaseEndsAsync(world);
        var failure = await second.TokenFailsAsync(ProblemCode.ProviderUnavailable, Generic);
        Assert.Contains("may be spent", failure.Message, StringComparison.Ordinal);
        Assert.NotNull(failure.RetryAfter);
        Assert.Equal(1, world.Authority.Asked);

        await world.ExecuteAsync("DROP TRIGGER refuse");
        await first.RenewAsync();

        Assert.Equal(world.Authority.LastAccessToken, (await second.TokenAsync(Generic)).Value);
        Assert.Equal(1, world.Authority.Asked);
        Assert.Equal("0", await world.QueryAsync("SELECT COUNT(*) FROM llx_oauthbridge_grant WHERE intent_owner IS NOT NULL"));
    }

    [Fact]
    public async Task An_older_refresh_token_in_the_row_does_not_hide_that_the_newest_is_spent()
    {
        await using var elsewhere = ScratchDirectory.Create("elsewhere");
        await using var world = await CreateAsync(Generic);
        var old = await world.RawAsync(Generic);
        var (first, second) = (Open(world), Open(world, elsewhere.Path));
        await first.TokenAsync(Generic);
        world.Clock.Advance(TimeSpan.FromHours(2));
        await LeaveInJournalAsync(world, first, Generic);
        await LeaseEndsAsync(world);
        await world.ExecuteAsync("DROP TRIGGER refuse");
        await world.ExecuteAsync($"UPDATE llx_oauth_token SET token = '{old}' WHERE service = 'Generic-Mail'");

        await second.TokenFailsAsync(ProblemCode.ProviderUnavailable, Generic);
        await first.RenewAsync();

        Assert.Equal(world.Authority.LastAccessToken, (await second.TokenAsync(Generic)).Value);
        Assert.Equal(2, world.Authority.Asked);
        Assert.Equal(world.Authority.CurrentRefreshToken, (await world.StoredAsync(Generic)).RefreshToken);
    }

    [Fact]
    public async Task A_lease_that_could_not_be_given_back_is_given_back_when_the_database_answers_again()
    {
        await using var elsewhere = ScratchDirectory.Create("elsewhere");
        await using var world = await CreateAsync(Generic);
        var (first, second) = (Open(world), Open(world, elsewhere.Path));
        var wish = new LeaseWish(SecretHash.Of(world.Authority.CurrentRefreshToken), TimeSpan.FromMinutes(10));
        var lease = await first.Get<GrantLeases>().AcquireAsync(new GrantKey("Generic-Mail", 1), wish);
        await world.ExecuteAsync("RENAME TABLE llx_oauthbridge_grant TO llx_away");
        await lease!.DisposeAsync();
        await world.ExecuteAsync("RENAME TABLE llx_away TO llx_oauthbridge_grant");
        await LeaseEndsAsync(world);
        await second.TokenFailsAsync(ProblemCode.ProviderUnavailable, Generic);

        await first.Get<JournalWatch>().RecoverAsync();

        Assert.Equal((await second.TokenAsync(Generic)).Value, world.Authority.LastAccessToken);
        Assert.Equal(1, world.Authority.Asked);
    }

    [Fact]
    public async Task What_waits_for_another_machine_is_a_notice_once()
    {
        await using var elsewhere = ScratchDirectory.Create("elsewhere");
        await using var world = await CreateAsync(Generic);
        var second = Open(world, elsewhere.Path);
        await LeaveInJournalAsync(world, Open(world), Generic);
        await LeaseEndsAsync(world);

        await second.TokenFailsAsync(ProblemCode.ProviderUnavailable, Generic);
        await second.TokenFailsAsync(ProblemCode.ProviderUnavailable, Generic);

        Assert.Equal("1", await world.QueryAsync($"SELECT COUNT(*) FROM llx_oauthbridge_event WHERE kind = '{Grants.EventKind.InDoubt}'"));
    }

    [Fact]
    public async Task A_person_may_have_it_sent_all_the_same()
    {
        await using var elsewhere = ScratchDirectory.Create("elsewhere");
        await using var world = await CreateAsync(Generic);
        world.Authority.Rotates = false;
        var second = Open(world, elsewhere.Path);
        await LeaveInJournalAsync(world, Open(world), Generic);
        await LeaseEndsAsync(world);
        await world.ExecuteAsync("DROP TRIGGER refuse");

        await BridgeHost.FailAsync(() => second.RefreshAsync(Generic), ProblemCode.ProviderUnavailable);
        await second.Get<TokenBroker>().RefreshAsync(Generic, 1, evenIfSpent: true);

        Assert.Equal(2, world.Authority.Granted);
    }

    [Fact]
    public async Task After_a_time_it_is_sent_again_without_anybodys_help()
    {
        await using var elsewhere = ScratchDirectory.Create("elsewhere");
        await using var world = await CreateAsync(Generic);
        world.Authority.Rotates = false;
        await LeaveInJournalAsync(world, Open(world), Generic);
        await LeaseEndsAsync(world);
        await world.ExecuteAsync("DROP TRIGGER refuse");
        await world.ExecuteAsync("UPDATE llx_oauthbridge_grant SET intent_at = DATE_SUB(UTC_TIMESTAMP(3), INTERVAL 601 SECOND)");

        await Open(world, elsewhere.Path).TokenAsync(Generic);

        Assert.Equal(2, world.Authority.Granted);
    }

    [Fact]
    public async Task Where_old_refresh_tokens_stay_valid_only_the_lease_is_waited_for()
    {
        await using var elsewhere = ScratchDirectory.Create("elsewhere");
        await using var world = await CreateAsync(World.Entry);
        world.Authority.Rotates = false;
        await LeaveInJournalAsync(world, Open(world), World.Entry);
        await LeaseEndsAsync(world);
        await world.ExecuteAsync("DROP TRIGGER refuse");

        await Open(world, elsewhere.Path).TokenAsync();

        Assert.Equal(2, world.Authority.Granted);
    }

    [Fact]
    public async Task A_journal_file_that_somebody_works_on_keeps_its_grant_from_being_refreshed()
    {
        await using var world = await CreateAsync(Generic);
        await LeaveInJournalAsync(world, Open(world), Generic);
        await world.ExecuteAsync("DROP TRIGGER refuse");
        var next = Open(world);
        var journal = next.Get<Journal.RefreshJournal>();
        using (journal.TryOpenAbandoned(Assert.Single(journal.FilesOf("Generic-Mail", 1))))
        {
            await Assert.ThrowsAsync<BridgeException>(() => next.TokenAsync(Generic));
        }

        Assert.Equal(world.Authority.LastAccessToken, (await next.TokenAsync(Generic)).Value);
        Assert.Equal(1, world.Authority.Asked);
        Assert.Empty(world.JournalFiles);
    }

    // Another name of this machine stands for another node of the cluster.
    [Fact]
    public async Task What_waits_in_the_journal_is_stored_after_conf_php_names_another_node_of_the_cluster()
    {
        await using var world = await CreateAsync(Generic);
        await LeaveInJournalAsync(world, Open(world), Generic);
        await world.ExecuteAsync("DROP TRIGGER refuse");

        var moved = world.Open(databaseHost: "127.1");
        await moved.RenewAsync();

        Assert.Equal(world.Authority.LastAccessToken, (await moved.TokenAsync(Generic)).Value);
        Assert.Equal(1, world.Authority.Asked);
        Assert.Equal(world.Authority.CurrentRefreshToken, (await world.StoredAsync(Generic)).RefreshToken);
        Assert.Empty(world.JournalFiles);
    }

    [Fact]
    public async Task What_waits_in_the_journal_for_another_Dolibarr_with_the_same_names_is_left_to_it()
    {
        await using var world = await CreateAsync(Generic);
        world.Authority.Rotates = false;
        await LeaveInJournalAsync(world, Open(world), Generic);
        await world.ExecuteAsync("DROP TRIGGER refuse");
        await world.ExecuteAsync("UPDATE llx_oauthbridge_grant SET lease_owner = NULL, intent_owner = NULL, intent_hash = NULL");

        var other = world.Open(databaseHost: "127.1");
        await other.RenewAsync();
        await other.TokenAsync(Generic);

        Assert.Equal(2, world.Authority.Asked);
        Assert.Single(world.JournalFiles);
    }

    [Fact]
    public async Task What_waits_in_the_journal_is_stored_under_the_key_of_the_installed_release_though_nothing_was_read_before()
    {
        const string Key = "0123456789abcdef,fedcba9876543210";
        await using var world = await CreateAsync(Generic);
        await world.Install.SetConstAsync("MAIN_VERSION_LAST_UPGRADE", "24.0.0", 0);
        var newConf = await Rekeying.RekeyTests.NewConfAsync(world, Key);
        var rekeyed = await world.RunAsync("rekey", "--new-conf", newConf, "--weak");
        Assert.True(rekeyed.ExitCode == 0, rekeyed.Error);
        await world.Install.WriteConfAsync(Key);
        await LeaveInJournalAsync(world, Open(world), Generic);
        await world.ExecuteAsync("DROP TRIGGER refuse");

        await Open(world).Get<JournalWatch>().RecoverAsync();

        var codec = new Dolibarr.Tokens.TokenCodec(new Dolibarr.Encryption.InstanceKeys(null, Key.Split(',')[0], null));
        Assert.Equal(world.Authority.CurrentRefreshToken, codec.Decode(await world.RawAsync(Generic)).RefreshToken);
    }

    private async Task<World> CreateAsync(string entry)
    {
        var world = await World.CreateAsync(shared.Server);
        world.Settings = new Dictionary<string, string?> { [$"Entries:{Generic}:TokenEndpoint"] = world.Authority.TokenEndpoint };
        await world.Install.SetConstAsync($"OAUTH_{Generic}_ID", World.ClientId);
        await world.Install.SetConstAsync($"OAUTH_{Generic}_SECRET", World.ClientSecret);
        await world.Install.SetConstAsync($"OAUTH_{Generic}_URL", world.Authority.Server.BaseAddress.AbsoluteUri);
        await world.GrantExpiredAsync(entry);
        return world;
    }

    // A short lease: what stands after it is the intent.
    private static BridgeHost Open(World world, string stateDirectory = "") =>
        world.Open(
            new BridgeOptions
            {
                StateDirectory = stateDirectory,
                LeaseDuration = Second,
                ProviderDeadline = TimeSpan.FromSeconds(5),
            }
        );

    // The row refuses the answer: it stays in the journal, and the intent in the database.
    private static async Task LeaveInJournalAsync(World world, BridgeHost host, string entry)
    {
        var gate = world.Authority.HoldNextAnswer();
        var call = host.TokenAsync(entry);
        await gate.Arrived;
        await world.ExecuteAsync(
            "CREATE TRIGGER refuse BEFORE UPDATE ON llx_oauth_token FOR EACH ROW SIGNAL SQLSTATE '45000' SET MESSAGE_TEXT = 'not now'"
        );
        gate.Release();
        Assert.Equal(world.Authority.LastAccessToken, (await call).Value);
        Assert.Single(world.JournalFiles);
    }

    private static Task LeaseEndsAsync(World world) =>
        Eventually.HoldsAsync(
            async () => await world.QueryAsync("SELECT COUNT(*) FROM llx_oauthbridge_grant WHERE lease_until > UTC_TIMESTAMP(3)") == "0",
            "the lease is over"
        );
}
