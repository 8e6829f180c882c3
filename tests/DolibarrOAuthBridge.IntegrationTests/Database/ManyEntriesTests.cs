// SPDX-License-Identifier: GPL-3.0-or-later

using System.Globalization;
using DolibarrOAuthBridge.Diagnosis;
using DolibarrOAuthBridge.Http.Metrics;
using DolibarrOAuthBridge.IntegrationTests.Support;
using DolibarrOAuthBridge.Reports;
using MySqlConnector;

namespace DolibarrOAuthBridge.IntegrationTests.Database;

/// <summary>One token, what looks at all entries, and the background need as many statements for many entries as for few.</summary>
public sealed class ManyEntriesTests(OwnServer own) : IClassFixture<OwnServer>
{
    [Fact]
    [Trait("Database", "MariaDB")]
    public async Task The_number_of_statements_does_not_grow_with_the_number_of_entries()
    {
        await using var world = await World.CreateAsync(own.Server);
        await world.GrantAsync(TimeSpan.FromHours(1));
        await AddAsync(world, 1, 10);
        var host = world.Open();
        await MeasureAsync(host, world); // some tools look at the server once, and each expiry is noted once
        var few = await MeasureAsync(host, world);
        await AddAsync(world, 11, 400);
        await host.RenewAsync();

        var many = await MeasureAsync(host, world);

        Assert.Equal(few, many);
        Assert.All(few.Take(4), count => Assert.InRange(count, 1, 12)); // what callers and the clock ask for, with room for the conditions
    }

    private static Task AddAsync(World world, int from, int to) =>
        world.ExecuteAsync(
            $"""
            INSERT INTO llx_const (name, value, entity) SELECT CONCAT('OAUTH_GOOGLE-E', seq, '_ID'), 'id', 1 FROM seq_{from}_to_{to};
            INSERT INTO llx_oauth_token (service, token, entity)
            SELECT CONCAT('Google-E', seq), token, 1 FROM llx_oauth_token, seq_{from}_to_{to} WHERE service = 'Google-Mail';
            """
        );

    // The status table is written once before, so that only reading counts.
    private static async Task<IReadOnlyList<long>> MeasureAsync(BridgeHost host, World world)
    {
        await host.Get<StatusRecorder>().RecordAsync(null);
        var counts = new List<long>();
        using var gauges = new EntryGauges(host.Get<EntryReporter>(), world.Clock);
        Func<Task>[] tools =
        [
            () => host.TokenAsync(),
            () => host.Get<EntryReporter>().ListAsync(1),
            () => gauges.GetAsync(CancellationToken.None),
            () => host.RenewAsync(),
            () => host.Get<StatusRecorder>().RecordAsync(null),
            () => host.Get<RowInspector>().InspectAsync(null, reveal: false),
            () => host.Get<CleanupPlan>().MakeAsync(),
            () => host.Get<Doctor>().ExamineAsync(offline: true),
        ];
        foreach (var tool in tools)
        {
            world.Clock.Advance(TimeSpan.FromSeconds(3)); // settings are in memory for two seconds
            var before = await StatementsAsync(world);
            await tool();
            counts.Add(await StatementsAsync(world) - before);
        }

        return counts;
    }

    // Of the whole server, which is this class's own.
    private static async Task<long> StatementsAsync(World world)
    {
        await using var connection = (MySqlConnection)await world.ConnectAsync();
        await using var command = new MySqlCommand(
            "SHOW GLOBAL STATUS WHERE Variable_name IN ('Com_select', 'Com_insert', 'Com_update', 'Com_delete')",
            connection
        );
        await using var reader = await command.ExecuteReaderAsync();
        var sum = 0L;
        while (await reader.ReadAsync())
        {
            sum += Convert.ToInt64(reader.GetValue(1), CultureInfo.InvariantCulture);
        }

        return sum;
    }
}
