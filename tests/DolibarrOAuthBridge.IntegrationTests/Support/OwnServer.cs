// SPDX-License-Identifier: GPL-3.0-or-later

using DolibarrOAuthBridge.Demo.Database;

namespace DolibarrOAuthBridge.IntegrationTests.Support;

/// <summary>A database server for one class of tests that stop, pause or change the server itself.</summary>
public sealed class OwnServer : IAsyncLifetime
{
    public IScratchDatabase Server { get; private set; } = null!;

    /// <summary>The same for a test that is about MariaDB alone: give it the trait <c>Database=MariaDB</c>.</summary>
    public ScratchMariaDb MariaDb => (ScratchMariaDb)Server;

    public async ValueTask InitializeAsync() => Server = await ScratchDatabase.StartAsync();

    public ValueTask DisposeAsync() => Server.DisposeAsync();
}
