// SPDX-License-Identifier: GPL-3.0-or-later

using DolibarrOAuthBridge.LoginTests.Support;

namespace DolibarrOAuthBridge.LoginTests.Flow;

/// <summary>How many sign-ins one browser and one address may begin.</summary>
public sealed class LoginQuotaTests(SharedInstall shared)
{
    [Fact]
    public async Task Who_begins_too_many_sign_ins_waits_and_nobody_else_does()
    {
        await using var world = await FlowWorld.CreateAsync(shared);
        for (var count = 0; count < 30; count++)
        {
            await world.BeginAsync(FlowWorld.Entry, "one-session");
        }

        var refused = await Assert.ThrowsAsync<BridgeException>(() => world.BeginAsync(FlowWorld.Entry, "one-session"));
        Assert.Equal((ProblemCode.TooManyRequests, TimeSpan.FromMinutes(10)), (refused.Code, refused.RetryAfter));
        await world.BeginAsync(FlowWorld.Entry, "another-session");
        world.Clock.Advance(TimeSpan.FromMinutes(10));
        await world.BeginAsync(FlowWorld.Entry, "one-session");
    }

    [Fact]
    public async Task A_session_is_counted_by_its_key_whatever_its_bindings_are()
    {
        await using var world = await FlowWorld.CreateAsync(shared);
        for (var count = 0; count < 30; count++)
        {
            await world.BeginAsync(FlowWorld.Entry, $"binding-{count}", session: "one-session");
        }

        var refused = await Assert.ThrowsAsync<BridgeException>(() => world.BeginAsync(FlowWorld.Entry, "new", session: "one-session"));
        Assert.Equal(ProblemCode.TooManyRequests, refused.Code);
        await world.BeginAsync(FlowWorld.Entry, "a-binding", session: "another-session");
    }

    [Fact]
    public async Task Addresses_of_one_IPv6_network_count_together()
    {
        await using var world = await FlowWorld.CreateAsync(shared);
        for (var host = 1; host <= 300; host++)
        {
            await world.BeginAsync(FlowWorld.Entry, $"session-{host}", $"2001:db8:0:1::{host:x}");
        }

        var refused = await Assert.ThrowsAsync<BridgeException>(() => world.BeginAsync(FlowWorld.Entry, "new", "2001:db8:0:1:ffff::1"));
        Assert.Equal(ProblemCode.TooManyRequests, refused.Code);
        await world.BeginAsync(FlowWorld.Entry, "new", "2001:db8:0:2::1");
    }

    [Fact]
    public async Task One_address_with_many_sessions_waits_too()
    {
        await using var world = await FlowWorld.CreateAsync(shared);
        for (var session = 0; session < 300; session++)
        {
            await world.BeginAsync(FlowWorld.Entry, $"session-{session}", "192.0.2.1");
        }

        var refused = await Assert.ThrowsAsync<BridgeException>(() => world.BeginAsync(FlowWorld.Entry, "a-new-session", "192.0.2.1"));
        Assert.Equal(ProblemCode.TooManyRequests, refused.Code);
        await world.BeginAsync(FlowWorld.Entry, "a-new-session", "192.0.2.2");
    }
}
