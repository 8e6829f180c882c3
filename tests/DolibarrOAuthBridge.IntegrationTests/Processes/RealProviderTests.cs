// SPDX-License-Identifier: GPL-3.0-or-later

using DolibarrOAuthBridge.Demo.Provider;
using DolibarrOAuthBridge.IntegrationTests.Support;

namespace DolibarrOAuthBridge.IntegrationTests.Processes;

/// <summary>The sidecar against a real OpenID provider, OpenIddict, that rotates refresh tokens and detects their reuse.</summary>
public sealed class RealProviderTests(SharedServer shared)
{
    [Fact]
    public async Task Two_sidecars_and_two_hundred_callers_make_one_refresh_round_after_round()
    {
        await using var provider = await StandInProvider.StartAsync(
            new StandInProviderOptions { Clients = [new StandInClient { ClientId = World.ClientId, ClientSecret = World.ClientSecret }] }
        );
        await using var world = await World.CreateAsync(shared.Server);
        world.Settings = new Dictionary<string, string?> { ["Providers:Google:TokenEndpoint"] = provider.Endpoint("token").AbsoluteUri };
        var issued = await provider.IssueAsync(World.ClientId, null, "openid email");
        await world.Install.SetTokenAsync(World.Entry, issued, DateTimeOffset.UnixEpoch);
        await world.InitAsync();
        const string ReadEveryTime = "--Bridge:ReadCache=0"; // the test writes the row too
        var sidecars = await Task.WhenAll(world.ServeAsync(null, ReadEveryTime), world.ServeAsync(null, ReadEveryTime));

        for (var round = 1; round <= 3; round++)
        {
            var tokens = await Task.WhenAll(Enumerable.Range(0, 200).Select(caller => sidecars[caller % 2].TokenAsync()));

            Assert.Single(tokens.Distinct());
            Assert.Equal((round, round), (provider.Requests.RefreshCount, provider.Requests.RefreshesGranted));
            var stored = await world.StoredAsync();
            Assert.Equal(tokens[0], stored.AccessToken);
            Assert.NotEqual(issued.RefreshToken, stored.RefreshToken);
            await world.Install.SetTokenAsync(
                World.Entry,
                stored with
                {
                    EndOfLife = DolibarrOAuthBridge.Dolibarr.Tokens.EndOfLife.At(DateTimeOffset.UnixEpoch),
                }
            );
        }
    }

    [Fact]
    public async Task A_lost_answer_is_told_as_unavailable_and_the_revoked_grant_as_consent_required()
    {
        await using var provider = await StandInProvider.StartAsync(
            new StandInProviderOptions { Clients = [new StandInClient { ClientId = World.ClientId, ClientSecret = World.ClientSecret }] }
        );
        await using var world = await World.CreateAsync(shared.Server);
        world.Settings = new Dictionary<string, string?> { ["Providers:Google:TokenEndpoint"] = provider.Endpoint("token").AbsoluteUri };
        await world.Install.SetTokenAsync(
            World.Entry,
            await provider.IssueAsync(World.ClientId, null, "openid email"),
            DateTimeOffset.UnixEpoch
        );
        provider.Faults.Next(TokenFault.DropAfter());
        var host = world.Open();
        var row = await world.RawAsync();

        var failure = await host.TokenFailsAsync(ProblemCode.ProviderUnavailable);
        Assert.Equal(1, provider.Requests.RefreshCount); // never sent again by itself: the refresh token may be spent
        world.Clock.Advance(failure.RetryAfter!.Value + TimeSpan.FromSeconds(1));
        await host.TokenFailsAsync(ProblemCode.ConsentRequired);

        Assert.Equal(row, await world.RawAsync());
        Assert.Equal(2, provider.Requests.RefreshCount);
    }
}
