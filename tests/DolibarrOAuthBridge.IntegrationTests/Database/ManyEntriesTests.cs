// SPDX-License-Identifier: GPL-3.0-or-later

using System.Globalization;
using DolibarrOAuthBridge.Diagnosis;
using DolibarrOAuthBridge.IntegrationTests.Support;
using DolibarrOAuthBridge.Reports;
using MySqlConnector;

namespace DolibarrOAuthBridge.IntegrationTests.Database;

/// <summary>The tools for DBAs need as many statements for many entries as for few.</summary>
public sealed class ManyEntriesTests(OwnServer own) : IClassFixture<OwnServer>
{
    [Fact]
    [Trait("Database", "MariaDB")]
    public async Task The_number_of_statements_does_not_grow_with_the_number_of_entries()
    {
        await using var world = await World.CreateAsync(own.Server);
        await AddAsync(world, 1, 10);
        var host = world.Open();
        await MeasureAsync(host, world); // some tools look at the server once
        var few = await MeasureAsync(host, world);
        await AddAsync(world, 11, 400);

        var many = await MeasureAsync(host, world);

        Assert.Equal(few, many);
    }

    private static Task AddAsync(World world, int from, int to) =>
        world.ExecuteAsync(
            $"""
            INSERT INTO llx_const (name, value, entity) SELECT CONCAT('OAUTH_GOOGLE-E', seq, '_ID'), 'id', 1 FROM seq_{from}_to_{to};
            INSERT INTO llx_oauth_token (service, token, entity) SELECT CONCAT('Google-E', seq), 'no token', 1 FROM seq_{from}_to_{to};
            """
        );

    // Reports, the look at rows, clean-up and doctor; the status table is written once before, so that only reading counts.
    private static async Task<string> MeasureAsync(BridgeHost host, World world)
    {
        await host.Get<StatusRecorder>().RecordAsync(null);
        var counts = new List<long>();
        Func<Task>[] tools =
        [
            () => host.Get<EntryReporter>().ListAsync(1),
            () => host.Get<EntryReporter>().ListAllAsync(),
            () => host.Get<RowInspector>().InspectAsync(null, reveal: false),
            () => host.Get<CleanupPlan>().MakeAsync(),
            () => host.Get<StatusRecorder>().RecordAsync(null),
            () => host.Get<Doctor>().ExamineAsync(offline: true),
        ];
        foreach (var tool in tools)
        {
            var before = await StatusAsync(world, "Com_select");
            await tool();
            counts.Add(await StatusAsync(world, "Com_select") - before);
        }

        return string.Join(' ', counts);
    }

    // Of the whole server, which is this class's own.
    private static async Task<long> StatusAsync(World world, string name)
    {
        await using var connection = (MySqlConnection)await world.ConnectAsync();
        await using var command = new MySqlCommand($"SHOW GLOBAL STATUS LIKE '{name}'", connection);
        await using var reader = await command.ExecuteReaderAsync();
        await reader.ReadAsync();
        return Convert.ToInt64(reader.GetValue(1), CultureInfo.InvariantCulture);
    }
}
