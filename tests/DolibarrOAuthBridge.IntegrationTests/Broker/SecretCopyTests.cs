// SPDX-License-Identifier: GPL-3.0-or-later

using System.Text;
using DolibarrOAuthBridge.Dolibarr.Encryption;
using DolibarrOAuthBridge.Dolibarr.Tokens;
using DolibarrOAuthBridge.Entries;
using DolibarrOAuthBridge.IntegrationTests.Support;
using DolibarrOAuthBridge.Tokens;

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
        var before = token.RefreshToken!;
        var stored = await world.QueryAsync("SELECT token FROM llx_oauth_token WHERE service = 'Google-Mail'");
        var end = StoredTokenFormat.Serialize(token).AsSpan().IndexOf(Encoding.UTF8.GetBytes(before)) + before.Length - 1;
        await world.Install.SetTokenAsync(Stolen, token);
        await world.ExecuteAsync($"UPDATE llx_oauth_token SET token = '{Changed(stored, end, "dolother")}' WHERE service = 'Generic-Pwn'");
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
