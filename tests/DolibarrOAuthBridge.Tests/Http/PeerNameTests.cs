// SPDX-License-Identifier: GPL-3.0-or-later

using System.Net;
using System.Net.Sockets;
using DolibarrOAuthBridge.Http;
using DolibarrOAuthBridge.Http.Security;
using Microsoft.AspNetCore.Http;

namespace DolibarrOAuthBridge.Tests.Http;

/// <summary>Which user a caller is, by the kernel's table of connections.</summary>
public sealed class PeerNameTests
{
    private const string Four = """
          sl  local_address rem_address   st tx_queue rx_queue tr tm->when retrnsmt   uid  timeout inode
           0: 0100007F:223D 00000000:0000 0A 00000000:00000000 00:00000000 00000000   995        0 1 1 0 100 0 0 10 0
           1: 0200007F:B6A2 0100007F:223D 01 00000000:00000000 00:00000000 00000000  1000        0 5 1 0 20 4 30 10 -1
           2: 0100007F:B6A2 0200007F:223D 01 00000000:00000000 00:00000000 00000000  1001        0 6 1 0 20 4 30 10 -1
           3: 0100007F:223D 0100007F:B6A2 01 00000000:00000000 00:00000000 00000000   995        0 2 1 0 20 4 30 10 -1
           4: 0100007F:B6A2 0100007F:223D 01 00000000:00000000 00:00000000 00000000    33        0 3 1 0 20 4 30 10 -1
           5: 0100007F:B6A2 0100007F:0050 01 00000000:00000000 00:00000000 00000000  1000        0 4 1 0 20 4 30 10 -1
           6: 0100007F:B6A4 0100007F:223D 05 00000000:00000000 00:00000000 00000000     0        0 0 1 0 20 4 30 10 -1
        """;

    private const string Six = """
          sl  local_address rem_address st tx_queue rx_queue tr tm->when retrnsmt uid timeout inode
           0: 0000000000000000FFFF00000100007F:B6A2 0000000000000000FFFF00000100007F:223D 01 0:0 00:0 0 34 0 7 1 0
           1: 00000000000000000000000001000000:B6A2 00000000000000000000000001000000:223D 01 0:0 00:0 0 35 0 8 1 0
        """;

    [Fact]
    public void The_caller_over_tcp_is_the_owner_of_the_other_end()
    {
        Assert.Equal(33u, Find(Four, "127.0.0.1", 0xB6A2));
        Assert.Null(Find(Four, "127.0.0.1", 0xB6A3));
        Assert.Null(Find(string.Empty, "127.0.0.1", 0xB6A2));
    }

    [Fact]
    public void The_same_port_of_another_address_is_another_callers()
    {
        Assert.Equal(1000u, PeerName.Find(Four, End("127.0.0.2", 0xB6A2), End("127.0.0.1", 0x223D)));
        Assert.Equal(1001u, PeerName.Find(Four, End("127.0.0.1", 0xB6A2), End("127.0.0.2", 0x223D)));
        Assert.Null(PeerName.Find(Four, End("127.0.0.3", 0xB6A2), End("127.0.0.1", 0x223D)));
    }

    [Fact]
    public void Addresses_of_version_6_are_compared_whole_and_one_of_version_4_may_be_within_them()
    {
        Assert.Equal(34u, Find(Six, "::ffff:127.0.0.1", 0xB6A2));
        Assert.Equal(35u, Find(Six, "::1", 0xB6A2));
        Assert.Null(Find(Six, "127.0.0.1", 0xB6A2));
    }

    [Fact]
    public void An_end_that_its_user_has_closed_is_nobodys() => Assert.Null(Find(Four, "127.0.0.1", 0xB6A4));

    [Fact]
    public async Task A_caller_of_this_process_is_its_user_over_either_version()
    {
        foreach (var address in (IPAddress[])[IPAddress.Loopback, IPAddress.IPv6Loopback])
        {
            using var listener = new TcpListener(address, 0);
            listener.Start();
            using var caller = new TcpClient(address.AddressFamily);
            await caller.ConnectAsync((IPEndPoint)listener.LocalEndpoint, TestContext.Current.CancellationToken);
            using var accepted = await listener.AcceptSocketAsync(TestContext.Current.CancellationToken);

            var name = PeerName.Of(Over((IPEndPoint)accepted.RemoteEndPoint!, (IPEndPoint)accepted.LocalEndPoint!));

            Assert.Equal($"uid {OwnUser()}", name);
        }
    }

    [Fact]
    public void A_caller_whom_the_kernel_does_not_name_is_an_unknown_user()
    {
        Assert.Equal("unknown user", PeerName.Of(Over(End("127.0.0.1", 0), End("127.0.0.1", 0))));
        Assert.Equal("unknown user", PeerName.Of(new DefaultHttpContext()));
        Assert.Equal("unknown user", CallerName.Of(new DefaultHttpContext()));
        Assert.Equal("tcp", CallerName.Of(Over(End("127.0.0.1", 0), End("127.0.0.1", 0))));
    }

    [Theory]
    [InlineData(33u, "uid 33")]
    [InlineData(0u, "uid 0")]
    [InlineData(65534u, "unknown user")] // everybody else, where the service runs with PrivateUsers=yes
    [InlineData(null, "unknown user")]
    public void The_number_that_stands_for_everybody_else_names_nobody(uint? uid, string name) =>
        Assert.Equal(name, PeerName.Name(uid));

    private static uint? Find(string table, string address, int port) => PeerName.Find(table, End(address, port), End(address, 0x223D));

    private static IPEndPoint End(string address, int port) => new(IPAddress.Parse(address), port);

    private static DefaultHttpContext Over(IPEndPoint caller, IPEndPoint bridge) =>
        new()
        {
            Connection =
            {
                RemoteIpAddress = caller.Address,
                RemotePort = caller.Port,
                LocalIpAddress = bridge.Address,
                LocalPort = bridge.Port,
            },
        };

    private static string OwnUser() =>
        File.ReadLines("/proc/self/status").First(static line => line.StartsWith("Uid:", StringComparison.Ordinal)).Split('\t')[1];
}
