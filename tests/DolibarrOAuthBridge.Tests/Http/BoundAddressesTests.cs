// SPDX-License-Identifier: GPL-3.0-or-later

using DolibarrOAuthBridge.Http;

namespace DolibarrOAuthBridge.Tests.Http;

public sealed class BoundAddressesTests
{
    [Theory]
    [InlineData("http://127.0.0.1:8765", true)]
    [InlineData("http://[::1]:8765", true)]
    [InlineData("http://unix:/run/dolibarr-oauth-bridge/bridge.sock", true)]
    [InlineData("http://<file handle>", true)]
    [InlineData("http://0.0.0.0:8765", false)]
    [InlineData("http://[::]:8765", false)]
    [InlineData("http://192.0.2.1:8765", false)]
    [InlineData("http://*:8765", false)]
    [InlineData("http://+:8765", false)]
    [InlineData("http://localhost.example:8765", false)]
    [InlineData("https://0.0.0.0", false)]
    [InlineData("", false)]
    public void Only_loopback_and_unix_sockets_are_local(string address, bool isLocal) =>
        Assert.Equal(isLocal, BoundAddresses.IsLocal(address));
}
