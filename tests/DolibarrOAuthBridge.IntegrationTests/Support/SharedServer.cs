// SPDX-License-Identifier: GPL-3.0-or-later

using DolibarrOAuthBridge.Demo.Database;
using DolibarrOAuthBridge.IntegrationTests.Support;

[assembly: AssemblyFixture(typeof(SharedServer))]

namespace DolibarrOAuthBridge.IntegrationTests.Support;

/// <summary>One database server for all tests that leave the server alone; each has a database of its own.</summary>
public sealed class SharedServer : IAsyncLifetime
{
    public IScratchDatabase Server { get; private set; } = null!;

    /// <summary>The same for a test that is about MariaDB alone: give it the trait <c>Database=MariaDB</c>.</summary>
    public ScratchMariaDb MariaDb => (ScratchMariaDb)Server;

    public async ValueTask InitializeAsync() => Server = await ScratchDatabase.StartAsync();

    public ValueTask DisposeAsync() => Server.DisposeAsync();
}
