// SPDX-License-Identifier: GPL-3.0-or-later

using System.Globalization;
using DolibarrOAuthBridge.IntegrationTests.Support;

namespace DolibarrOAuthBridge.IntegrationTests.Broker;

/// <summary>Rows that stock code, or a person, deletes, inserts anew, empties or spoils while the provider's answer is under way.</summary>
public sealed class StockRowTests(SharedServer shared)
{
    [Fact]
    public async Task A_row_that_is_deleted_and_inserted_anew_meanwhile_gets_the_answer()
    {
        await using var world = await World.CreateAsync(shared.Server);
        await world.GrantExpiredAsync();
        var (host, gate, call) = await world.BeginRefreshAsync();
        await DeleteAndInsertAsync(world, await world.RawAsync());
        gate.Release();

        Assert.Equal(world.Authority.LastAccessToken, (await call).Value);
        Assert.Equal(world.Authority.CurrentRefreshToken, (await world.StoredAsync()).RefreshToken);
        await host.RefreshAsync();
        Assert.False(world.Authority.SawReuse);
    }

    [Fact]
    public async Task A_row_that_comes_back_after_the_answer_with_the_spent_refresh_token_is_healed()
    {
        await using var world = await World.CreateAsync(shared.Server);
        await world.GrantExpiredAsync();
        var old = await world.RawAsync();
        var (host, gate, call) = await world.BeginRefreshAsync();
        await world.ExecuteAsync("DELETE FROM llx_oauth_token WHERE service = 'Google-Mail'");
        gate.Release();
        await BridgeHost.FailAsync(() => call, ProblemCode.TokenNotFound);
        Assert.Empty(world.JournalFiles);
        await DeleteAndInsertAsync(world, old);

        await host.RefreshAsync();

        Assert.False(world.Authority.SawReuse);
        Assert.Equal(2, world.Authority.Granted);
        Assert.Equal(world.Authority.CurrentRefreshToken, (await world.StoredAsync()).RefreshToken);
    }

    [Fact]
    public async Task A_row_that_is_emptied_meanwhile_and_filled_again_with_the_spent_refresh_token_is_healed()
    {
        await using var world = await World.CreateAsync(shared.Server);
        await world.GrantExpiredAsync();
        var old = await world.RawAsync();
        var (host, gate, call) = await world.BeginRefreshAsync();
        await world.ExecuteAsync("UPDATE llx_oauth_token SET token = '' WHERE service = 'Google-Mail'");
        gate.Release();
        await BridgeHost.FailAsync(() => call, ProblemCode.TokenNotFound);

        await world.ExecuteAsync($"UPDATE llx_oauth_token SET token = '{old}' WHERE service = 'Google-Mail'");
        await host.RefreshAsync();

        Assert.False(world.Authority.SawReuse);
        Assert.Equal(world.Authority.CurrentRefreshToken, (await world.StoredAsync()).RefreshToken);
    }

    [Theory]
    [InlineData("no token at all")]
    [InlineData("dolcrypt:AES-256-CTR:1234567890123456:bm9uc2Vuc2U=")]
    public async Task An_answer_whose_row_cannot_be_read_waits_until_it_can(string spoilt)
    {
        await using var world = await World.CreateAsync(shared.Server);
        await world.GrantExpiredAsync();
        var old = await world.RawAsync();
        var (host, gate, call) = await world.BeginRefreshAsync();
        await world.ExecuteAsync($"UPDATE llx_oauth_token SET token = '{spoilt}' WHERE service = 'Google-Mail'");
        gate.Release();
        await Task.WhenAny(call);
        await host.RenewAsync();
        Assert.Single(world.JournalFiles);

        await world.ExecuteAsync($"UPDATE llx_oauth_token SET token = '{old}' WHERE service = 'Google-Mail'");
        await host.RenewAsync();

        Assert.Empty(world.JournalFiles);
        Assert.Equal(world.Authority.CurrentRefreshToken, (await world.StoredAsync()).RefreshToken);
        await host.RefreshAsync();
        Assert.False(world.Authority.SawReuse);
    }

    [Fact]
    public async Task An_answer_survives_a_change_of_the_key_in_conf_php()
    {
        await using var world = await World.CreateAsync(shared.Server);
        await world.GrantExpiredAsync();
        var token = await world.StoredAsync();
        var (_, gate, call) = await world.BeginRefreshAsync();
        await world.ExecuteAsync("UPDATE llx_oauth_token SET token = 'sealed with another key' WHERE service = 'Google-Mail'");
        gate.Release();
        await Task.WhenAny(call);
        Assert.Single(world.JournalFiles);

        await world.RewriteConfAsync(Demo.Database.DolibarrInstallOptions.GoldenKey, "another-instance-unique-id");
        var conf = Dolibarr.Configuration.DolibarrConfReader.Read(world.Install.ConfPath);
        var sealedAnew = new Dolibarr.Tokens.TokenCodec(conf.Keys).Encode(token, Dolibarr.Tokens.StoredForm.Encrypted());
        await world.ExecuteAsync($"UPDATE llx_oauth_token SET token = '{sealedAnew}' WHERE service = 'Google-Mail'");
        var next = world.Open();
        await next.RenewAsync();

        Assert.Empty(world.JournalFiles);
        Assert.Equal(world.Authority.LastAccessToken, (await next.TokenAsync()).Value);
        Assert.Equal(1, world.Authority.Asked);
    }

    [Fact]
    public async Task A_refresh_token_from_a_hundred_rotations_ago_is_healed()
    {
        await using var world = await World.CreateAsync(shared.Server);
        await world.GrantExpiredAsync();
        var old = await world.RawAsync();
        var host = world.Open();
        for (var rotation = 0; rotation < 100; rotation++)
        {
            await host.RefreshAsync();
        }

        await world.ExecuteAsync($"UPDATE llx_oauth_token SET token = '{old}' WHERE service = 'Google-Mail'");
        await host.RefreshAsync();

        Assert.False(world.Authority.SawReuse);
        Assert.Equal(world.Authority.CurrentRefreshToken, (await world.StoredAsync()).RefreshToken);
        // Each with the proof that the bridge replaced it; the row was healed before it was refreshed.
        Assert.Equal("202", await world.QueryAsync("SELECT COUNT(*) FROM llx_oauthbridge_superseded"));
    }

    [Fact]
    [Trait("Database", "MariaDB")]
    public async Task A_spent_refresh_token_that_is_written_back_the_moment_it_was_healed_is_not_sent()
    {
        await using var world = await World.CreateAsync(shared.Server);
        await world.GrantExpiredAsync();
        var old = await world.RawAsync();
        var host = world.Open();
        await host.TokenAsync();
        await world.ExecuteAsync($"UPDATE llx_oauth_token SET token = '{old}' WHERE service = 'Google-Mail'");
        await world.ExecuteAsync("CREATE TRIGGER write_back BEFORE UPDATE ON llx_oauth_token FOR EACH ROW SET NEW.token = OLD.token");

        await Assert.ThrowsAsync<BridgeException>(() => host.RefreshAsync());
        Assert.Equal(1, world.Authority.Asked);

        await world.ExecuteAsync("DROP TRIGGER write_back");
        await host.RefreshAsync();
        Assert.Equal(2, world.Authority.Granted);
        Assert.False(world.Authority.SawReuse);
    }

    private static async Task DeleteAndInsertAsync(World world, string value)
    {
        await world.ExecuteAsync("DELETE FROM llx_oauth_token WHERE service = 'Google-Mail'");
        await world.ExecuteAsync(
            string.Create(
                CultureInfo.InvariantCulture,
                $"INSERT INTO llx_oauth_token (service, token, entity, datec) VALUES ('Google-Mail', '{value}', 1, UTC_TIMESTAMP())"
            )
        );
    }
}
