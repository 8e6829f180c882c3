// SPDX-License-Identifier: GPL-3.0-or-later

using DolibarrOAuthBridge.Dolibarr.Tokens;
using DolibarrOAuthBridge.Entries;
using DolibarrOAuthBridge.IntegrationTests.Support;
using DolibarrOAuthBridge.Providers;
using DolibarrOAuthBridge.Tokens;

namespace DolibarrOAuthBridge.IntegrationTests.Broker;

/// <summary>Whoever can only write to Dolibarr's database cannot have a secret sent to an address of his own.</summary>
public sealed class SecretGuardTests(SharedServer shared)
{
    private const string Stolen = "GENERIC-Pwn";

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task A_copied_secret_is_not_sent_to_another_address(bool wasUsedBefore)
    {
        await using var world = await World.CreateAsync(shared.Server);
        await using var thief = await Authority.StartAsync();
        await world.GrantExpiredAsync();
        if (wasUsedBefore)
        {
            await world.Open().TokenAsync();
        }

        await CopyAsync(world, thief);

        await world.Open().TokenFailsAsync(ProblemCode.SecretRebound, Stolen);

        Assert.Equal(0, thief.Asked);
        Assert.Equal(thief.Server.BaseAddress.GetLeftPart(UriPartial.Authority), await ReboundAsync(world));
        await world.Open().TokenAsync(); // its owner goes on
    }

    [Fact]
    public async Task A_moved_secret_is_not_sent_to_another_address()
    {
        await using var world = await World.CreateAsync(shared.Server);
        await using var thief = await Authority.StartAsync();
        await world.GrantExpiredAsync();
        await world.Open().RefreshAsync();
        await MoveAsync(world, thief);

        await world.Open().TokenFailsAsync(ProblemCode.SecretRebound, Stolen);

        Assert.Equal(0, thief.Asked);
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task A_copy_of_an_encrypted_secret_that_was_changed_is_not_sent_either(bool isMoved)
    {
        await using var world = await World.CreateAsync(shared.Server);
        await using var thief = await Authority.StartAsync();
        await world.GrantExpiredAsync();
        await world.Open().RefreshAsync();
        await CopyAsync(world, thief);
        // One bit of the first character: the thief computes the secret from what would be sent.
        var parts = (await world.QueryAsync("SELECT value FROM llx_const WHERE name = 'OAUTH_GENERIC-Pwn_SECRET'")).Split(':');
        var bytes = Convert.FromBase64String(parts[^1]);
        bytes[0] ^= 1;
        await world.ExecuteAsync(
            $"""
            UPDATE llx_const SET value = '{string.Join(':', [.. parts[..^1], Convert.ToBase64String(bytes)])}'
             WHERE name = 'OAUTH_GENERIC-Pwn_SECRET'
            """
        );
        if (isMoved)
        {
            await world.ExecuteAsync("DELETE FROM llx_const WHERE name LIKE 'OAUTH_GOOGLE-Mail%'");
        }

        await world.Install.SetTokenAsync(Stolen, (await world.StoredAsync(Stolen)) with { RefreshToken = "the-thiefs-own" });

        await world.Open().TokenFailsAsync(ProblemCode.SecretRebound, Stolen);

        Assert.Equal(0, thief.Asked);
    }

    [Fact]
    public async Task A_refresh_token_alone_is_not_sent_to_another_address_either()
    {
        await using var world = await World.CreateAsync(shared.Server);
        await using var thief = await Authority.StartAsync();
        await world.GrantExpiredAsync();
        await world.Open().RefreshAsync();
        await MoveAsync(world, thief);
        await world.Install.SetConstAsync($"OAUTH_{Stolen}_SECRET", "the-thiefs-own");

        await world.Open().TokenFailsAsync(ProblemCode.SecretRebound, Stolen);

        Assert.Equal(0, thief.Asked);
    }

    [Fact]
    public async Task Deleting_or_forging_what_is_remembered_opens_nothing_not_even_after_a_restart()
    {
        await using var world = await World.CreateAsync(shared.Server);
        await using var thief = await Authority.StartAsync();
        await world.GrantExpiredAsync();
        var host = world.Open();
        await host.RefreshAsync();
        await MoveAsync(world, thief);
        await world.ExecuteAsync(
            "UPDATE llx_oauthbridge_binding SET binding_hash = REPEAT('a', 64), origin = 'http://thief' WHERE rowid = 1"
        );
        await host.TokenFailsAsync(ProblemCode.SecretRebound, Stolen);
        await world.ExecuteAsync("DELETE FROM llx_oauthbridge_binding");

        await host.TokenFailsAsync(ProblemCode.SecretRebound, Stolen);
        await world.Open().TokenFailsAsync(ProblemCode.SecretRebound, Stolen); // another process, with the same state directory
        await world.ExecuteAsync("DELETE FROM llx_oauthbridge_binding");
        await world.Open().TokenFailsAsync(ProblemCode.SecretRebound, Stolen);

        Assert.Equal(0, thief.Asked);
    }

    [Fact]
    public async Task A_new_entry_is_used_where_its_address_says_and_after_a_change_only_when_an_administrator_consents()
    {
        await using var world = await World.CreateAsync(shared.Server);
        await using var other = await Authority.StartAsync();
        var entry = await AddGenericAsync(world, "GENERIC-Own", world.Authority);
        await world.GrantExpiredAsync(entry);
        var first = await world.Open().TokenAsync(entry);
        Assert.Equal(world.Authority.LastAccessToken, first.Value);
        await world.Install.SetConstAsync($"OAUTH_{entry}_URL", other.Server.BaseAddress.AbsoluteUri.TrimEnd('/'));
        other.Adopt(world.Authority.CurrentRefreshToken);

        var host = world.Open();
        await BridgeHost.FailAsync(() => host.Get<TokenBroker>().RefreshAsync(entry, 1), ProblemCode.SecretRebound);
        Assert.Equal(0, other.Asked);

        var guard = host.Get<SecretGuard>();
        var changed = await host.Get<EntryDirectory>().GetAsync(entry, 1);
        await guard.AllowAsync(changed, new Uri(other.TokenEndpoint), world.Authority.CurrentRefreshToken);
        await host.Get<TokenBroker>().RefreshAsync(entry, 1);
        Assert.Equal(1, other.Asked);
    }

    [Fact]
    public async Task An_address_in_the_sidecars_own_configuration_is_trusted()
    {
        await using var world = await World.CreateAsync(shared.Server);
        await using var elsewhere = await Authority.StartAsync();
        await world.GrantExpiredAsync();
        await world.Open().RefreshAsync();
        elsewhere.Adopt(world.Authority.CurrentRefreshToken);
        world.Settings = new Dictionary<string, string?> { ["Providers:Google:TokenEndpoint"] = elsewhere.TokenEndpoint };

        await world.Open().RefreshAsync();

        Assert.Equal(1, elsewhere.Asked);
    }

    [Fact]
    public async Task Revocation_sends_nothing_to_another_address_either()
    {
        await using var world = await World.CreateAsync(shared.Server);
        await using var thief = await Authority.StartAsync();
        await world.GrantExpiredAsync();
        await CopyAsync(world, thief);
        var host = world.Open();
        var entry = await host.Get<EntryDirectory>().GetAsync(Stolen, 1);

        await BridgeHost.FailAsync(
            () => host.Get<SecretGuard>().RequireAsync(entry, new Uri(thief.RevocationEndpoint), ProviderEndpoint.RevocationEndpoint, null),
            ProblemCode.SecretRebound
        );
    }

    [Fact]
    public async Task No_more_is_remembered_than_the_newest_refresh_token_of_a_grant()
    {
        await using var world = await World.CreateAsync(shared.Server);
        await world.GrantExpiredAsync();
        for (var count = 0; count < 5; count++)
        {
            await world.Open().RefreshAsync();
        }

        Assert.Equal("3", await world.QueryAsync("SELECT COUNT(*) FROM llx_oauthbridge_binding")); // and the client secret, with its IV
        var rows = await world.QueryAsync("SELECT * FROM llx_oauthbridge_binding");
        Assert.DoesNotContain("canary", rows, StringComparison.Ordinal);
        Assert.DoesNotContain(SecretHash.Of(World.ClientSecret)!, rows, StringComparison.Ordinal); // keyed, so nobody can guess
    }

    private static async Task<string> AddGenericAsync(World world, string entry, Authority authority)
    {
        await world.Install.SetConstAsync($"OAUTH_{entry}_ID", World.ClientId);
        await world.Install.SetConstAsync($"OAUTH_{entry}_SECRET", World.ClientSecret);
        await world.Install.SetConstAsync($"OAUTH_{entry}_URL", authority.Server.BaseAddress.AbsoluteUri.TrimEnd('/'));
        authority.Server.MapJson(
            "/.well-known/oauth-authorization-server",
            $$"""{"issuer":"{{authority.Server.BaseAddress.AbsoluteUri.TrimEnd('/')}}","token_endpoint":"{{authority.TokenEndpoint}}"}"""
        );
        return entry;
    }

    private static async Task CopyAsync(World world, Authority thief)
    {
        await AddGenericAsync(world, Stolen, thief);
        await world.ExecuteAsync(
            """
            UPDATE llx_const SET value = (SELECT value FROM (SELECT name, value FROM llx_const) AS source
                WHERE name = 'OAUTH_GOOGLE-Mail_SECRET')
             WHERE name = 'OAUTH_GENERIC-Pwn_SECRET'
            """
        );
        var token = await world.StoredAsync();
        await world.Install.SetTokenAsync(Stolen, token with { EndOfLife = EndOfLife.At(world.Clock.GetUtcNow().AddMinutes(-5)) });
    }

    private static async Task MoveAsync(World world, Authority thief)
    {
        await CopyAsync(world, thief);
        await world.ExecuteAsync(
            "DELETE FROM llx_const WHERE name LIKE 'OAUTH_GOOGLE-Mail%'; DELETE FROM llx_oauth_token WHERE service = 'Google-Mail'"
        );
    }

    private static Task<string> ReboundAsync(World world) =>
        world.QueryAsync("SELECT detail FROM llx_oauthbridge_event WHERE kind = 'secret_rebound'");
}
