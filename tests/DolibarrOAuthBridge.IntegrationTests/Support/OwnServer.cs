// SPDX-License-Identifier: GPL-3.0-or-later

using DolibarrOAuthBridge.Demo.Database;

namespace DolibarrOAuthBridge.IntegrationTests.Support;

/// <summary>A MariaDB for one class of tests that stop, pause or change the server itself.</summary>
public sealed class OwnServer : IAsyncLifetime
{
    public ScratchMariaDb Server { get; private set; } = null!;

    public async ValueTask InitializeAsync() => Server = await ScratchMariaDb.StartAsync();

    public ValueTask DisposeAsync() => Server.DisposeAsync();
}
