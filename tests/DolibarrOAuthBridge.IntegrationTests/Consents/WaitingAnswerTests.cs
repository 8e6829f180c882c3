// SPDX-License-Identifier: GPL-3.0-or-later

using DolibarrOAuthBridge.IntegrationTests.Support;
using DolibarrOAuthBridge.Tokens;

namespace DolibarrOAuthBridge.IntegrationTests.Consents;

/// <summary>
/// A row that became unreadable while it was refreshed: the answer waits in the journal, and a person consents or revokes.
/// </summary>
public sealed class WaitingAnswerTests(SharedServer shared)
{
    [Fact]
    public async Task A_consent_repairs_a_row_that_became_unreadable_while_it_was_refreshed()
    {
        await using var world = await World.CreateAsync(shared.Server);
        await world.GrantExpiredAsync();
        var host = await LeaveAnswerOfAnUnreadableRowAsync(world);

        await GrantStoreTests.StoreAsync(host, GrantStoreTests.Grant(world, "rt-canary-new"));
        var row = await world.RawAsync();
        await host.Get<JournalReplay>().RunAsync();

        Assert.Equal("rt-canary-new", (await world.StoredAsync()).RefreshToken);
        Assert.Equal(row, await world.RawAsync());
        Assert.Empty(world.JournalFiles);
        Assert.Equal("0", await world.QueryAsync("SELECT COUNT(*) FROM llx_oauthbridge_grant WHERE lease_owner IS NOT NULL"));
    }

    [Fact]
    public async Task A_consent_that_comes_to_nothing_leaves_the_grant_to_the_answer_that_waits_in_the_journal()
    {
        await using var world = await World.CreateAsync(shared.Server);
        var granted = await world.GrantExpiredAsync();
        var before = await world.RawAsync();
        var host = await LeaveAnswerOfAnUnreadableRowAsync(world);
        var entry = await GrantStoreTests.EntryAsync(host);

        await Assert.ThrowsAsync<BridgeException>(() =>
            GrantStoreTests.StoreAsync(host, entry, _ => throw new BridgeException(ProblemCode.ProviderRejected, "no"))
        );
        var spender = await world.QueryAsync("SELECT intent_owner FROM llx_oauthbridge_grant");
        await host.Get<JournalReplay>().RunAsync();

        Assert.NotEqual("NULL", spender);
        Assert.Equal(spender, await world.QueryAsync("SELECT lease_owner FROM llx_oauthbridge_grant"));
        await world.ExecuteAsync($"UPDATE llx_oauth_token SET token = '{before}' WHERE service = 'Google-Mail'");
        await host.Get<JournalReplay>().RunAsync();
        Assert.Equal(world.Authority.CurrentRefreshToken, (await world.StoredAsync()).RefreshToken);
        Assert.NotEqual(granted.RefreshToken, world.Authority.CurrentRefreshToken);
        Assert.Empty(world.JournalFiles);
    }

    [Fact]
    public async Task A_consent_without_a_refresh_token_leaves_the_one_that_waits_in_the_journal()
    {
        await using var world = await World.CreateAsync(shared.Server);
        await world.GrantExpiredAsync();
        var host = await LeaveAnswerOfAnUnreadableRowAsync(world);

        await BridgeHost.FailAsync(
            () => GrantStoreTests.StoreAsync(host, GrantStoreTests.Grant(world, null)),
            ProblemCode.StoreNotWritable
        );

        Assert.Equal("spoiled", await world.RawAsync());
        Assert.Single(world.JournalFiles);
    }

    [Fact]
    public async Task A_revocation_says_that_the_newest_refresh_token_waits_in_the_journal_until_it_is_forced()
    {
        await using var world = await World.CreateAsync(shared.Server);
        await world.GrantExpiredAsync();
        var revoker = (await LeaveAnswerOfAnUnreadableRowAsync(world)).Get<GrantRevoker>();

        var refusal = await BridgeHost.FailAsync(
            () => revoker.RevokeAsync(World.Entry, 1, atProvider: true),
            ProblemCode.StoreNotWritable
        );
        Assert.Contains("waits in the journal", refusal.Message, StringComparison.Ordinal);
        Assert.NotNull(await world.Install.FindTokenRowAsync(World.Entry));
        Assert.Equal(RevocationOutcome.Failed, await revoker.RevokeAsync(World.Entry, 1, atProvider: true, force: true));
        Assert.Null(await world.Install.FindTokenRowAsync(World.Entry));
    }

    // Nobody can read the row any more when the provider's answer comes, which then waits in the journal.
    private static async Task<BridgeHost> LeaveAnswerOfAnUnreadableRowAsync(World world)
    {
        var (host, gate, call) = await world.BeginRefreshAsync();
        await world.ExecuteAsync("UPDATE llx_oauth_token SET token = 'spoiled' WHERE service = 'Google-Mail'");
        gate.Release();
        await call;
        Assert.Single(world.JournalFiles);
        return host;
    }
}
