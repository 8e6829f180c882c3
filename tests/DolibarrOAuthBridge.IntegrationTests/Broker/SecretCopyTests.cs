// SPDX-License-Identifier: GPL-3.0-or-later

using System.Text;
using DolibarrOAuthBridge.Dolibarr.Encryption;
using DolibarrOAuthBridge.Dolibarr.Tokens;
using DolibarrOAuthBridge.Entries;
using DolibarrOAuthBridge.IntegrationTests.Support;
using DolibarrOAuthBridge.Tokens;
using DolibarrOAuthBridge.Tokens.Renewal;

namespace DolibarrOAuthBridge.IntegrationTests.Broker;

/// <summary>A ciphertext that somebody copied by SQL, and changed, is known for a copy in every form that is decrypted.</summary>
public sealed class SecretCopyTests(SharedServer shared)
{
    private const string Stolen = "GENERIC-Pwn";

    [Theory]
    [InlineData("SECRET_KEY", "dolcrypt")]
    [InlineData("SECRET", " dolcrypt")]
    [InlineData("SECRET", "dolother")]
    public async Task A_changed_copy_is_not_sent_in_whatever_way_it_is_stored(string ending, string prefix)
    {
        await using var world = await World.CreateAsync(shared.Server);
        await using var thief = await Authority.StartAsync();
        await world.GrantExpiredAsync();
        await world.Open().RefreshAsync();
        await AddGenericAsync(world, thief);
        await world.Install.SetTokenAsync(Stolen, (await world.StoredAsync()) with { RefreshToken = "the-thiefs-own" });
        var copy = Changed(await world.QueryAsync("SELECT value FROM llx_const WHERE name = 'OAUTH_GOOGLE-Mail_SECRET'"), 0, prefix);
        await world.ExecuteAsync(
            $"UPDATE llx_const SET name = 'OAUTH_GENERIC-Pwn_{ending}', value = '{copy}' WHERE name = 'OAUTH_GENERIC-Pwn_SECRET'"
        );
        var host = world.Open();

        await BridgeHost.FailAsync(() => host.Get<TokenBroker>().RefreshAsync(Stolen, 1), ProblemCode.SecretRebound);

        Assert.Equal(0, thief.Asked);
    }

    [Fact]
    public async Task A_changed_copy_of_a_refresh_token_is_not_sent_in_whatever_way_it_is_stored()
    {
        await using var world = await World.CreateAsync(shared.Server);
        await using var thief = await Authority.StartAsync();
        await world.GrantExpiredAsync();
        await world.Open().RefreshAsync();
        await AddGenericAsync(world, thief);
        var token = await world.StoredAsync();
        var stored = await world.QueryAsync("SELECT token FROM llx_oauth_token WHERE service = 'Google-Mail'");
        await world.Install.SetTokenAsync(Stolen, token);
        await world.ExecuteAsync(
            $"UPDATE llx_oauth_token SET token = '{Changed(stored, EndOf(token), "dolother")}' WHERE service = 'Generic-Pwn'"
        );
        var host = world.Open();

        await BridgeHost.FailAsync(() => host.Get<TokenBroker>().RefreshAsync(Stolen, 1), ProblemCode.SecretRebound);

        Assert.Equal(0, thief.Asked);
    }

    [Fact]
    public async Task A_changed_secret_that_was_moved_is_not_sent_though_its_IV_came_as_a_refresh_token_from_the_thief()
    {
        await using var world = await World.CreateAsync(shared.Server);
        await using var thief = await Authority.StartAsync();
        await world.GrantExpiredAsync();
        await world.Open().RefreshAsync();
        await AddGenericAsync(world, thief);
        var stored = await world.QueryAsync("SELECT value FROM llx_const WHERE name = 'OAUTH_GOOGLE-Mail_SECRET'");
        var before = world.Open();
        var his = await before.Get<EntryDirectory>().GetAsync(Stolen, 1);
        await before.Get<SecretGuard>().NoteIssuedAsync(his, new Uri(thief.TokenEndpoint), $"IV {DolCrypt.OriginOf(stored)}");
        await world.Install.SetTokenAsync(Stolen, (await world.StoredAsync()) with { RefreshToken = "the-thiefs-own" });
        await world.ExecuteAsync(
            $"UPDATE llx_const SET value = '{Changed(stored, 0, "dolcrypt")}' WHERE name = 'OAUTH_GENERIC-Pwn_SECRET'"
        );
        await world.ExecuteAsync("DELETE FROM llx_const WHERE name LIKE 'OAUTH_GOOGLE-Mail%'");

        var host = world.Open();
        await BridgeHost.FailAsync(() => host.Get<TokenBroker>().RefreshAsync(Stolen, 1), ProblemCode.SecretRebound);

        Assert.Equal(0, thief.Asked);
    }

    [Theory]
    [InlineData("OAUTHBRIDGE_API_KEY")]
    [InlineData("MAIN_MAIL_SMTPS_PW")]
    public async Task Another_setting_that_is_copied_as_a_client_secret_is_not_sent(string setting)
    {
        await using var world = await World.CreateAsync(shared.Server);
        await using var thief = await Authority.StartAsync();
        await AddGenericAsync(world, thief);
        await world.Install.SetConstAsync(setting, "of-something-else");
        await world.ExecuteAsync(
            $"""
            UPDATE llx_const SET value = (SELECT value FROM (SELECT name, value FROM llx_const) AS source WHERE name = '{setting}')
             WHERE name = 'OAUTH_GENERIC-Pwn_SECRET'
            """
        );
        await world.GrantExpiredAsync(Stolen);

        await world.Open().TokenFailsAsync(ProblemCode.SecretRebound, Stolen);

        Assert.Equal(0, thief.Asked);
    }

    [Theory]
    [InlineData("OAUTHBRIDGE_API_KEY")]
    [InlineData("MAIN_MAIL_SMTPS_PW")]
    public async Task Another_setting_that_is_moved_into_a_client_secret_is_not_sent(string setting)
    {
        await using var world = await World.CreateAsync(shared.Server);
        await using var thief = await Authority.StartAsync();
        await AddGenericAsync(world, thief);
        await world.Install.SetConstAsync(setting, "of-something-else");
        await world.Open().Get<RenewalService>().RunOnceAsync();
        await world.ExecuteAsync(
            $"""
            DELETE FROM llx_const WHERE name = 'OAUTH_GENERIC-Pwn_SECRET';
            UPDATE llx_const SET name = 'OAUTH_GENERIC-Pwn_SECRET' WHERE name = '{setting}'
            """
        );
        await world.GrantExpiredAsync(Stolen);
        await world.Open().Get<RenewalService>().RunOnceAsync(); // what is seen at its new place now changes nothing

        await world.Open().TokenFailsAsync(ProblemCode.SecretRebound, Stolen);

        Assert.Equal(0, thief.Asked);
    }

    [Fact]
    public async Task A_row_that_was_moved_and_changed_is_not_sent()
    {
        await using var world = await World.CreateAsync(shared.Server);
        await using var thief = await Authority.StartAsync();
        await world.GrantExpiredAsync();
        var host = world.Open();
        await host.RefreshAsync();
        await host.Get<RenewalService>().RunOnceAsync();
        await AddGenericAsync(world, thief);
        var token = await world.StoredAsync();
        var stored = await world.QueryAsync("SELECT token FROM llx_oauth_token WHERE service = 'Google-Mail'");
        await world.ExecuteAsync(
            $"""
            UPDATE llx_oauth_token SET service = 'Generic-Pwn', token = '{Changed(stored, EndOf(token), "dolcrypt")}'
             WHERE service = 'Google-Mail'
            """
        );

        await BridgeHost.FailAsync(() => world.Open().Get<TokenBroker>().RefreshAsync(Stolen, 1), ProblemCode.SecretRebound);

        Assert.Equal(0, thief.Asked);
    }

    [Fact]
    public async Task An_old_copy_of_a_row_whose_refresh_token_was_replaced_since_is_not_sent()
    {
        await using var world = await World.CreateAsync(shared.Server);
        await using var thief = await Authority.StartAsync();
        await world.GrantExpiredAsync();
        var host = world.Open();
        await host.RefreshAsync();
        var old = await world.QueryAsync("SELECT token FROM llx_oauth_token WHERE service = 'Google-Mail'");
        await host.RefreshAsync();
        await AddGenericAsync(world, thief);
        await world.Install.SetTokenAsync(Stolen, await world.StoredAsync());
        await world.ExecuteAsync($"UPDATE llx_oauth_token SET token = '{old}' WHERE service = 'Generic-Pwn'");

        await BridgeHost.FailAsync(() => host.Get<TokenBroker>().RefreshAsync(Stolen, 1), ProblemCode.SecretRebound);

        Assert.Equal(0, thief.Asked);
    }

    [Fact]
    public async Task A_row_that_was_changed_in_its_place_is_not_sent_to_another_server()
    {
        await using var world = await World.CreateAsync(shared.Server);
        await using var thief = await Authority.StartAsync();
        await using var own = await Authority.StartAsync();
        await AddGenericAsync(world, own);
        var token = await world.GrantAsync(TimeSpan.FromHours(1), Stolen);
        await world.Open().Get<RenewalService>().RunOnceAsync();
        await AddGenericAsync(world, thief);
        var stored = await world.RawAsync(Stolen);
        await world.ExecuteAsync(
            $"""
            UPDATE llx_oauth_token SET token = '{Changed(stored, EndOf(token), "dolcrypt")}' WHERE service = 'Generic-Pwn';
            UPDATE llx_const SET value = 'of-the-thief-in-the-clear' WHERE name = 'OAUTH_GENERIC-Pwn_SECRET'
            """
        );
        await world.Open().Get<RenewalService>().RunOnceAsync(); // what is seen at the new server now changes nothing

        await BridgeHost.FailAsync(() => world.Open().Get<TokenBroker>().RefreshAsync(Stolen, 1), ProblemCode.SecretRebound);

        Assert.Equal(0, thief.Asked);
    }

    [Fact]
    public async Task An_entry_that_Dolibarrs_page_renamed_goes_on()
    {
        await using var world = await World.CreateAsync(shared.Server);
        await using var own = await Authority.StartAsync();
        await AddGenericAsync(world, own);
        own.ClientSecret = "the-thiefs-own";
        var token = await world.GrantExpiredAsync(Stolen);
        await world.ExecuteAsync("DELETE FROM llx_oauth_token WHERE service = 'Generic-Pwn'");
        await world.Install.SetTokenAsync(Stolen, token with { RefreshToken = own.Consent() });
        await world.Open().RefreshAsync(Stolen);
        await world.Open().Get<RenewalService>().RunOnceAsync();

        // The page encrypts the secret anew, and names the row as it names the entry.
        await world.ExecuteAsync(
            """
            UPDATE llx_const SET name = 'OAUTH_GENERIC-Own_ID' WHERE name = 'OAUTH_GENERIC-Pwn_ID';
            UPDATE llx_const SET name = 'OAUTH_GENERIC-Own_URL' WHERE name = 'OAUTH_GENERIC-Pwn_URL';
            DELETE FROM llx_const WHERE name = 'OAUTH_GENERIC-Pwn_SECRET';
            UPDATE llx_oauth_token SET service = 'Generic-Own' WHERE service = 'Generic-Pwn'
            """
        );
        await world.Install.SetConstAsync("OAUTH_GENERIC-Own_SECRET", "the-thiefs-own");

        await world.Open().RefreshAsync("GENERIC-Own");

        Assert.Equal(2, own.Granted);
    }

    private static int EndOf(StoredToken token) =>
        StoredTokenFormat.Serialize(token).AsSpan().IndexOf(Encoding.UTF8.GetBytes(token.RefreshToken!)) + token.RefreshToken!.Length - 1;

    private static async Task AddGenericAsync(World world, Authority authority)
    {
        await world.Install.SetConstAsync($"OAUTH_{Stolen}_ID", World.ClientId);
        await world.Install.SetConstAsync($"OAUTH_{Stolen}_SECRET", "the-thiefs-own");
        await world.Install.SetConstAsync($"OAUTH_{Stolen}_URL", authority.Server.BaseAddress.AbsoluteUri.TrimEnd('/'));
        authority.Server.MapJson(
            "/.well-known/oauth-authorization-server",
            $$"""{"issuer":"{{authority.Server.BaseAddress.AbsoluteUri.TrimEnd('/')}}","token_endpoint":"{{authority.TokenEndpoint}}"}"""
        );
    }

    private static string Changed(string stored, int place, string prefix)
    {
        var parts = stored.Split(':');
        var bytes = Convert.FromBase64String(parts[^1]);
        bytes[place] ^= 1;
        return string.Join(':', [prefix, .. parts[1..^1], Convert.ToBase64String(bytes)]);
    }
}
