// SPDX-License-Identifier: GPL-3.0-or-later

using System.Text.Json;
using DolibarrOAuthBridge.Dolibarr.Entries;
using DolibarrOAuthBridge.Entries;
using DolibarrOAuthBridge.IntegrationTests.Support;

namespace DolibarrOAuthBridge.IntegrationTests.Database;

/// <summary>One entry, those of one company and those of all are read by different statements and are the same entries.</summary>
public sealed class EntryReadTests(SharedServer shared)
{
    [Fact]
    public async Task One_entry_read_alone_is_the_one_in_the_list()
    {
        await using var world = await CreateAsync();
        var entries = world.Open().Get<EntryDirectory>();

        foreach (var company in new[] { 1, 2 })
        {
            foreach (var entry in await entries.ListAsync(company, TestContext.Current.CancellationToken))
            {
                var alone = await entries.GetAsync(entry.Name.ToString(), company, TestContext.Current.CancellationToken);
                Assert.Equal(Text(entry), Text(alone));
            }
        }
    }

    [Fact]
    public async Task The_list_of_all_companies_is_the_lists_of_each()
    {
        await using var world = await CreateAsync();
        var entries = world.Open().Get<EntryDirectory>();

        var all = await entries.ListAllAsync(TestContext.Current.CancellationToken);

        foreach (var company in new[] { 1, 2 })
        {
            var listed = await entries.ListAsync(company, TestContext.Current.CancellationToken);
            Assert.Equal(listed.Select(Text), all.Where(entry => entry.Entity == company).Select(Text));
        }

        Assert.Equal([1, 2], all.Select(entry => entry.Entity).Distinct());
    }

    [Theory]
    [InlineData("google-MAIL", "GOOGLE-Mail")]
    [InlineData("Google-Mail", "GOOGLE-Mail")]
    [InlineData("Generic-50%_off|", "GENERIC-50%_off|")]
    public async Task A_name_is_found_in_any_case_and_with_any_character(string asked, string found)
    {
        await using var world = await CreateAsync();
        var entries = world.Open().Get<EntryDirectory>();

        var entry = await entries.GetAsync(asked, 1, TestContext.Current.CancellationToken);

        Assert.Equal(found, entry.Name.ToString());
    }

    [Fact]
    public async Task A_client_is_found_in_every_company_that_has_it_and_only_with_its_secret()
    {
        await using var world = await CreateAsync();
        var entries = world.Open().Get<EntryDirectory>();

        var known = await entries.FindByClientAsync("shared-client", "shared-secret", TestContext.Current.CancellationToken);

        Assert.Equal([1, 2], known.Select(entry => entry.Entity));
        Assert.Empty(await entries.FindByClientAsync("shared-client", "another", TestContext.Current.CancellationToken));
        Assert.Empty(await entries.FindByClientAsync("SHARED-client", "shared-secret", TestContext.Current.CancellationToken));
        Assert.Empty(await entries.FindByClientAsync("nobody", "shared-secret", TestContext.Current.CancellationToken));
    }

    private async Task<World> CreateAsync()
    {
        var world = await World.CreateAsync(shared.Server);
        await world.ExecuteAsync(
            """
            INSERT INTO llx_const (name, entity, value) VALUES
              ('OAUTH_GENERIC-All_ID', 0, 'shared-client'), ('OAUTH_GENERIC-All_SECRET', 0, 'shared-secret'),
              ('OAUTH_GENERIC-All_URL', 0, 'https://id.example.com/'), ('OAUTH_GENERIC-All_URL', 2, 'https://two.example.com/'),
              ('OAUTH_GENERIC-50%_off|_ID', 1, 'odd'), ('OAUTH_GENERIC-Two_ID', 2, 'two'),
              ('OAUTHBRIDGE_LOGIN_TENANTS', 2, 'a, b')
            """
        );
        return world;
    }

    private static string Text(OAuthEntry entry) => JsonSerializer.Serialize(entry) + entry.Name;
}
