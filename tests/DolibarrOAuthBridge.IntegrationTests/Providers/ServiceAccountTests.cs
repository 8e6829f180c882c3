// SPDX-License-Identifier: GPL-3.0-or-later

using System.Security.Cryptography;
using System.Text.Json.Nodes;
using DolibarrOAuthBridge.Demo.Processes;
using DolibarrOAuthBridge.Dolibarr.Tokens;
using DolibarrOAuthBridge.IntegrationTests.Support;

namespace DolibarrOAuthBridge.IntegrationTests.Providers;

/// <summary>A Google entry with a service account, by the real executable.</summary>
public sealed class ServiceAccountTests(SharedServer shared)
{
    [Fact]
    public async Task Its_token_is_had_stored_shown_and_renewed_without_a_person()
    {
        await using var files = ScratchDirectory.Create("service-account");
        using var key = RSA.Create(2048);
        var path = Path.Combine(files.Path, "key.json");
        await File.WriteAllTextAsync(
            path,
            new JsonObject
            {
                ["type"] = "service_account",
                ["client_email"] = "erp@project.iam.gserviceaccount.com",
                ["private_key"] = key.ExportPkcs8PrivateKeyPem(),
                ["token_uri"] = "https://oauth2.googleapis.com/token",
            }.ToJsonString()
        );
        File.SetUnixFileMode(path, UnixFileMode.UserRead);
        await using var world = await World.CreateAsync(shared.Server);
        await world.ExecuteAsync("DELETE FROM llx_oauth_token");
        await world.Install.SetConstAsync($"OAUTH_{World.Entry}_SCOPE", "gmail_full");
        world.Settings = new Dictionary<string, string?>
        {
            [$"Entries:{World.Entry}:ServiceAccountKey"] = path,
            [$"Entries:{World.Entry}:Subject"] = "erp@example.com",
        };
        await world.InitAsync();
        world.Authority.Always = Authority.Json(200, """{"access_token":"at-canary-1","token_type":"Bearer","expires_in":3599}""");

        var consent = await world.RunAsync("consent", World.Entry, "--client-credentials");
        Assert.True(consent.ExitCode == 0, consent.Error);
        var entries = await world.RunAsync("entries", "--json");

        Assert.Equal(("at-canary-1", null), ((await world.StoredAsync()).AccessToken, (await world.StoredAsync()).RefreshToken));
        Assert.Contains("client_credentials", entries.Output, StringComparison.Ordinal);
        Assert.DoesNotContain("no_refresh_token", entries.Output, StringComparison.Ordinal);
        world.Authority.Always = Authority.Json(200, """{"access_token":"at-canary-2","token_type":"Bearer","expires_in":3599}""");
        await world.Install.SetTokenAsync(
            World.Entry,
            (await world.StoredAsync()) with
            {
                EndOfLife = EndOfLife.At(DateTimeOffset.UnixEpoch),
            }
        );
        Assert.Equal("at-canary-2", (await world.Open().TokenAsync()).Value);
        Assert.Equal(2, world.Authority.Asked);
    }

    [Theory]
    [InlineData("0")]
    [InlineData("-5")]
    [InlineData("\"0\"")]
    public async Task A_token_that_is_over_at_once_is_neither_handed_out_nor_asked_for_at_every_call(string expiresIn)
    {
        await using var world = await World.CreateAsync(shared.Server);
        await world.GrantExpiredAsync();
        world.Authority.Always = Authority.Json(
            200,
            $$"""{"access_token":"at-canary-over","refresh_token":"rt-canary-new","token_type":"Bearer","expires_in":{{expiresIn}}}"""
        );
        world.Clock.Freeze();
        var host = world.Open();

        for (var call = 0; call < 3; call++)
        {
            var failure = await host.TokenFailsAsync(ProblemCode.ProviderUnavailable);
            Assert.Contains("expires_in", failure.Message, StringComparison.Ordinal);
        }

        Assert.Equal(1, world.Authority.Asked);
        Assert.Equal("rt-canary-new", (await world.StoredAsync()).RefreshToken);
    }
}
