// SPDX-License-Identifier: GPL-3.0-or-later

using System.Text.Json.Serialization;
using DolibarrOAuthBridge.Consents;
using DolibarrOAuthBridge.Dolibarr.Tokens;
using DolibarrOAuthBridge.Grants;
using DolibarrOAuthBridge.IntegrationTests.Support;
using DolibarrOAuthBridge.Providers;

namespace DolibarrOAuthBridge.IntegrationTests.Consents;

/// <summary>Consents under way, in the database that all sidecars share.</summary>
public sealed class ConsentTableTests(SharedServer shared)
{
    private static readonly GrantKey Key = new(World.Service, 1);
    private static readonly TimeSpan TenMinutes = TimeSpan.FromMinutes(10);

    [Fact]
    public async Task Another_sidecar_finds_a_consent_by_its_state_and_reads_its_data()
    {
        await using var world = await World.CreateAsync(shared.Server);
        var (one, two) = (world.Open().Get<ConsentTable>(), world.Open().Get<ConsentTable>());

        var added = await AddAsync(one, "the state");

        var found = await two.FindByStateAsync("the state", ConsentFlows.Code);
        Assert.Equal((added.ConsentId, ConsentStatus.Pending, Key), (found!.ConsentId, found.Status, found.Key));
        Assert.Equal("canary-verifier", two.Open(found, ConsentTestJson.Default.ConsentTestData)!.Verifier);
        Assert.Null(await two.FindByStateAsync("the state", ConsentFlows.Login));
        Assert.Null(await two.FindByStateAsync("another state", ConsentFlows.Code));
        Assert.Equal(added.ConsentId, (await two.FindAsync(added.ConsentId))!.ConsentId);
    }

    [Fact]
    public async Task Neither_the_state_nor_the_data_can_be_read_in_the_table()
    {
        await using var world = await World.CreateAsync(shared.Server);
        await AddAsync(world.Open().Get<ConsentTable>(), "canary-state");

        var row = await world.QueryAsync("SELECT * FROM llx_oauthbridge_consent");

        Assert.DoesNotContain("canary", row, StringComparison.Ordinal);
        Assert.Contains("bridge1:", row, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Of_many_callers_in_two_sidecars_exactly_one_takes_a_consent()
    {
        await using var world = await World.CreateAsync(shared.Server);
        ConsentTable[] tables = [world.Open().Get<ConsentTable>(), world.Open().Get<ConsentTable>()];
        var row = await AddAsync(tables[0], "s");

        var taken = await Task.WhenAll(
            Enumerable.Range(0, 20).Select(caller => tables[caller % 2].TryMoveAsync(row, ConsentStatus.Pending, ConsentStatus.Redeeming))
        );

        Assert.Single(taken, won => won);
        Assert.Equal(ConsentStatus.Redeeming, (await tables[0].FindAsync(row.ConsentId))!.Status);
    }

    [Fact]
    public async Task Whoever_took_a_consent_and_lost_the_databases_answer_is_told_so_when_he_asks_again()
    {
        await using var world = await World.CreateAsync(shared.Server);
        var table = world.Open().Get<ConsentTable>();
        var row = await AddAsync(table, "s");
        var (mine, anothers) = (ConsentTable.NewMark("code 1"), ConsentTable.NewMark("code 1"));

        Assert.True(await table.TryRedeemAsync(row, mine));
        Assert.True(await table.TryRedeemAsync(row, mine));
        Assert.False(await table.TryRedeemAsync(row, anothers));
        await table.TryMoveAsync(row, ConsentStatus.Redeeming, ConsentStatus.Granted);
        Assert.False(await table.TryRedeemAsync(row, mine));
    }

    [Fact]
    public async Task A_finished_consent_cannot_be_taken_again_and_tells_why_it_ended()
    {
        await using var world = await World.CreateAsync(shared.Server);
        var table = world.Open().Get<ConsentTable>();
        var row = await AddAsync(table, "s");
        Assert.True(await table.TryMoveAsync(row, ConsentStatus.Pending, ConsentStatus.Redeeming));
        Assert.True(await table.TryMoveAsync(row, ConsentStatus.Redeeming, ConsentStatus.Denied, new string('x', 300)));

        Assert.False(await table.TryMoveAsync(row, ConsentStatus.Pending, ConsentStatus.Redeeming));
        Assert.False(await table.TryMoveAsync(row, ConsentStatus.Redeeming, ConsentStatus.Granted));
        var found = await table.FindAsync(row.ConsentId);
        Assert.Equal((ConsentStatus.Denied, 255), (found!.Status, found.Detail!.Length));
    }

    [Theory]
    [InlineData(-1, true)]
    [InlineData(1, false)]
    public async Task A_consent_can_be_taken_until_its_ten_minutes_are_over(int secondsAfter, bool isTaken)
    {
        await using var world = await World.CreateAsync(shared.Server);
        var table = world.Open().Get<ConsentTable>();
        var row = await AddAsync(table, "s");

        world.Clock.Advance(TenMinutes + TimeSpan.FromSeconds(secondsAfter - 1)); // the table holds whole seconds

        world.Clock.Advance(TimeSpan.FromSeconds(secondsAfter > 0 ? 1 : 0));
        Assert.Equal(isTaken ? ConsentStatus.Pending : ConsentStatus.Expired, (await table.FindAsync(row.ConsentId))!.Status);
        Assert.Equal(isTaken, await table.TryMoveAsync(row, ConsentStatus.Pending, ConsentStatus.Redeeming));
    }

    [Fact]
    public async Task A_redemption_that_a_crash_cut_off_counts_as_expired_in_the_end()
    {
        await using var world = await World.CreateAsync(shared.Server);
        var table = world.Open().Get<ConsentTable>();
        var row = await AddAsync(table, "s");
        await table.TryMoveAsync(row, ConsentStatus.Pending, ConsentStatus.Redeeming);

        world.Clock.Advance(TenMinutes + TimeSpan.FromSeconds(2));

        Assert.Equal(ConsentStatus.Expired, (await table.FindAsync(row.ConsentId))!.Status);
    }

    [Fact]
    public async Task The_oldest_pending_consents_of_an_entry_make_room_and_those_of_other_entries_and_flows_stay()
    {
        await using var world = await World.CreateAsync(shared.Server);
        var table = world.Open().Get<ConsentTable>();
        var login = await AddAsync(table, "login", ConsentFlows.Login);
        var other = await AddAsync(table, "other", key: new GrantKey("Google-Login", 1));
        var company = await AddAsync(table, "company", key: Key with { Entity = 2 });
        var first = await AddAsync(table, "first");
        var most = ConsentLimits.PerEntry;
        for (var number = 1; number <= most; number++)
        {
            await AddAsync(table, $"more {number}");
        }

        Assert.Null(await table.FindAsync(first.ConsentId));
        Assert.NotNull(await table.FindByStateAsync("more 1", ConsentFlows.Code));
        Assert.All(
            await Task.WhenAll(table.FindAsync(login.ConsentId), table.FindAsync(other.ConsentId), table.FindAsync(company.ConsentId)),
            Assert.NotNull
        );
        Assert.Equal(
            (most + 3).ToString(System.Globalization.CultureInfo.InvariantCulture),
            await world.QueryAsync("SELECT COUNT(*) FROM llx_oauthbridge_consent")
        );
    }

    [Fact]
    public async Task The_instance_as_a_whole_keeps_a_bounded_number_as_well()
    {
        await using var world = await World.CreateAsync(shared.Server);
        var table = world.Open().Get<ConsentTable>();
        var first = await AddAsync(table, "first");
        var most = ConsentLimits.Overall;
        await world.ExecuteAsync(
            $"""
            INSERT INTO llx_oauthbridge_consent (consent_id, flow, service, entity, status, data, created_at, expires_at)
            SELECT CONCAT('c', seq), 'code', CONCAT('Google-', seq), 1, 'pending', '', UTC_TIMESTAMP(), UTC_TIMESTAMP() + INTERVAL 1 HOUR
              FROM seq_1_to_{most}
            """
        );

        await AddAsync(table, "last");

        Assert.Null(await table.FindAsync(first.ConsentId));
        Assert.Equal(
            most.ToString(System.Globalization.CultureInfo.InvariantCulture),
            await world.QueryAsync("SELECT COUNT(*) FROM llx_oauthbridge_consent")
        );
    }

    [Fact]
    public async Task Consents_long_over_are_forgotten_when_the_next_one_begins()
    {
        await using var world = await World.CreateAsync(shared.Server);
        var table = world.Open().Get<ConsentTable>();
        var old = await AddAsync(table, "old");
        world.Clock.Advance(TenMinutes + TimeSpan.FromMinutes(59));
        await AddAsync(table, "new");
        Assert.NotNull(await table.FindAsync(old.ConsentId));

        world.Clock.Advance(TimeSpan.FromMinutes(2));
        await AddAsync(table, "newer");

        Assert.Null(await table.FindAsync(old.ConsentId));
    }

    [Fact]
    public async Task Data_copied_into_another_consent_reads_as_nothing()
    {
        await using var world = await World.CreateAsync(shared.Server);
        var table = world.Open().Get<ConsentTable>();
        var (source, target) = (await AddAsync(table, "source"), await AddAsync(table, "target"));
        await world.ExecuteAsync($"UPDATE llx_oauthbridge_consent SET data = '{source.Data}' WHERE consent_id = '{target.ConsentId}'");

        var row = await table.FindByStateAsync("target", ConsentFlows.Code);

        Assert.Null(table.Open(row!, ConsentTestJson.Default.ConsentTestData));
    }

    [Fact]
    public async Task Data_in_the_clear_or_in_Dolibarrs_own_encryption_reads_as_nothing()
    {
        await using var world = await World.CreateAsync(shared.Server);
        var host = world.Open();
        var table = host.Get<ConsentTable>();
        var row = await AddAsync(table, "s");
        const string Json = """{"Verifier":"of-somebody-else"}""";
        foreach (var data in (string[])[Json, host.Get<TokenCodec>().EncryptText(Json)])
        {
            await world.ExecuteAsync($"UPDATE llx_oauthbridge_consent SET data = '{data}' WHERE consent_id = '{row.ConsentId}'");

            Assert.Null(table.Open((await table.FindAsync(row.ConsentId))!, ConsentTestJson.Default.ConsentTestData));
        }
    }

    [Fact]
    public async Task A_state_whose_data_lives_with_the_caller_is_taken_once_and_never_pushed_out()
    {
        await using var world = await World.CreateAsync(shared.Server);
        ConsentTable[] tables = [world.Open().Get<ConsentTable>(), world.Open().Get<ConsentTable>()];
        var request = new ConsentRequest(ConsentFlows.Login, Key, "state", TenMinutes);

        var taken = await Task.WhenAll(Enumerable.Range(0, 20).Select(number => tables[number % 2].TryTakeAsync(request)));

        Assert.Single(taken, row => row is not null);
        for (var number = 0; number < 30; number++)
        {
            await tables[0].TryTakeAsync(request with { State = $"of a stranger {number}" });
        }

        Assert.Null(await tables[0].TryTakeAsync(request));
    }

    [Fact]
    public async Task Data_under_another_key_reads_as_nothing()
    {
        await using var world = await World.CreateAsync(shared.Server);
        await AddAsync(world.Open().Get<ConsentTable>(), "s");
        await world.Install.WriteConfAsync("00000000000000000000000000000000");
        var table = world.Open().Get<ConsentTable>();

        var row = await table.FindByStateAsync("s", ConsentFlows.Code);

        Assert.Null(table.Open(row!, ConsentTestJson.Default.ConsentTestData));
    }

    [Fact]
    public async Task Data_can_be_replaced_while_a_consent_is_pending()
    {
        await using var world = await World.CreateAsync(shared.Server);
        var table = world.Open().Get<ConsentTable>();
        var row = await AddAsync(table, null, ConsentFlows.Device);

        await table.TryUpdateAsync(row, new ConsentTestData("canary-other"), ConsentTestJson.Default.ConsentTestData);

        Assert.Equal(
            "canary-other",
            table.Open((await table.FindAsync(row.ConsentId))!, ConsentTestJson.Default.ConsentTestData)!.Verifier
        );
    }

    private static Task<ConsentRow> AddAsync(ConsentTable table, string? state, string flow = ConsentFlows.Code, GrantKey? key = null) =>
        table.AddAsync(
            new ConsentRequest(flow, key ?? Key, state, TenMinutes),
            new ConsentTestData("canary-verifier"),
            ConsentTestJson.Default.ConsentTestData
        );
}

internal sealed record ConsentTestData(string Verifier);

[JsonSerializable(typeof(ConsentTestData))]
internal sealed partial class ConsentTestJson : JsonSerializerContext;
