// SPDX-License-Identifier: GPL-3.0-or-later

using System.Text.Json;

namespace DolibarrOAuthBridge.Torture;

/// <summary>
/// Two sidecars, as on two machines, each with a node of one Galera cluster. The trials run in this order: each leaves the next one fewer
/// nodes.
/// </summary>
internal static class GaleraTrials
{
    private const int Callers = 200;

    public static (string Name, Func<Tally, Task> Run)[] On(Galera cluster) =>
        [
            ("crowd", tally => CrowdAsync(cluster, tally)),
            ("another-node", tally => AnotherNodeAsync(cluster, tally)),
            ("node-dies", tally => NodeDiesAsync(cluster, tally)),
            ("not-primary", tally => NotPrimaryAsync(cluster, tally)),
        ];

    private static async Task CrowdAsync(Galera cluster, Tally tally)
    {
        var (stage, first, second) = await OpenAsync(cluster);
        await using (stage)
        await using (first)
        await using (second)
        {
            for (var round = 1; round <= 5; round++)
            {
                await GrantAsync(stage, cluster);
                var answers = await Task.WhenAll(
                    Enumerable.Range(0, Callers).Select(caller => (caller % 2 == 0 ? first : second).TokenAsync(stage.Entries[0]))
                );
                tally.Count();
                tally.Require(
                    answers.All(static answer => answer.Status == 200),
                    $"not every caller got a token: {answers.FirstOrDefault(static answer => answer.Status != 200)}"
                );
                tally.Require(stage.Provider.Granted == round, $"{stage.Provider.Granted} refreshes in {round} rounds");
                tally.Require(
                    answers.Where(static answer => answer.Status == 200).Select(AccessToken).Distinct(StringComparer.Ordinal).Count() == 1,
                    "the callers got different tokens"
                );
            }

            Sum(stage, tally, $"{Callers} callers a round");
        }
    }

    // The sidecar loses its node in mid-refresh; its administrator points conf.php to another one and starts it again.
    private static async Task AnotherNodeAsync(Galera cluster, Tally tally)
    {
        var (stage, first, second) = await OpenAsync(cluster);
        await using (stage)
        await using (second)
        {
            await using (first)
            {
                await LoseNodeAsync(stage, tally, cluster, first, second, () =>
                {
                    stage.Proxy.Close();
                    return Task.CompletedTask;
                });
                await first.KillAsync();
            }

            var moved = await stage.StartAsync(conf: await stage.WriteConfAsync(cluster.Nodes[2].Port));
            await using (moved)
            {
                await ReturnAsync(stage, tally, moved, second);
            }

            Sum(stage, tally, "conf.php names another node");
        }
    }

    // The node is killed in mid-refresh; what stands before the cluster leads the sidecar to another one.
    private static async Task NodeDiesAsync(Galera cluster, Tally tally)
    {
        var (stage, first, second) = await OpenAsync(cluster);
        await using (stage)
        await using (first)
        await using (second)
        {
            await LoseNodeAsync(stage, tally, cluster, first, second, () => cluster.Nodes[0].KillAsync());
            stage.Proxy.Target = cluster.Nodes[2].Port;
            await ReturnAsync(stage, tally, first, second);
            Sum(stage, tally, "the node was killed");
        }
    }

    private static async Task NotPrimaryAsync(Galera cluster, Tally tally)
    {
        var (left, lost) = (cluster.Nodes[2], cluster.Nodes[1]);
        var stage = await Stage.CreateAsync(left, entries: 1);
        await using (stage)
        {
            await stage.GrantAsync(stage.Entries[0], TimeSpan.FromMinutes(-5));
            var node = await stage.StartAsync();
            await using (node)
            {
                tally.Require(await node.ReadyAsync() == 200, "it is not ready on a node of the cluster");
                await lost.KillAsync();
                await Galera.WaitForAsync(left, "wsrep_cluster_status", "non-Primary");
                tally.Require(await node.ReadyAsync() == 503, "it is ready on a node that is not part of the primary component");
                var (status, text) = await node.TokenAsync(stage.Entries[0]);
                tally.Require(status == 503 && text.Contains("store_unavailable", StringComparison.Ordinal), $"it answers {status} {text}");
                await left.ExecuteAsync("SET GLOBAL wsrep_dirty_reads = ON");
                await Task.Delay(TimeSpan.FromSeconds(1.5));
                tally.Require(await node.ReadyAsync() == 503, "it is ready on such a node that answers reads");
                (status, text) = await node.TokenAsync(stage.Entries[0]);
                tally.Require(status == 503, $"it answers {status} {text}");
                tally.Require(stage.Provider.Granted == 0, "a refresh token was sent although the answer could not be stored");
                await left.ExecuteAsync("SET GLOBAL wsrep_dirty_reads = OFF; SET GLOBAL wsrep_provider_options = 'pc.bootstrap=YES'");
                await Galera.WaitForAsync(left, "wsrep_cluster_status", "Primary");
                tally.Require(
                    await UntilAsync(async () => await node.ReadyAsync() == 200),
                    "it is not ready after the node is primary again"
                );
                await stage.CheckAsync(node, tally, stage.Entries);
                tally.Count();
            }

            Sum(stage, tally, string.Empty);
        }
    }

    // Two sidecars: the first reaches its node through the proxy, the second is on another machine and has the second node.
    private static async Task<(Stage Stage, Node First, Node Second)> OpenAsync(Galera cluster)
    {
        var stage = await Stage.CreateAsync(cluster.Nodes[1], entries: 1);
        stage.Proxy.Target = cluster.Nodes[0].Port;
        var first = await stage.StartAsync("a");
        var conf = await stage.WriteConfAsync(cluster.Nodes[1].Port);
        return (stage, first, await stage.StartAsync("b", isElsewhere: true, conf: conf));
    }

    // The node goes away between the refresh at the provider and its answer, and the lease ends. Nobody may send the refresh token again.
    private static async Task LoseNodeAsync(Stage stage, Tally tally, Galera cluster, Node first, Node second, Func<Task> lose)
    {
        var entry = stage.Entries[0];
        await GrantAsync(stage, cluster);
        stage.Provider.BeforeNextAnswer(lose);
        var (status, text) = await first.TokenAsync(entry);
        tally.Require(status == 200, $"the caller did not get the token that the provider gave: {status} {text}");
        tally.Require(stage.HasJournal("a"), "the answer is not in the journal");
        tally.Require(await first.ReadyAsync() == 503, "a sidecar without a database is ready");
        tally.Require(await second.ReadyAsync() == 200, "the other sidecar is not ready");

        await cluster
            .Nodes[1]
            .ExecuteAsync(
                "UPDATE llx_oauthbridge_grant SET lease_until = DATE_SUB(UTC_TIMESTAMP(3), INTERVAL 1 SECOND)",
                stage.Install.Database
            );
        for (var attempt = 0; attempt < 3; attempt++)
        {
            (status, text) = await second.TokenAsync(entry);
            tally.Require(
                status == 503
                    && text.Contains("may be spent", StringComparison.Ordinal)
                    && text.Contains(Environment.MachineName[..Math.Min(16, Environment.MachineName.Length)], StringComparison.Ordinal),
                $"the other sidecar does not say whom it waits for: {status} {text}"
            );
        }

        tally.Require(stage.Provider.Granted == 1, $"{stage.Provider.Granted} refreshes instead of one");
    }

    // The first sidecar has a node again: it stores what it has, and both hand out the same token.
    private static async Task ReturnAsync(Stage stage, Tally tally, Node first, Node second)
    {
        var entry = stage.Entries[0];
        var isStored = await UntilAsync(() => Task.FromResult(!stage.HasJournal("a")));
        tally.Require(isStored, "the answer is still in the journal");
        if (!isStored)
        {
            tally.Keep(first.Log);
        }

        var ours = await first.TokenAsync(entry);
        var theirs = (Status: 0, Text: string.Empty);
        await UntilAsync(async () => (theirs = await second.TokenAsync(entry)).Status == 200);
        tally.Require(ours.Status == 200 && theirs.Status == 200, $"no token: {ours}, {theirs}");
        tally.Require(
            ours.Status != 200 || theirs.Status != 200 || AccessToken(ours) == AccessToken(theirs),
            "the sidecars hand out different tokens"
        );
        tally.Require(stage.Provider.Granted == 1, $"{stage.Provider.Granted} refreshes instead of one");
        await stage.CheckAsync(second, tally, stage.Entries);
        tally.Count();
    }

    private static async Task<bool> UntilAsync(Func<Task<bool>> holds)
    {
        for (var attempt = 0; attempt < 60; attempt++)
        {
            if (await holds())
            {
                return true;
            }

            await Task.Delay(500);
        }

        return false;
    }

    // An expired grant that every node has.
    private static async Task GrantAsync(Stage stage, Galera cluster)
    {
        await stage.GrantAsync(stage.Entries[0], TimeSpan.FromMinutes(-5));
        foreach (var node in cluster.Nodes.Where(static node => node.IsRunning))
        {
            await node.ExecuteAsync("SET SESSION wsrep_sync_wait = 1; DO (SELECT COUNT(*) FROM llx_oauth_token)", stage.Install.Database);
        }

        await Task.Delay(TimeSpan.FromSeconds(1.1)); // what the sidecars remember of the row is no older than a second
    }

    private static string? AccessToken((int Status, string Text) answer) =>
        JsonDocument.Parse(answer.Text).RootElement.GetProperty("access_token").GetString();

    private static void Sum(Stage stage, Tally tally, string remark)
    {
        tally.Doubles += stage.Provider.Doubles;
        tally.Refreshes += stage.Provider.Granted;
        tally.Remark = remark;
    }
}
