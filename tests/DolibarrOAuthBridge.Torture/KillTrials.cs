// SPDX-License-Identifier: GPL-3.0-or-later

using System.Diagnostics;
using DolibarrOAuthBridge.Demo.Database;

namespace DolibarrOAuthBridge.Torture;

/// <summary>The process dies by kill -9: at every step of a refresh, and at any moment.</summary>
internal static class KillTrials
{
    private static readonly string[] Steps = ["announced", "answer-received", "answer-journaled", "parsed", "stored", "forgotten"];

    public static async Task AtEveryStepAsync(ScratchMariaDb server, Tally tally, int rounds)
    {
        var stage = await Stage.CreateAsync(server, entries: 1);
        await using (stage)
        {
            var entry = stage.Entries[0];
            for (var round = 0; round < rounds * Steps.Length; round++)
            {
                var step = Steps[round % Steps.Length];
                await stage.GrantAsync(entry, TimeSpan.FromMinutes(-5));
                var dying = await stage.StartAsync(crashAt: step);
                await using (dying)
                {
                    await dying.TokenAsync(entry);
                    await dying.Process.WaitForExitAsync().WaitAsync(TimeSpan.FromSeconds(30));
                }

                tally.Count();
                await ReturnAsync(stage, tally, [entry], step);
            }

            tally.Doubles += stage.Provider.Doubles;
            tally.Refreshes += stage.Provider.Granted;
        }
    }

    public static async Task AtRandomAsync(ScratchMariaDb server, Tally tally, TimeSpan duration)
    {
        var stage = await Stage.CreateAsync(server, entries: 12);
        await using (stage)
        {
            foreach (var entry in stage.Entries)
            {
                await stage.GrantAsync(entry, TimeSpan.FromMinutes(-5));
            }

            for (var start = Stopwatch.GetTimestamp(); Stopwatch.GetElapsedTime(start) < duration;)
            {
                var node = await stage.StartAsync();
                await using (node)
                {
                    var calls = stage.Entries.Select(entry => InsistAsync(node, entry)).ToArray();
                    await Task.Delay(Random.Shared.Next(60, 900));
                    await node.KillAsync();
                    await Task.WhenAll(calls);
                }

                tally.Count();
                await ReturnAsync(stage, tally, stage.Entries, "at random");
            }

            tally.Doubles += stage.Provider.Doubles;
            tally.Refreshes += stage.Provider.Granted;
        }
    }

    private static async Task InsistAsync(Node node, string entry)
    {
        while (!node.HasExited)
        {
            if ((await node.TokenAsync(entry, isForced: true)).Status != 200)
            {
                await Task.Delay(20);
            }
        }
    }

    // Starts again: every entry must be served at once, and refresh once more.
    private static async Task ReturnAsync(Stage stage, Tally tally, string[] entries, string step)
    {
        foreach (var entry in entries)
        {
            if (await stage.WasCutOffAsync(entry))
            {
                tally.CutOff++;
                await stage.GrantAsync(entry, TimeSpan.FromMinutes(-5)); // as a person would
            }
        }

        var next = await stage.StartAsync();
        await using (next)
        {
            var start = Stopwatch.GetTimestamp();
            await Parallel.ForEachAsync(entries, async (entry, _) =>
            {
                var (status, text) = await next.TokenAsync(entry);
                while (status != 200 && Stopwatch.GetElapsedTime(start) < TimeSpan.FromSeconds(30))
                {
                    await Task.Delay(20, CancellationToken.None);
                    (status, text) = await next.TokenAsync(entry);
                }

                if (status != 200)
                {
                    tally.Lose($"{entry} after a kill ({step}): {status} {text}");
                }
            });
            tally.Returned(Stopwatch.GetElapsedTime(start));
            await stage.CheckAsync(next, tally, entries);
            tally.Require(!stage.HasJournal(), $"a journal file stays after a kill ({step})");
        }
    }
}
