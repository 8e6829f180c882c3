// SPDX-License-Identifier: GPL-3.0-or-later

using System.Diagnostics;
using DolibarrOAuthBridge.Demo.Database;
using DolibarrOAuthBridge.Torture;

// usage: dolibarr-oauth-bridge-torture [short|quarter|full|galera] [TRIAL...]
var round = args.FirstOrDefault() is "short" or "quarter" or "full" or "galera" ? args[0] : "full";
var isShort = round == "short";
var share = round == "quarter" ? 4 : 1;
var wanted = args.Where(argument => argument != round).ToArray();

int Times(int inShort, int inFull) => isShort ? inShort : Math.Max(1, inFull / share);

TimeSpan For(int shortSeconds, int fullSeconds) => TimeSpan.FromSeconds(Times(shortSeconds, fullSeconds));

var cluster = round == "galera" ? await Galera.StartAsync() : null;
var server = cluster?.Nodes[0] ?? await ScratchMariaDb.StartAsync();
await using (cluster)
await using (server)
{
    (string Name, Func<Tally, Task> Run)[] trials = cluster is not null
        ? GaleraTrials.On(cluster)
        :
        [
            ("odd-answers", tally => FaultTrials.OddAnswersAsync(server, tally, Times(1, 8))),
            ("kill-at-steps", tally => KillTrials.AtEveryStepAsync(server, tally, Times(1, 20))),
            ("kill-at-random", tally => KillTrials.AtRandomAsync(server, tally, For(5, 240))),
            ("cut-connections", tally => SharedTrials.CutConnectionsAsync(server, tally, For(5, 180))),
            ("stock-writers", tally => SharedTrials.StockWritersAsync(server, tally, For(4, 120))),
            ("clocks", tally => FaultTrials.ClocksAsync(server, tally)),
            ("disks", tally => FaultTrials.DisksAsync(server, tally)),
            ("crowd", tally => CrowdTrials.ConnectionsAsync(server, tally, For(3, 30))),
            ("dead-providers", tally => CrowdTrials.DeadProvidersAsync(server, tally, isShort ? 6 : 50)),
            ("many-entries", tally => CrowdTrials.EntriesAsync(server, tally, isShort ? 1000 : 10_000, For(5, 60))),
        ];
    var tallies = new List<Tally>();
    foreach (var (name, run) in trials.Where(trial => wanted.Length == 0 || wanted.Contains(trial.Name)))
    {
        var (tally, start) = (new Tally(name), Stopwatch.GetTimestamp());
        tallies.Add(tally);
        try
        {
            await run(tally);
        }
        catch (Exception exception) when (exception is not OutOfMemoryException)
        {
            tally.Fail($"the trial broke off: {exception}");
        }

        var limit = TimeSpan.FromSeconds(isShort ? 10 : 2); // a short round runs on busy machines
        tally.Require(tally.SlowestReturn < limit, $"served again only after {tally.SlowestReturn.TotalSeconds:0.0} s");
        Console.WriteLine($"{name}: {(tally.IsGood ? "good" : "FAILED")} ({Stopwatch.GetElapsedTime(start).TotalSeconds:0} s)");
        foreach (var fault in tally.Faults.Take(20))
        {
            Console.WriteLine("  " + fault);
        }
    }

    Console.WriteLine();
    Console.WriteLine("| trial | rounds | refreshes | lost | regressed | doubles | answer never on disk | slowest return | remark |");
    Console.WriteLine("|---|---|---|---|---|---|---|---|---|");
    foreach (var tally in tallies)
    {
        Console.WriteLine(
            $"| {tally.Name} | {tally.Rounds} | {tally.Refreshes} | {tally.Lost} | {tally.Regressed} | {tally.Doubles} | {tally.CutOff} "
                + $"| {(tally.SlowestReturn > TimeSpan.Zero ? $"{tally.SlowestReturn.TotalSeconds:0.00} s" : "")} | {tally.Remark} |"
        );
    }

    return tallies.TrueForAll(static tally => tally.IsGood) ? 0 : 1;
}
