// SPDX-License-Identifier: GPL-3.0-or-later

using DolibarrOAuthBridge.Demo.Database;

namespace DolibarrOAuthBridge.Torture;

/// <summary>Several work on one database: two sidecars whose connections are cut, and stock code that writes tokens back.</summary>
internal static class SharedTrials
{
    public static async Task CutConnectionsAsync(ScratchMariaDb server, Tally tally, TimeSpan duration)
    {
        var stage = await Stage.CreateAsync(server, entries: 6);
        await using (stage)
        {
            await GrantAllAsync(stage);
            var (first, second) = (await stage.StartAsync("a"), await stage.StartAsync("b", isElsewhere: true));
            await using (first)
            await using (second)
            {
                using var end = new CancellationTokenSource(duration);
                var callers = stage.Entries.SelectMany(entry => new[] { InsistAsync(first, entry, end), InsistAsync(second, entry, end) });
                var work = Task.WhenAll(callers.ToArray());
                var locked = duration > TimeSpan.FromMinutes(1) ? LockTablesAsync(stage, duration / 2) : Task.CompletedTask;
                while (!end.IsCancellationRequested)
                {
                    await Task.Delay(Random.Shared.Next(50, 600));
                    await stage.Proxy.CutAsync(TimeSpan.FromMilliseconds(Random.Shared.Next(0, 300)));
                    tally.Count();
                }

                await work;
                await locked;
                await stage.CheckAsync(first, tally, stage.Entries);
                await stage.CheckAsync(second, tally, stage.Entries);
                tally.Require(!stage.HasJournal("a") && !stage.HasJournal("b"), "a journal file stays after the connections work again");
            }

            Sum(stage, tally);
            tally.Remark = $"{stage.Proxy.Cuts} connections cut";
        }
    }

    public static async Task StockWritersAsync(ScratchMariaDb server, Tally tally, TimeSpan duration)
    {
        var stage = await Stage.CreateAsync(server, entries: 4);
        await using (stage)
        {
            await GrantAllAsync(stage);
            var node = await stage.StartAsync();
            await using (node)
            {
                using var end = new CancellationTokenSource(duration);
                var work = Task.WhenAll(
                    stage
                        .Entries.Select(entry => InsistAsync(node, entry, end))
                        .Concat(stage.Entries.Select((entry, number) => WriteBackAsync(stage, tally, entry, number % 2 == 0, end)))
                        .ToArray()
                );
                await work;
                await stage.CheckAsync(node, tally, stage.Entries);
            }

            Sum(stage, tally);
        }
    }

    private static async Task GrantAllAsync(Stage stage)
    {
        foreach (var entry in stage.Entries)
        {
            await stage.GrantAsync(entry, TimeSpan.FromMinutes(-5));
        }
    }

    private static void Sum(Stage stage, Tally tally)
    {
        tally.Doubles += stage.Provider.Doubles;
        tally.Refreshes += stage.Provider.Granted;
    }

    private static async Task InsistAsync(Node node, string entry, CancellationTokenSource end)
    {
        while (!end.IsCancellationRequested)
        {
            await node.TokenAsync(entry, isForced: true);
            await Task.Delay(Random.Shared.Next(5, 60));
        }
    }

    // Stock code reads a token, works for a while, and stores what it had; or deletes the row and inserts it anew.
    private static async Task WriteBackAsync(Stage stage, Tally tally, string entry, bool deletes, CancellationTokenSource end)
    {
        while (!end.IsCancellationRequested)
        {
            var row = await stage.Install.FindTokenRowAsync(entry);
            await Task.Delay(Random.Shared.Next(5, 120));
            if (row is null)
            {
                continue;
            }

            var value = row.Value!.Replace("'", "''", StringComparison.Ordinal);
            await stage.ExecuteAsync(
                deletes
                    ? $"""
                    DELETE FROM llx_oauth_token WHERE service = '{row.Service}' AND entity = 1;
                    INSERT INTO llx_oauth_token (service, token, entity, datec) VALUES ('{row.Service}', '{value}', 1, NOW())
                    """
                    : $"UPDATE llx_oauth_token SET token = '{value}' WHERE service = '{row.Service}' AND entity = 1"
            );
            tally.Count();
        }
    }

    // One mysqldump: nobody can write for twenty seconds.
    private static async Task LockTablesAsync(Stage stage, TimeSpan after)
    {
        await Task.Delay(after);
        await stage.ExecuteAsync("LOCK TABLES llx_oauth_token READ, llx_oauthbridge_grant READ; DO SLEEP(20); UNLOCK TABLES");
    }
}
