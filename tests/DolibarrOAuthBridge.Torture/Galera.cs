// SPDX-License-Identifier: GPL-3.0-or-later

using DolibarrOAuthBridge.Demo.Database;
using DolibarrOAuthBridge.Demo.Processes;

namespace DolibarrOAuthBridge.Torture;

/// <summary>
/// Three MariaDB servers on this machine as one Galera cluster. All begin with the same data at the same position, so that a node that
/// comes later needs no copy of it; one that was killed does not come back.
/// </summary>
internal sealed class Galera : IAsyncDisposable
{
    private const string Library = "/usr/lib/galera/libgalera_smm.so"; // of Debian's galera-4

    private const string Beginning = "8f0d5b1e-2d0c-4d53-9a0e-5d3f6a3c1b77:0"; // any history will do

    private Galera(IReadOnlyList<ScratchMariaDb> nodes) => Nodes = nodes;

    public IReadOnlyList<ScratchMariaDb> Nodes { get; }

    /// <summary>Starts the nodes one after the other and waits until all see each other.</summary>
    public static async Task<Galera> StartAsync(int count = 3)
    {
        var ports = Enumerable.Range(0, count).Select(static _ => FreePort.Find()).ToArray();
        var nodes = new List<ScratchMariaDb>();
        var cluster = new Galera(nodes);
        try
        {
            for (var number = 0; number < count; number++)
            {
                var others = string.Join(',', ports.Take(number).Select(static port => $"127.0.0.1:{port}"));
                nodes.Add(
                    await ScratchMariaDb.StartAsync(
                        new ScratchMariaDbOptions
                        {
                            Arguments = Arguments(number, ports[number], others),
                            StartDeadline = TimeSpan.FromMinutes(2),
                        }
                    )
                );
                await WaitForSizeAsync(nodes[number], number + 1);
            }

            return cluster;
        }
        catch
        {
            await cluster.DisposeAsync();
            throw;
        }
    }

    /// <summary>Waits until a node counts so many members, itself included.</summary>
    public static Task WaitForSizeAsync(ScratchMariaDb node, int size) => WaitForAsync(node, "wsrep_cluster_size", $"{size}");

    /// <summary>Waits until a status variable of a node has this value.</summary>
    public static async Task WaitForAsync(ScratchMariaDb node, string variable, string value)
    {
        string? seen = null;
        for (var attempt = 0; attempt < 300; attempt++)
        {
            seen = await StatusAsync(node, variable);
            if (seen == value)
            {
                return;
            }

            await Task.Delay(200);
        }

        var log = string.Join('\n', File.ReadLines(Path.Combine(node.DirectoryPath, "error.log")).TakeLast(40));
        throw new InvalidOperationException($"{variable} is {seen}, not {value}:\n{log}");
    }

    public async ValueTask DisposeAsync()
    {
        foreach (var node in Nodes)
        {
            await node.DisposeAsync();
        }
    }

    private static async Task<string?> StatusAsync(ScratchMariaDb node, string variable)
    {
        var connection = await node.OpenAsync();
        await using (connection)
        {
            var command = connection.CreateCommand();
            await using (command)
            {
                command.CommandText = $"SHOW GLOBAL STATUS LIKE '{variable}'";
                var reader = await command.ExecuteReaderAsync();
                await using (reader)
                {
                    return await reader.ReadAsync() ? reader.GetString(1) : null;
                }
            }
        }
    }

    private static string[] Arguments(int number, int port, string others) =>
        [
            "--wsrep-on=ON",
            $"--wsrep-provider={Library}",
            "--wsrep-cluster-name=torture",
            $"--wsrep-cluster-address=gcomm://{others}",
            $"--wsrep-node-name=node{number + 1}",
            $"--wsrep-node-address=127.0.0.1:{port}",
            "--wsrep-provider-options="
                + $"base_port={port};gmcast.listen_addr=tcp://127.0.0.1:{port};ist.recv_addr=127.0.0.1:{FreePort.Find()};gcache.size=8M",
            $"--wsrep-start-position={Beginning}",
            "--binlog-format=ROW",
            "--innodb-autoinc-lock-mode=2",
        ];
}
