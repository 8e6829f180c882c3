// SPDX-License-Identifier: GPL-3.0-or-later

using DolibarrOAuthBridge.Demo.Database;
using DolibarrOAuthBridge.IntegrationTests.Support;

[assembly: AssemblyFixture(typeof(SharedServer))]

namespace DolibarrOAuthBridge.IntegrationTests.Support;

/// <summary>One MariaDB for all tests that leave the server alone; each has a database of its own.</summary>
public sealed class SharedServer : IAsyncLifetime
{
    public ScratchMariaDb Server { get; private set; } = null!;

    public async ValueTask InitializeAsync() => Server = await ScratchMariaDb.StartAsync();

    public ValueTask DisposeAsync() => Server.DisposeAsync();
}
