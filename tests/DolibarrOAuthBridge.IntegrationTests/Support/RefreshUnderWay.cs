// SPDX-License-Identifier: GPL-3.0-or-later

using DolibarrOAuthBridge.Grants;

namespace DolibarrOAuthBridge.IntegrationTests.Support;

/// <summary>The moment between the provider's decision and its answer, in which others do something to the row or the server.</summary>
internal static class RefreshUnderWay
{
    /// <summary>Begins a refresh whose answer the provider has issued and holds back.</summary>
    /// <returns>Who refreshes, what lets the answer go, and the caller who waits for it.</returns>
    public static async Task<(BridgeHost Host, Gate Gate, Task<AccessToken> Call)> BeginRefreshAsync(this World world)
    {
        var host = world.Open();
        var gate = world.Authority.HoldNextAnswer();
        var call = host.TokenAsync();
        await gate.Arrived;
        return (host, gate, call);
    }
}
