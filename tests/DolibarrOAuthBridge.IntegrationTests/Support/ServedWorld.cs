// SPDX-License-Identifier: GPL-3.0-or-later

using DolibarrOAuthBridge.Dolibarr.Tokens;

namespace DolibarrOAuthBridge.IntegrationTests.Support;

/// <summary>One sidecar for a class of tests that only talk to it.</summary>
public sealed class ServedWorld(SharedServer shared) : IAsyncLifetime
{
    internal World World { get; private set; } = null!;

    internal Sidecar Sidecar { get; private set; } = null!;

    internal StoredToken Token { get; private set; } = null!;

    public async ValueTask InitializeAsync()
    {
        World = await World.CreateAsync(shared.Server);
        Token = await World.GrantAsync(TimeSpan.FromHours(1));
        Sidecar = await World.ServeAsync();
    }

    public ValueTask DisposeAsync() => World.DisposeAsync();
}
