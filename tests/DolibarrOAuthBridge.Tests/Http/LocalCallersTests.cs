// SPDX-License-Identifier: GPL-3.0-or-later

using System.Net;
using DolibarrOAuthBridge.Http.Security;
using Microsoft.AspNetCore.Http;

namespace DolibarrOAuthBridge.Tests.Http;

public sealed class LocalCallersTests
{
    [Theory]
    [InlineData("localhost", true)]
    [InlineData("LOCALHOST", true)]
    [InlineData("127.0.0.1", true)]
    [InlineData("127.8.9.10", true)]
    [InlineData("[::1]", true)]
    [InlineData("", false)]
    [InlineData("localhost.", false)]
    [InlineData("localhost.evil.example", false)]
    [InlineData("127.0.0.1.evil.example", false)]
    [InlineData("127.1", false)]
    [InlineData("0x7f.0.0.1", false)]
    [InlineData("2130706433", false)]
    [InlineData("0.0.0.0", false)]
    [InlineData("10.0.0.1", false)]
    [InlineData("[::]", false)]
    [InlineData("[2001:db8::1]", false)]
    public void Only_a_loopback_host_is_local(string host, bool local) => Assert.Equal(local, LocalCallers.IsLocalHost(host));

    [Theory]
    [InlineData(null, true)]
    [InlineData("127.0.0.1", true)]
    [InlineData("::1", true)]
    [InlineData("::ffff:127.0.0.1", true)]
    [InlineData("::ffff:10.0.0.1", false)]
    [InlineData("192.168.1.1", false)]
    public void Only_a_loopback_peer_or_a_unix_socket_is_local(string? address, bool local) =>
        Assert.Equal(local, LocalCallers.IsLocalPeer(address is null ? null : IPAddress.Parse(address)));

    [Fact]
    public void A_request_of_another_machine_is_refused_whatever_it_says()
    {
        var context = new DefaultHttpContext();
        context.Request.Host = new HostString("127.0.0.1", 8765);
        Assert.Null(LocalCallers.Refusal(context));
        context.Connection.RemoteIpAddress = IPAddress.Parse("10.0.0.1");
        Assert.NotNull(LocalCallers.Refusal(context));
    }
}
