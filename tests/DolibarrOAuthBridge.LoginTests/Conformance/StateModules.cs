// SPDX-License-Identifier: GPL-3.0-or-later

using DolibarrOAuthBridge.LoginTests.Support;

namespace DolibarrOAuthBridge.LoginTests.Conformance;

/// <summary>The FAPI 2.0 modules about the state parameter, which lives in the database.</summary>
public sealed class StateModules(SharedInstall shared)
{
    [
        Fact,
        Module(
            "fapi2-security-profile-final-client-test-ensure-authorization-response-with-invalid-state-fails",
            "rejects a response with another state",
            Result = "rejected: state_invalid"
        )
    ]
    public Task fapi2_security_profile_final_client_test_ensure_authorization_response_with_invalid_state_fails() =>
        RejectAsync(static state => state + "1");

    [
        Fact,
        Module(
            "fapi2-security-profile-final-client-test-ensure-authorization-response-with-invalid-missing-state-fails",
            "rejects a response without state",
            Result = "rejected: state_invalid"
        )
    ]
    public Task fapi2_security_profile_final_client_test_ensure_authorization_response_with_invalid_missing_state_fails() =>
        RejectAsync(static _ => string.Empty);

    private async Task RejectAsync(Func<string, string> change)
    {
        await using var world = await FlowWorld.CreateAsync(shared);
        var response = world.Approve(await world.BeginAsync());
        response["state"] = change(response["state"]);

        Assert.Equal(ProblemCode.StateInvalid, (await Assert.ThrowsAsync<BridgeException>(() => world.CompleteAsync(response))).Code);
        Assert.Equal([OpenIdAuthority.DiscoveryPath], world.Authority.Paths);
        Assert.Empty(await world.EventsAsync() ?? string.Empty);
    }
}
