// SPDX-License-Identifier: GPL-3.0-or-later

using System.Net;
using System.Net.Sockets;
using DolibarrOAuthBridge.Http;

namespace DolibarrOAuthBridge.Tests.Http;

public sealed class ListenAddressTests
{
    [Fact]
    public void An_address_that_is_taken_is_said_before_the_server_starts()
    {
        using var other = new TcpListener(IPAddress.Loopback, 0);
        other.Start();
        var port = ((IPEndPoint)other.LocalEndpoint).Port;
        var address = Assert.Single(ListenAddress.Parse(FormattableString.Invariant($"http://127.0.0.1:{port}")));

        var error = Assert.Throws<IOException>(address.RequireFree);

        Assert.Contains($"127.0.0.1:{port}: address already in use", error.Message, StringComparison.Ordinal);
        Assert.DoesNotContain('\n', error.Message);
    }

    [Fact]
    public void An_address_that_is_free_stays_free()
    {
        var address = Assert.Single(ListenAddress.Parse("http://127.0.0.1:0"));

        address.RequireFree();
        address.RequireFree();
    }
}
