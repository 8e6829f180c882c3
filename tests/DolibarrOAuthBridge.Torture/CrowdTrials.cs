// SPDX-License-Identifier: GPL-3.0-or-later

using System.Diagnostics;
using System.Globalization;
using System.Net.Sockets;
using System.Text;
using DolibarrOAuthBridge.Demo.Database;

namespace DolibarrOAuthBridge.Torture;

/// <summary>Too many of something: connections, dead providers, entries.</summary>
internal static class CrowdTrials
{
    public static async Task ConnectionsAsync(ScratchMariaDb server, Tally tally, TimeSpan duration)
    {
        var stage = await Stage.CreateAsync(server, entries: 1);
        await using (stage)
        {
            await stage.GrantAsync(stage.Entries[0], TimeSpan.FromHours(1));
            var node = await stage.StartAsync();
            await using (node)
            {
                var crowd = new List<TcpClient>();
                for (var number = 0; number < 1200; number++)
                {
                    var client = new TcpClient();
                    await client.ConnectAsync(node.Address.Host, node.Address.Port);
                    if (number % 6 == 0)
                    {
                        await client
                            .GetStream()
                            .WriteAsync(Encoding.ASCII.GetBytes("GET /v1/entries HTTP/1.1\r\nHost: 127.0.0.1\r\nX-Slow: "));
                    }

                    crowd.Add(client);
                }

                var slowest = TimeSpan.Zero;
                for (var start = Stopwatch.GetTimestamp(); Stopwatch.GetElapsedTime(start) < duration;)
                {
                    using var client = node.NewClient(); // a connection of its own, as each PHP request has
                    var begin = Stopwatch.GetTimestamp();
                    try
                    {
                        using var response = await client.GetAsync(new Uri($"/v1/entries/{stage.Entries[0]}/token", UriKind.Relative));
                        tally.Require(response.IsSuccessStatusCode, $"an honest caller got {(int)response.StatusCode}");
                    }
                    catch (Exception exception) when (exception is HttpRequestException or TaskCanceledException)
                    {
                        tally.Fail($"an honest caller was shut out: {exception.Message}");
                    }

                    slowest = Stopwatch.GetElapsedTime(begin) is var took && took > slowest ? took : slowest;
                    tally.Count();
                    await Task.Delay(100);
                }

                tally.Remark = $"1,200 strangers' connections; slowest honest call {slowest.TotalSeconds:0.00} s";
                crowd.ForEach(static client => client.Dispose());
            }
        }
    }

    public static async Task DeadProvidersAsync(ScratchMariaDb server, Tally tally, int dead)
    {
        var stage = await Stage.CreateAsync(server, entries: 1);
        await using (stage)
        {
            var names = Enumerable.Range(0, dead).Select(static number => $"GOOGLE-d{number}").ToArray();
            stage.Settings = [$"--Providers:Google:TokenEndpoint={stage.Provider.DeadEndpoint}"];
            foreach (var name in names)
            {
                await stage.AddEntryAsync(name);
                await stage.GrantAsync(name, TimeSpan.FromSeconds(90));
            }

            var entry = stage.Entries[0];
            await stage.GrantAsync(entry, TimeSpan.FromSeconds(90));
            await stage.UseAllAsync(); // only what is in use is renewed before somebody asks
            var before = await stage.RefreshTokenAsync(entry);
            var start = Stopwatch.GetTimestamp();
            var node = await stage.StartAsync();
            await using (node)
            {
                while (await stage.RefreshTokenAsync(entry) == before && Stopwatch.GetElapsedTime(start).TotalSeconds < 90)
                {
                    await Task.Delay(200);
                }

                var took = Stopwatch.GetElapsedTime(start);
                tally.Require(took.TotalSeconds < 90, "the living entry was not renewed before its end");
                tally.Remark = $"the living one renewed after {took.TotalSeconds:0.0} s";
                tally.Count();
                await stage.CheckAsync(node, tally, [entry]);
            }

            tally.Doubles += stage.Provider.Doubles;
            tally.Refreshes += stage.Provider.Granted;
        }
    }

    public static async Task EntriesAsync(ScratchMariaDb server, Tally tally, int count, TimeSpan rest)
    {
        var stage = await Stage.CreateAsync(server, entries: 1);
        await using (stage)
        {
            await stage.GrantAsync(stage.Entries[0], TimeSpan.FromHours(20));
            await stage.ExecuteAsync(
                string.Join(
                    ';',
                    new[]
                    {
                        ("ID", "client"),
                        ("SECRET", "secret"),
                        ("URL", stage.Provider.Endpoint.GetLeftPart(UriPartial.Authority)),
                    }.Select(one =>
                        "INSERT INTO llx_const (name, value, type, visible, note, entity) "
                        + $"SELECT CONCAT('OAUTH_GENERIC-n', seq, '_{one.Item1}'), '{one.Item2}', 'chaine', 0, '', 1 FROM seq_1_to_{count}"
                    )
                )
                    + ";INSERT INTO llx_oauth_token (service, token, entity, datec) "
                    + "SELECT CONCAT('Generic-n', seq), token, 1, NOW() "
                    + $"FROM llx_oauth_token, seq_1_to_{count} WHERE service = 'Generic-e0'"
            );
            var node = await stage.StartAsync();
            await using (node)
            {
                await node.GetAsync("/v1/entries"); // warm
                var entries = (await node.GetAsync("/v1/entries")).Took;
                var metrics = (await node.GetAsync("/metrics")).Took;
                await Task.Delay(TimeSpan.FromSeconds(5));
                node.Process.Refresh();
                var (before, start) = (node.Process.TotalProcessorTime, Stopwatch.GetTimestamp());
                await Task.Delay(rest);
                node.Process.Refresh();
                var share = (node.Process.TotalProcessorTime - before) / Stopwatch.GetElapsedTime(start);
                tally.Require(entries.TotalSeconds < 2, $"/v1/entries took {entries.TotalSeconds:0.0} s");
                tally.Require(metrics.TotalSeconds < 2, $"/metrics took {metrics.TotalSeconds:0.0} s");
                tally.Require(share < 0.02, $"at rest {share:P1} of a core");
                tally.Remark = string.Create(
                    CultureInfo.InvariantCulture,
                    $"/v1/entries {entries.TotalSeconds:0.00} s, /metrics {metrics.TotalSeconds:0.00} s, "
                        + $"at rest {share * 100:0.0} % of a core, {node.Process.WorkingSet64 / 1048576} MiB"
                );
                tally.Count();
            }
        }
    }
}
