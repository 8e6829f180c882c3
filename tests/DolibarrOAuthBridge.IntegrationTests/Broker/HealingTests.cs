// SPDX-License-Identifier: GPL-3.0-or-later

using DolibarrOAuthBridge.Demo.Database;
using DolibarrOAuthBridge.Dolibarr.Tokens;
using DolibarrOAuthBridge.Grants;
using DolibarrOAuthBridge.IntegrationTests.Support;

namespace DolibarrOAuthBridge.IntegrationTests.Broker;

/// <summary>Stock PHP at work on the same row.</summary>
public sealed class HealingTests(SharedServer shared)
{
    [Fact]
    public async Task A_refresh_token_that_is_written_back_right_after_healing_is_not_spent()
    {
        await using var world = await World.CreateAsync(shared.Server);
        await world.GrantExpiredAsync();
        var old = await world.RawAsync();
        var host = world.Open();
        await host.TokenAsync();
        world.Clock.Advance(TimeSpan.FromHours(2));
        await world.ExecuteAsync($"UPDATE llx_oauth_token SET token = '{old}' WHERE service = '{World.Service}'");
        await world.ExecuteAsync($"CREATE TRIGGER back BEFORE UPDATE ON llx_oauth_token FOR EACH ROW SET NEW.token = '{old}'");

        await host.TokenFailsAsync(ProblemCode.StoreNotWritable);

        Assert.Equal(1, world.Authority.Asked);
        Assert.False(world.Authority.SawReuse);
    }

    [Fact]
    public async Task What_stock_php_writes_over_a_rotated_refresh_token_is_healed_before_the_next_refresh()
    {
        await using var world = await World.CreateAsync(shared.Server);
        var old = await world.GrantExpiredAsync();
        var host = world.Open();
        await host.TokenAsync();
        await StockAsync(world, "restore", old.RefreshToken!);
        Assert.Equal(old.RefreshToken, (await world.StoredAsync()).RefreshToken);
        world.Clock.Advance(TimeSpan.FromHours(2));

        await host.TokenAsync();

        Assert.False(world.Authority.SawReuse);
        Assert.Equal(2, world.Authority.Granted);
        Assert.Equal(world.Authority.CurrentRefreshToken, (await world.StoredAsync()).RefreshToken);
    }

    [Fact]
    public async Task A_row_that_stock_php_left_without_refresh_token_is_healed()
    {
        await using var world = await World.CreateAsync(shared.Server);
        await world.GrantExpiredAsync();
        var host = world.Open();
        await host.TokenAsync();
        await StockAsync(world, "strip", string.Empty);
        Assert.Null((await world.StoredAsync()).RefreshToken);
        world.Clock.Advance(TimeSpan.FromHours(2));

        await host.TokenAsync();

        Assert.False(world.Authority.SawReuse);
        Assert.Equal(2, world.Authority.Granted);
    }

    [Fact]
    public async Task The_background_renewal_heals_a_row_without_a_refresh()
    {
        await using var world = await World.CreateAsync(shared.Server);
        var old = await world.GrantExpiredAsync();
        var host = world.Open();
        await host.TokenAsync();
        var accessToken = (await world.StoredAsync()).AccessToken;
        await StockAsync(world, "restore", old.RefreshToken!);

        await host.RenewAsync();

        var stored = await world.StoredAsync();
        Assert.Equal((accessToken, world.Authority.CurrentRefreshToken), (stored.AccessToken, stored.RefreshToken));
        Assert.Equal(1, world.Authority.Asked);
        Assert.Equal("1", await world.QueryAsync("SELECT COUNT(*) FROM llx_oauthbridge_event WHERE kind = 'healed'"));
    }

    [Fact]
    public async Task A_remembered_refresh_token_that_was_moved_or_changed_by_sql_is_not_put_back()
    {
        await using var world = await World.CreateAsync(shared.Server);
        var old = await world.GrantExpiredAsync();
        var host = world.Open();
        await host.TokenAsync();
        var own = (await host.MemoryAsync()).NewestToken!;
        Assert.StartsWith("bridge1:", own, StringComparison.Ordinal);
        var foreign = host.Get<RememberedToken>().Seal(new GrantKey("Generic-Pwn", 1), "a token of somebody else")!;
        var changed = own[..^2] + (own.EndsWith("AA", StringComparison.Ordinal) ? "BB" : "AA");
        var unsealed = host.Get<TokenCodec>().EncryptText("a secret of another table");
        foreach (var planted in (string[])[foreign, changed, unsealed])
        {
            await world.ExecuteAsync($"UPDATE llx_oauthbridge_grant SET newest_token = '{planted}'");
            await StockAsync(world, "restore", old.RefreshToken!);

            await host.RenewAsync();

            Assert.Equal(old.RefreshToken, (await world.StoredAsync()).RefreshToken);
        }

        await world.ExecuteAsync($"UPDATE llx_oauthbridge_grant SET newest_token = '{own}'");
        await host.RenewAsync();
        Assert.Equal(world.Authority.CurrentRefreshToken, (await world.StoredAsync()).RefreshToken);
    }

    [Fact]
    public async Task A_refresh_token_from_ten_rotations_ago_is_healed_too()
    {
        await using var world = await World.CreateAsync(shared.Server);
        var old = await world.GrantExpiredAsync();
        var host = world.Open();
        for (var round = 0; round < 10; round++)
        {
            await host.TokenAsync();
            world.Clock.Advance(TimeSpan.FromHours(2));
        }

        await StockAsync(world, "restore", old.RefreshToken!);
        await host.TokenAsync();

        Assert.False(world.Authority.SawReuse);
        Assert.Equal(11, world.Authority.Granted);
    }

    [Fact]
    public async Task A_new_consent_is_not_taken_for_something_to_heal()
    {
        await using var world = await World.CreateAsync(shared.Server);
        await world.GrantExpiredAsync();
        var host = world.Open();
        await host.TokenAsync();
        var consented = await world.GrantAsync(TimeSpan.FromHours(1));

        await host.RenewAsync();

        Assert.Equal(consented.RefreshToken, (await world.StoredAsync()).RefreshToken);
    }

    [Fact]
    public async Task The_refresh_token_of_a_deleted_row_is_not_put_into_its_successor()
    {
        await using var world = await World.CreateAsync(shared.Server);
        await world.GrantExpiredAsync();
        var host = world.Open();
        await host.TokenAsync();
        await world.ExecuteAsync("DELETE FROM llx_oauth_token WHERE service = 'Google-Mail'");
        var other = await world.GrantAsync(TimeSpan.FromHours(1)); // another account, whose provider gave no refresh token
        await world.Install.SetTokenAsync(World.Entry, other.WithRefreshToken(null));

        await host.RenewAsync();

        Assert.Null((await world.StoredAsync()).RefreshToken);
    }

    [Fact]
    public async Task Real_php_reads_back_what_the_bridge_wrote()
    {
        await using var world = await World.CreateAsync(shared.Server);
        await world.GrantExpiredAsync();
        await world.Open().TokenAsync();

        var read = await StockAsync(world, "read", string.Empty);

        var stored = await world.StoredAsync();
        Assert.Equal(
            "OAuth\\OAuth2\\Token\\StdOAuth2Token\n"
                + $"{stored.AccessToken}\n{stored.RefreshToken}\n{stored.EndOfLife.Value}\nscope,token_type",
            read.Replace("token_type,scope", "scope,token_type", StringComparison.Ordinal)
        );
    }

    // Runs stock code's part on the row: php changes the value, the row takes it without looking, as DoliStorage does.
    private static async Task<string> StockAsync(World world, string action, string refreshToken)
    {
        var start = new System.Diagnostics.ProcessStartInfo(
            "php",
            ["-n", Path.Combine(AppContext.BaseDirectory, "php", "stock.php"), action]
        )
        {
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
        };
        using var php = System.Diagnostics.Process.Start(start)!;
        await php.StandardInput.WriteAsync($"{await world.RawAsync()}\n{DolibarrInstallOptions.GoldenKey}\n{refreshToken}\n");
        php.StandardInput.Close();
        var output = (await php.StandardOutput.ReadToEndAsync()).TrimEnd('\n');
        await php.WaitForExitAsync();
        Assert.Equal(0, php.ExitCode);
        if (action != "read")
        {
            await world.ExecuteAsync($"UPDATE llx_oauth_token SET token = '{output}' WHERE service = 'Google-Mail' AND entity = 1");
        }

        return output;
    }
}
