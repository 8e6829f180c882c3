// SPDX-License-Identifier: GPL-3.0-or-later

using DolibarrOAuthBridge.Demo.Provider;
using DolibarrOAuthBridge.IntegrationTests.Support;

namespace DolibarrOAuthBridge.IntegrationTests.Consents;

/// <summary>Consent at the providers other than Google, each at its own paths and in its own dialect.</summary>
public sealed class OtherProviderTests(SharedServer shared)
{
    [Theory]
    [InlineData("MICROSOFT", "Microsoft", "Microsoft-Office")]
    [InlineData("MICROSOFT2", "Microsoft2", "Microsoft2-Office")]
    [InlineData("MICROSOFT3", "Microsoft3", "Microsoft3-Office")]
    public async Task Microsoft_grants_a_mailbox_and_renews_it_with_its_scopes(string key, string name, string service)
    {
        const string Scope = "https://outlook.office.com/SMTP.Send";
        await using var provider = await Consenting.ProviderAsync(RefreshTokenPolicy.WhenAsked, Scope);
        await using var world = await World.CreateAsync(shared.Server);
        await SetAsync(world, $"{key}-Office", $"{Scope},openid");
        await world.Install.SetConstAsync($"OAUTH_{key}-Office_TENANT", "contoso.example");
        world.Settings = Settings(provider, name, "contoso.example/oauth2/v2.0/authorize", "contoso.example/oauth2/v2.0/token");
        var host = world.Open();

        var result = await host.ConsentAsync(provider, entry: $"{key}-Office");

        Assert.Equal(("valid", true), (result.Token.Status, result.Token.HasRefreshToken));
        var row = await world.Install.FindTokenRowAsync($"{key}-Office");
        Assert.Equal((service, $"{Scope},openid"), (row!.Service, row.State));
        world.Clock.Advance(TimeSpan.FromHours(2));
        await host.TokenAsync($"{key}-Office");
        Assert.Equal(1, provider.Requests.RefreshesGranted);
    }

    [Fact]
    public async Task GitHub_answers_in_its_dialect_and_its_grant_is_kept_as_dolibarr_keeps_it()
    {
        await using var provider = await Consenting.ProviderAsync(RefreshTokenPolicy.Never, "user", "public_repo");
        await using var world = await World.CreateAsync(shared.Server);
        await SetAsync(world, "GITHUB-Dev", "user,public_repo");
        world.Settings = Settings(provider, "GitHub", "login/oauth/authorize", "login/oauth/access_token");

        var result = await world.Open().ConsentAsync(provider, entry: "GITHUB-Dev");

        Assert.Equal("GITHUB-Dev", result.Entry);
        Assert.Equal("GitHub-Dev", (await world.Install.FindTokenRowAsync("GITHUB-Dev"))!.Service);
        Assert.Equal("user,public_repo", (await world.StoredAsync("GITHUB-Dev")).Scope);
    }

    [Fact]
    public async Task A_microsoft_entry_without_user_is_not_granted_by_code()
    {
        await using var world = await World.CreateAsync(shared.Server);
        await SetAsync(world, "MICROSOFTAPP-Mail", "");
        await world.Install.SetConstAsync("OAUTH_MICROSOFTAPP-Mail_TENANT", "contoso.example");

        await BridgeHost.FailAsync(() => world.Open().BeginAsync("MICROSOFTAPP-Mail"), ProblemCode.InvalidRequest);
    }

    private static Dictionary<string, string?> Settings(StandInProvider provider, string name, string authorize, string token) =>
        new()
        {
            [$"Providers:{name}:AuthorizationEndpoint"] = provider.Endpoint(authorize).AbsoluteUri,
            [$"Providers:{name}:TokenEndpoint"] = provider.Endpoint(token).AbsoluteUri,
        };

    private static async Task SetAsync(World world, string entry, string scope)
    {
        await world.Install.SetConstAsync($"OAUTH_{entry}_ID", World.ClientId);
        await world.Install.SetConstAsync($"OAUTH_{entry}_SECRET", World.ClientSecret);
        await world.Install.SetConstAsync($"OAUTH_{entry}_SCOPE", scope);
    }
}
