// SPDX-License-Identifier: GPL-3.0-or-later

using System.Text;
using DolibarrOAuthBridge.Dolibarr.Php;
using DolibarrOAuthBridge.Dolibarr.Tokens;
using DolibarrOAuthBridge.IntegrationTests.Support;
using DolibarrOAuthBridge.Tokens;

namespace DolibarrOAuthBridge.IntegrationTests.Consents;

/// <summary>The end of a grant, at each provider in its own way, and in the database.</summary>
public sealed class RevocationTests(SharedServer shared)
{
    private const string GitHubGrant = "/applications/client/grant";

    [Fact]
    public async Task A_revoked_grant_is_dead_at_a_real_provider_and_gone_from_the_database()
    {
        await using var provider = await Consenting.ProviderAsync();
        await using var world = await World.CreateAsync(shared.Server);
        world.Settings = Consenting.Settings(provider);
        await world.Install.SetConstAsync("OAUTH_GOOGLE-Mail_SCOPE", "gmail_full");
        var host = world.Open();
        await host.ConsentAsync(provider);
        var stored = await world.StoredAsync();

        Assert.Equal(RevocationOutcome.Revoked, await host.Get<GrantRevoker>().RevokeAsync(World.Entry, 1, atProvider: true));

        Assert.Null(await world.Install.FindTokenRowAsync(World.Entry));
        Assert.Equal((null, null), ((await host.MemoryAsync()).NewestToken, (await host.MemoryAsync()).Account));
        // As if somebody restored the row.
        await world.Install.SetTokenAsync(World.Entry, stored with { EndOfLife = EndOfLife.At(DateTimeOffset.UnixEpoch) });
        await host.TokenFailsAsync(ProblemCode.ConsentRequired);
    }

    [Fact]
    public async Task What_is_revoked_is_the_newest_refresh_token_although_stock_code_wrote_an_older_one_over_it()
    {
        await using var world = await World.CreateAsync(shared.Server);
        var old = await world.GrantExpiredAsync();
        var host = world.Open();
        await host.TokenAsync();
        await world.Install.SetTokenAsync(World.Entry, (await world.StoredAsync()).WithRefreshToken(old.RefreshToken));

        Assert.Equal(RevocationOutcome.Revoked, await host.Get<GrantRevoker>().RevokeAsync(World.Entry, 1, atProvider: true));

        Assert.Equal(
            world.Authority.CurrentRefreshToken,
            Assert.Single(world.Authority.Server.RequestsTo(Authority.RevocationPath))["token"]
        );
        Assert.Null(await world.Install.FindTokenRowAsync(World.Entry));
    }

    [Fact]
    public async Task A_row_that_is_gone_when_it_is_to_be_deleted_counts_as_deleted()
    {
        await using var world = await World.CreateAsync(shared.Server);
        await world.GrantAsync(TimeSpan.FromHours(1));
        var host = world.Open();
        await host.Get<GrantPause>().PauseAsync(World.Entry, 1, null);
        world.Authority.Server.Map(
            Authority.RevocationPath,
            _ => world.ExecuteAsync("DELETE FROM llx_oauth_token WHERE service = 'Google-Mail'")
        );

        Assert.Equal(RevocationOutcome.Revoked, await host.Get<GrantRevoker>().RevokeAsync(World.Entry, 1, atProvider: true));

        Assert.False((await host.MemoryAsync()).IsPaused);
        Assert.Equal("1", await world.QueryAsync("SELECT COUNT(*) FROM llx_oauthbridge_event WHERE kind = 'revoked'"));
    }

    [Theory]
    [InlineData(200, "")]
    [InlineData(202, "later")]
    [InlineData(204, "")]
    [InlineData(400, """{"error":"invalid_token"}""")]
    [InlineData(401, """{"error":"invalid_token","error_description":"Token expired or revoked"}""")]
    public async Task Any_2xx_and_invalid_token_end_the_row(int status, string body)
    {
        await using var world = await World.CreateAsync(shared.Server);
        await world.GrantAsync(TimeSpan.FromHours(1));
        world.Authority.Server.MapJson(Authority.RevocationPath, body, status);

        Assert.Equal(RevocationOutcome.Revoked, await world.Open().Get<GrantRevoker>().RevokeAsync(World.Entry, 1, atProvider: true));
        Assert.Null(await world.Install.FindTokenRowAsync(World.Entry));
    }

    [Theory]
    [InlineData(302, "", ProblemCode.ProviderRejected)]
    [InlineData(400, """{"error":"invalid_request"}""", ProblemCode.ProviderRejected)]
    [InlineData(400, """["invalid_token"]""", ProblemCode.ProviderRejected)]
    [InlineData(500, """{"error":"invalid_token"}""", ProblemCode.ProviderUnavailable)]
    public async Task Any_other_answer_to_a_revocation_keeps_the_row(int status, string body, string problem)
    {
        await using var world = await World.CreateAsync(shared.Server);
        await world.GrantAsync(TimeSpan.FromHours(1));
        world.Authority.Server.MapJson(Authority.RevocationPath, body, status);
        var revoker = world.Open().Get<GrantRevoker>();

        await BridgeHost.FailAsync(() => revoker.RevokeAsync(World.Entry, 1, atProvider: true), problem);
        Assert.NotNull(await world.Install.FindTokenRowAsync(World.Entry));
    }

    [Fact]
    public async Task GitHub_is_asked_in_its_own_way_to_forget_the_whole_grant()
    {
        await using var world = await GitHubAsync();
        world.Authority.Server.Map(GitHubGrant, static context =>
        {
            context.Response.StatusCode = 204;
            return Task.CompletedTask;
        });

        Assert.Equal(RevocationOutcome.Revoked, await world.Open().Get<GrantRevoker>().RevokeAsync("GITHUB-Dev", 1, atProvider: true));

        var request = Assert.Single(world.Authority.Server.RequestsTo(GitHubGrant));
        Assert.Equal("DELETE", request.Method);
        Assert.Equal(
            "Basic " + Convert.ToBase64String(Encoding.UTF8.GetBytes($"{World.ClientId}:{World.ClientSecret}")),
            request.Headers["Authorization"]
        );
        Assert.Equal("application/vnd.github+json", request.Headers["Accept"]);
        Assert.Null(await world.Install.FindTokenRowAsync("GITHUB-Dev"));
    }

    [Theory]
    [InlineData(404, null)] // the user had ended it
    [InlineData(401, ProblemCode.ProviderRejected)]
    [InlineData(422, ProblemCode.ProviderRejected)]
    [InlineData(503, ProblemCode.ProviderUnavailable)]
    public async Task GitHubs_refusal_keeps_the_row_and_what_is_over_already_does_not(int status, string? problem)
    {
        await using var world = await GitHubAsync();
        world.Authority.Server.MapJson(GitHubGrant, """{"message":"no"}""", status);
        var revoker = world.Open().Get<GrantRevoker>();

        if (problem is null)
        {
            Assert.Equal(RevocationOutcome.Revoked, await revoker.RevokeAsync("GITHUB-Dev", 1, atProvider: true));
        }
        else
        {
            await BridgeHost.FailAsync(() => revoker.RevokeAsync("GITHUB-Dev", 1, atProvider: true), problem);
            Assert.NotNull(await world.Install.FindTokenRowAsync("GITHUB-Dev"));
            Assert.Equal(RevocationOutcome.Failed, await revoker.RevokeAsync("GITHUB-Dev", 1, atProvider: true, force: true));
        }

        Assert.Null(await world.Install.FindTokenRowAsync("GITHUB-Dev"));
    }

    [Fact]
    public async Task GitHub_cannot_end_a_grant_by_an_access_token_that_has_ended()
    {
        await using var world = await GitHubAsync();
        var ended = new StoredToken("gho_canary", "ghr_canary", EndOfLife.At(DateTimeOffset.UtcNow.AddHours(-1)), PhpArray.Empty);
        await world.Install.SetTokenAsync("GITHUB-Dev", ended);
        world.Authority.Server.MapJson(GitHubGrant, """{"message":"Not Found"}""", 404);

        await BridgeHost.FailAsync(
            () => world.Open().Get<GrantRevoker>().RevokeAsync("GITHUB-Dev", 1, atProvider: true),
            ProblemCode.ProviderRejected
        );

        Assert.NotNull(await world.Install.FindTokenRowAsync("GITHUB-Dev"));
    }

    [Fact]
    public async Task Stripe_is_told_which_account_to_let_go()
    {
        await using var world = await World.CreateAsync(shared.Server);
        world.Settings = new Dictionary<string, string?>
        {
            ["Providers:StripeTest:RevocationEndpoint"] = world.Authority.RevocationEndpoint,
        };
        await SetAsync(world, "STRIPETEST", "at-canary-1", PhpArray.Empty.With("stripe_user_id", new PhpString("acct_1")));

        Assert.Equal(RevocationOutcome.Revoked, await world.Open().Get<GrantRevoker>().RevokeAsync("STRIPETEST", 1, atProvider: true));

        var request = Assert.Single(world.Authority.Server.RequestsTo(Authority.RevocationPath));
        Assert.Equal(("acct_1", World.ClientId), (request["stripe_user_id"], request["client_id"]));
        Assert.Equal("Basic " + Convert.ToBase64String(Encoding.UTF8.GetBytes(World.ClientSecret + ":")), request.Headers["Authorization"]);
    }

    [Fact]
    public async Task Microsoft_has_no_revocation_so_the_row_goes_and_the_answer_says_it_lives_on_there()
    {
        await using var world = await World.CreateAsync(shared.Server);
        await SetAsync(world, "MICROSOFT-Office", "at-canary-1", PhpArray.Empty);
        await world.Install.SetConstAsync("OAUTH_MICROSOFT-Office_TENANT", "contoso.example");
        var sidecar = await world.ServeAsync();

        using var response = await sidecar.Client.DeleteAsync(new Uri("/v1/entries/MICROSOFT-Office/token?revoke=true", UriKind.Relative));

        Assert.Equal((204, "not_offered"), ((int)response.StatusCode, Assert.Single(response.Headers.GetValues("Revocation"))));
        Assert.Null(await world.Install.FindTokenRowAsync("MICROSOFT-Office"));
        Assert.Empty(world.Authority.Server.Requests);
        Assert.Contains(
            "NotOffered",
            await world.QueryAsync("SELECT detail FROM llx_oauthbridge_event WHERE kind = 'revoked'"),
            StringComparison.Ordinal
        );
    }

    private static async Task SetAsync(World world, string entry, string accessToken, PhpArray extra)
    {
        await world.Install.SetConstAsync($"OAUTH_{entry}_ID", World.ClientId);
        await world.Install.SetConstAsync($"OAUTH_{entry}_SECRET", World.ClientSecret);
        await world.Install.SetTokenAsync(entry, new StoredToken(accessToken, null, EndOfLife.Never, extra));
    }

    private async Task<World> GitHubAsync()
    {
        var world = await World.CreateAsync(shared.Server);
        world.Settings = new Dictionary<string, string?>
        {
            ["Providers:GitHub:RevocationEndpoint"] = world.Authority.Server.Endpoint(GitHubGrant).AbsoluteUri,
        };
        await SetAsync(world, "GITHUB-Dev", "gho_canary", PhpArray.Empty);
        return world;
    }
}
