// SPDX-License-Identifier: GPL-3.0-or-later

using System.Globalization;
using DolibarrOAuthBridge.Grants;
using DolibarrOAuthBridge.IntegrationTests.Support;
using DolibarrOAuthBridge.Tokens;
using DolibarrOAuthBridge.Tokens.Renewal;

namespace DolibarrOAuthBridge.IntegrationTests.Http;

/// <summary>
/// <c>/oauth/token</c> needs no API key, and what it compares with lies in the database. Whoever can write there, and knows a client
/// secret because he planted it, must not have it answer with a grant whose refresh token he does not know.
/// </summary>
public sealed class StockForgeryTests(SharedServer shared)
{
    private const string Planted = "a refresh token that the attacker made up";

    [Theory]
    [InlineData("newest hash")]
    [InlineData("superseded hash")]
    [InlineData("superseded hash in the grant")]
    [InlineData("newest token in the clear")]
    public async Task A_hash_that_somebody_wrote_into_the_database_opens_no_grant(string kind)
    {
        await using var world = await World.CreateAsync(shared.Server);
        await world.GrantExpiredAsync();
        var host = world.Open();
        await host.RefreshAsync();
        await host.RefreshAsync();
        var hash = SecretHash.Of(Planted);
        var now = world.Clock.GetUtcNow().ToString("yyyy-MM-dd HH:mm:ss", CultureInfo.InvariantCulture);
        await world.ExecuteAsync(
            kind switch
            {
                "newest hash" => $"UPDATE llx_oauthbridge_grant SET newest_hash = '{hash}'",
                "superseded hash" => $"INSERT INTO llx_oauthbridge_superseded (service, entity, hash, at) "
                    + $"VALUES ('{World.Service}', 1, '{hash}', '{now}')",
                "superseded hash in the grant" => $"UPDATE llx_oauthbridge_grant SET superseded = '{hash}', refreshed_at = '{now}'",
                _ => $"UPDATE llx_oauthbridge_grant SET newest_hash = '{hash}', newest_token = '{Planted}'",
            }
        );

        await RefusesAsync(host, Planted);
    }

    [Fact]
    public async Task A_proof_and_a_row_that_somebody_moved_to_another_entry_open_nothing()
    {
        const string Other = "GENERIC-Pwn";
        await using var world = await World.CreateAsync(shared.Server);
        await world.GrantExpiredAsync();
        var host = world.Open();
        var mine = (await world.StoredAsync()).RefreshToken!;
        await host.RefreshAsync();
        await world.Install.SetConstAsync($"OAUTH_{Other}_ID", "the attacker's");
        await world.Install.SetConstAsync($"OAUTH_{Other}_SECRET", "the attacker's");
        await world.Install.SetConstAsync($"OAUTH_{Other}_URL", "https://attacker.example");

        // Everything of the grant that the bridge has, under the name of his own entry.
        await world.ExecuteAsync("UPDATE llx_oauth_token SET service = 'Generic-Pwn' WHERE service = 'Google-Mail'");
        await world.ExecuteAsync("UPDATE llx_oauthbridge_superseded SET service = 'Generic-Pwn'");
        await world.ExecuteAsync("UPDATE llx_oauthbridge_grant SET service = 'Generic-Pwn'");

        await RefusesAsync(host, mine, "the attacker's", "the attacker's");
    }

    [Fact]
    public async Task A_row_that_somebody_renamed_to_his_entry_opens_nothing_with_a_refresh_token_that_his_own_server_replaced()
    {
        const string Other = "GENERIC-Pwn";
        await using var world = await World.CreateAsync(shared.Server);
        await world.GrantExpiredAsync();
        var host = world.Open();
        await host.RefreshAsync();
        await world.ExecuteAsync(
            "UPDATE llx_oauthbridge_grant SET granted_at = '2026-01-01 00:00:00', token_row = (SELECT MAX(rowid) FROM llx_oauth_token)"
        );
        await world.Install.SetConstAsync($"OAUTH_{Other}_ID", "the attacker's");
        await world.Install.SetConstAsync($"OAUTH_{Other}_SECRET", "the attacker's");
        await world.Install.SetConstAsync($"OAUTH_{Other}_URL", "https://attacker.example");

        // What the bridge writes when his server has replaced his refresh token; then he renames the row, and what is known follows.
        var proof = host.Get<SupersededTable>().ProofOf(new GrantKey("Generic-Pwn", 1), Planted);
        var now = world.Clock.GetUtcNow().ToString("yyyy-MM-dd HH:mm:ss", CultureInfo.InvariantCulture);
        await world.ExecuteAsync(
            $"INSERT INTO llx_oauthbridge_superseded (service, entity, hash, at) VALUES ('Generic-Pwn', 1, '{proof}', '{now}')"
        );
        await world.ExecuteAsync("UPDATE llx_oauth_token SET service = 'Generic-Pwn' WHERE service = 'Google-Mail'");
        await host.Get<RenewalService>().RunOnceAsync();
        Assert.Equal("1", await world.QueryAsync("SELECT COUNT(*) FROM llx_oauthbridge_event WHERE kind = 'renamed'"));

        await RefusesAsync(host, Planted, "the attacker's", "the attacker's");
    }

    [Fact]
    public async Task A_row_that_is_swapped_while_the_true_one_is_still_in_memory_opens_nothing()
    {
        await using var world = await World.CreateAsync(shared.Server);
        await world.GrantAsync(TimeSpan.FromHours(1));
        world.ReadCache = TimeSpan.FromHours(1);
        var host = world.Open();
        await host.TokenAsync();
        var row = await world.StoredAsync();
        await world.Install.SetTokenAsync(World.Entry, row with { AccessToken = "his own", RefreshToken = Planted });

        await RefusesAsync(host, Planted);
    }

    [Fact]
    public async Task A_refresh_token_that_the_bridge_replaced_a_moment_ago_is_honoured_and_none_before()
    {
        await using var world = await World.CreateAsync(shared.Server);
        var first = (await world.GrantExpiredAsync()).RefreshToken!;
        var host = world.Open();
        await host.RefreshAsync();
        var stock = host.Get<StockRefresh>();

        var entry = await stock.FindEntryAsync(World.ClientId, World.ClientSecret, first, 1);
        Assert.Equal(world.Authority.CurrentRefreshToken, (await stock.RedeemAsync(entry!, first)).RefreshToken);

        world.Clock.Advance(StockRefresh.Grace + TimeSpan.FromMinutes(1));
        await RefusesAsync(host, first);
    }

    private static async Task RefusesAsync(
        BridgeHost host,
        string refreshToken,
        string clientId = World.ClientId,
        string clientSecret = World.ClientSecret
    )
    {
        var stock = host.Get<StockRefresh>();
        await Assert.ThrowsAsync<StockGrantUnknownException>(async () =>
        {
            var entry = await stock.FindEntryAsync(clientId, clientSecret, refreshToken, null);
            await stock.RedeemAsync(entry!, refreshToken);
        });
    }
}
