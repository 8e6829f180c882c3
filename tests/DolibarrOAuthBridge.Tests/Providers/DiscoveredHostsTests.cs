// SPDX-License-Identifier: GPL-3.0-or-later

using System.Net;
using System.Net.Sockets;
using DolibarrOAuthBridge.Providers;
using Microsoft.Extensions.Configuration;

namespace DolibarrOAuthBridge.Tests.Providers;

/// <summary>Where a server's metadata may send the bridge.</summary>
public sealed class DiscoveredHostsTests
{
    [Theory]
    [InlineData("127.0.0.1", false)]
    [InlineData("10.1.2.3", false)]
    [InlineData("172.16.0.1", false)]
    [InlineData("192.168.1.1", false)]
    [InlineData("169.254.169.254", false)]
    [InlineData("100.64.0.1", false)]
    [InlineData("0.0.0.0", false)]
    [InlineData("224.0.0.1", false)]
    [InlineData("::1", false)]
    [InlineData("fe80::1", false)]
    [InlineData("fd00::1", false)]
    [InlineData("::ffff:10.0.0.1", false)]
    [InlineData("64:ff9b::a00:1", false)]
    [InlineData("2002:a00:1::", false)]
    [InlineData("8.8.8.8", true)]
    [InlineData("172.32.0.1", true)]
    [InlineData("2a00:1450:4001::200e", true)]
    public void Public_addresses_are_told_from_others(string address, bool isPublic) =>
        Assert.Equal(isPublic, DiscoveredHosts.IsPublic(IPAddress.Parse(address)));

    [Fact]
    public void A_host_that_metadata_names_may_not_resolve_to_a_private_address_unless_the_configuration_names_it_too()
    {
        var hosts = new DiscoveredHosts(
            new ConfigurationBuilder()
                .AddInMemoryCollection([new("Providers:Generic:TokenEndpoint", "https://configured.example/token")])
                .Build()
        );
        var server = new Uri("https://server.example");
        hosts.Add(server, new Uri("https://elsewhere.example/token"));
        hosts.Add(server, new Uri("https://configured.example/token"));
        hosts.Add(server, new Uri("https://server.example/token"));
        var inside = IPAddress.Parse("10.0.0.1");

        Assert.False(hosts.Allows("elsewhere.example", inside));
        Assert.True(hosts.Allows("elsewhere.example", IPAddress.Parse("8.8.8.8")));
        Assert.True(hosts.Allows("configured.example", inside));
        Assert.True(hosts.Allows("server.example", inside));
    }

    [Theory]
    [InlineData("http://127.0.0.1:9/token")]
    [InlineData("http://localhost/token")]
    [InlineData("https://127.0.0.1/token")]
    [InlineData("https://[::1]/token")]
    [InlineData("https://169.254.169.254/token")]
    [InlineData("https://192.168.0.1/token")]
    public void An_https_server_never_leads_to_this_machine_or_a_private_address(string url) =>
        Assert.Throws<ProviderConfigurationException>(() =>
            EndpointUri.ParseDiscovered(url, "token_endpoint", new Uri("https://server.example"))
        );

    [Fact]
    public async Task A_connection_goes_to_the_address_that_answers_where_another_does_not()
    {
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        var port = ((IPEndPoint)listener.LocalEndpoint).Port;

        // localhost is ::1 and 127.0.0.1; nobody listens at the former.
        using var socket = await ProviderConnector.ConnectAsync(
            "localhost",
            port,
            _ => true,
            TimeProvider.System,
            TestContext.Current.CancellationToken
        );

        Assert.True(socket.Connected);
    }

    [Fact]
    public async Task No_connection_is_tried_where_no_address_is_allowed()
    {
        var refused = await Assert.ThrowsAsync<SocketException>(() =>
            ProviderConnector.ConnectAsync("127.0.0.1", 9, _ => false, TimeProvider.System, TestContext.Current.CancellationToken)
        );

        Assert.Equal(SocketError.AccessDenied, refused.SocketErrorCode);
    }

    [Fact]
    public void Addresses_of_both_families_take_turns() =>
        Assert.Equal(
            "::1 1.1.1.1 ::2 2.2.2.2 3.3.3.3",
            string.Join(' ', ProviderConnector.Interleave("::1 ::2 1.1.1.1 2.2.2.2 3.3.3.3".Split(' ').Select(IPAddress.Parse)))
        );
}
