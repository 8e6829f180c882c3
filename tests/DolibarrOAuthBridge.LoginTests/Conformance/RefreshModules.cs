// SPDX-License-Identifier: GPL-3.0-or-later

using System.Runtime.CompilerServices;
using System.Text.Json.Nodes;
using DolibarrOAuthBridge.LoginTests.Support;

namespace DolibarrOAuthBridge.LoginTests.Conformance;

/// <summary>The modules about refresh tokens. They concern the token broker: a sign-in keeps no tokens.</summary>
public sealed class RefreshModules(SharedInstall shared)
{
    private const string Entry = "GENERIC-Mail";

    [Fact, Module("oidcc-client-test-refresh-token", "refreshes and uses the new access token", Result = "new access token handed out")]
    public Task oidcc_client_test_refresh_token() => PlayAsync();

    [
        Fact,
        Module(
            "oidcc-client-test-refresh-token-invalid-issuer",
            "rejects an ID token of another issuer in the refresh response",
            Rejects = "identity_changed"
        )
    ]
    public Task oidcc_client_test_refresh_token_invalid_issuer() => PlayAsync(claims => claims["iss"] = (string)claims["iss"]! + "1");

    [
        Fact,
        Module(
            "oidcc-client-test-refresh-token-invalid-sub",
            "rejects an ID token of another user in the refresh response",
            Rejects = "identity_changed"
        )
    ]
    public Task oidcc_client_test_refresh_token_invalid_sub() => PlayAsync(claims => claims["sub"] = (string)claims["sub"]! + "1");

    [
        Fact,
        Module(
            "fapi2-security-profile-final-client-refresh-token-test",
            "uses the new refresh token for the second refresh",
            Result = "new refresh token used"
        )
    ]
    public async Task fapi2_security_profile_final_client_refresh_token_test()
    {
        await using var world = await FlowWorld.CreateAsync(shared);
        await world.GrantAsync(Entry);
        var first = world.Authority.RefreshToken;
        await world.Broker.RefreshAsync(Entry, world.Company);
        await world.Broker.RefreshAsync(Entry, world.Company);

        Assert.Equal(first + "++", (await world.StoredAsync(Entry)).RefreshToken);
        Assert.Equal(
            [first, first + "+"],
            world.Authority.Server.RequestsTo(OpenIdAuthority.TokenPath).Select(request => request["refresh_token"])
        );
    }

    private async Task PlayAsync(Action<JsonObject>? change = null, [CallerMemberName] string test = "")
    {
        await using var world = await FlowWorld.CreateAsync(shared);
        await world.GrantAsync(Entry);
        var before = await world.StoredAsync(Entry);
        var first = world.Authority.RefreshToken;
        world.Authority.ChangeClaims = change ?? world.Authority.ChangeClaims;
        if (Play.ModuleOf(typeof(RefreshModules), test).Rejects is { } reason)
        {
            var exception = await Assert.ThrowsAsync<BridgeException>(() => world.Broker.RefreshAsync(Entry, world.Company));
            Assert.Equal(ProblemCode.ProviderRejected, exception.Code);
            Assert.StartsWith($"refresh_failed {reason}", await world.EventsAsync(), StringComparison.Ordinal);
            Assert.Equal(before.AccessToken, (await world.StoredAsync(Entry)).AccessToken);
            return;
        }

        Assert.Equal($"access-for-{first}+", (await world.Broker.GetAsync(Entry, world.Company, null)).Value);
    }
}
