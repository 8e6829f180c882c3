// SPDX-License-Identifier: GPL-3.0-or-later

using DolibarrOAuthBridge.Dolibarr.Tokens;
using DolibarrOAuthBridge.IntegrationTests.Support;

namespace DolibarrOAuthBridge.IntegrationTests.Broker;

/// <summary>Which rows are the bridge's to write, and what it says of the others.</summary>
public sealed class RowTests(SharedServer shared)
{
    [Fact]
    public async Task Rows_of_other_owners_and_companies_are_never_touched()
    {
        await using var world = await World.CreateAsync(shared.Server);
        await world.GrantExpiredAsync();
        await world.ExecuteAsync(
            """
            INSERT INTO llx_oauth_token (service, token, entity)
            VALUES ('dolibarr_rest_api', 'a-rest-key', 1), ('Google-Mail', 'another company', 2),
            ('Google-Máil', 'an accent', 1), ('Google-Mail ', 'a trailing space', 1);
            INSERT INTO llx_oauth_token (service, token, entity, fk_user) VALUES ('Google-Mail', 'of a user', 1, 7);
            INSERT INTO llx_oauth_token (service, token, entity, fk_soc) VALUES ('Google-Mail', 'of a third party', 1, 7);
            """
        );
        const string Others = "SELECT * FROM llx_oauth_token WHERE rowid <> 1 ORDER BY rowid";
        var before = await world.QueryAsync(Others);
        var host = world.Open();

        await host.TokenAsync();
        await host.RenewAsync();
        await host.RefreshAsync();

        Assert.Equal(before, await world.QueryAsync(Others));
        Assert.Equal(2, world.Authority.Granted);
    }

    [Fact]
    public async Task Companies_have_their_own_settings_tokens_and_memories()
    {
        await using var world = await World.CreateAsync(shared.Server);
        var one = await world.GrantAsync(TimeSpan.FromHours(1));
        await world.Install.SetConstAsync("OAUTH_GOOGLE-Mail_ID", "client-of-two", 2);
        await world.Install.SetConstAsync("OAUTH_GOOGLE-Mail_SECRET", World.ClientSecret, 2);
        await world.Install.SetTokenAsync(
            World.Entry,
            one with
            {
                AccessToken = "at-canary-two",
                EndOfLife = EndOfLife.At(world.Clock.GetUtcNow().AddHours(-1)),
            },
            2
        );
        var before = await world.RawAsync();
        var host = world.Open();

        var two = await host.TokenAsync(entity: 2);

        Assert.Equal(world.Authority.LastAccessToken, two.Value);
        Assert.Equal("client-of-two", world.Authority.Server.RequestsTo(Authority.TokenPath)[0]["client_id"]);
        Assert.Equal(before, await world.RawAsync());
        Assert.Equal(one.AccessToken, (await host.TokenAsync()).Value);
        await BridgeHost.FailAsync(() => host.TokenAsync(entity: 3), ProblemCode.EntryNotFound);
    }

    [Fact]
    public async Task Two_rows_for_one_entry_are_reported_and_left_alone()
    {
        await using var world = await World.CreateAsync(shared.Server);
        await world.GrantExpiredAsync();
        await world.ExecuteAsync(
            "INSERT INTO llx_oauth_token (service, token, entity) SELECT service, token, entity FROM llx_oauth_token WHERE rowid = 1"
        );
        var before = await world.QueryAsync("SELECT * FROM llx_oauth_token");
        var host = world.Open();

        await host.TokenFailsAsync(ProblemCode.TokenDuplicate);
        await BridgeHost.FailAsync(() => host.RefreshAsync(), ProblemCode.TokenDuplicate);
        await host.RenewAsync();

        Assert.Equal(before, await world.QueryAsync("SELECT * FROM llx_oauth_token"));
        Assert.Equal(0, world.Authority.Asked);
    }

    [Fact]
    public async Task With_a_wrong_key_the_row_is_unreadable_and_untouched()
    {
        await using var world = await World.CreateAsync(shared.Server);
        await world.GrantExpiredAsync();
        var before = await world.QueryAsync("SELECT * FROM llx_oauth_token");
        await world.Install.WriteConfAsync("00000000000000000000000000000000");
        var host = world.Open();

        var failure = await host.TokenFailsAsync(ProblemCode.TokenUnreadable);
        await host.RenewAsync();

        Assert.Contains("restored without its conf.php", failure.Message, StringComparison.Ordinal);
        Assert.Equal(before, await world.QueryAsync("SELECT * FROM llx_oauth_token"));
        Assert.Equal(0, world.Authority.Asked);
    }

    [Fact]
    public async Task An_entry_without_a_token_or_a_secret_is_told_apart()
    {
        await using var world = await World.CreateAsync(shared.Server);
        var host = world.Open();
        await host.TokenFailsAsync(ProblemCode.TokenNotFound, "GOOGLE-Login");
        await host.TokenFailsAsync(ProblemCode.EntryNotFound, "GOOGLE-Nobody");
        await host.TokenFailsAsync(ProblemCode.EntryNotFound, "../GOOGLE-Mail");
        await world.GrantExpiredAsync();
        await world.Install.DeleteConstAsync("OAUTH_GOOGLE-Mail_SECRET");
        var second = world.Open();

        var failure = await second.TokenFailsAsync(ProblemCode.EntryIncomplete);

        Assert.Contains("OAUTH_GOOGLE-Mail_SECRET", failure.Message, StringComparison.Ordinal);
        Assert.Equal(0, world.Authority.Asked);
    }
}
