// SPDX-License-Identifier: GPL-3.0-or-later

using DolibarrOAuthBridge.Consents;
using DolibarrOAuthBridge.Dolibarr.Entries;
using DolibarrOAuthBridge.Dolibarr.Php;
using DolibarrOAuthBridge.Dolibarr.Tokens;
using DolibarrOAuthBridge.Entries;
using DolibarrOAuthBridge.IntegrationTests.Support;
using DolibarrOAuthBridge.Providers;

namespace DolibarrOAuthBridge.IntegrationTests.Consents;

/// <summary>What a new grant becomes in Dolibarr's table and in the bridge's memory.</summary>
public sealed class GrantStoreTests(SharedServer shared)
{
    [Fact]
    public async Task A_first_grant_becomes_a_row_such_as_dolibarr_writes()
    {
        await using var world = await World.CreateAsync(shared.Server);
        await world.ExecuteAsync("DELETE FROM llx_oauth_token");
        await world.Install.SetConstAsync("OAUTH_GOOGLE-Mail_SCOPE", "gmail_full,email");
        var host = world.Open();

        var stored = await StoreAsync(host, Grant(world, "rt-canary-1", account: "ada@example.com"));

        Assert.Equal((false, false), (stored.Replaced, stored.KeptRefreshToken));
        var row = await world.Install.FindTokenRowAsync(World.Entry);
        Assert.Equal((stored.RowId, "Google-Mail", "gmail_full,email", false), (row!.RowId, row.Service, row.State, row.HasOwner));
        Assert.StartsWith("dolcrypt:AES-256-CTR:", row.Value, StringComparison.Ordinal);
        Assert.Equal("rt-canary-1", (await world.StoredAsync()).RefreshToken);
        var memory = await host.MemoryAsync();
        Assert.NotNull(memory.GrantedAt);
        Assert.Equal((row.RowId, SecretHash.Of("rt-canary-1"), "ada@example.com"), (memory.TokenRow, memory.NewestHash, memory.Account));
        Assert.Equal("consented", await world.QueryAsync("SELECT kind FROM llx_oauthbridge_event"));
    }

    [Fact]
    public async Task A_new_grant_replaces_the_old_one_in_its_row_and_ends_its_failures()
    {
        await using var world = await World.CreateAsync(shared.Server);
        await world.GrantExpiredAsync();
        var host = world.Open();
        world.Authority.Next(Authority.Error("invalid_grant"));
        await host.TokenFailsAsync(ProblemCode.ConsentRequired);
        var before = await world.Install.FindTokenRowAsync(World.Entry);

        var stored = await StoreAsync(host, Grant(world, "rt-canary-new"));

        Assert.Equal((before!.RowId, true, false), (stored.RowId, stored.Replaced, stored.KeptRefreshToken));
        Assert.Equal("at-canary-new", (await host.TokenAsync()).Value);
        var memory = await host.MemoryAsync();
        Assert.Equal((null, null, 0, 0), (memory.LastError, memory.DeadHash, memory.FailureCount, memory.RefreshCount));
    }

    [Fact]
    public async Task Without_a_new_refresh_token_the_newest_of_before_stays_even_where_stock_code_had_written_an_older_one()
    {
        await using var world = await World.CreateAsync(shared.Server);
        var first = await world.GrantExpiredAsync();
        var host = world.Open();
        await host.TokenAsync();
        var rotated = world.Authority.CurrentRefreshToken;
        await world.Install.SetTokenAsync(World.Entry, (await world.StoredAsync()).WithRefreshToken(first.RefreshToken));

        var stored = await StoreAsync(host, Grant(world, null));

        Assert.True(stored.KeptRefreshToken);
        Assert.Equal(("at-canary-new", rotated), ((await world.StoredAsync()).AccessToken, (await world.StoredAsync()).RefreshToken));
        world.Clock.Advance(TimeSpan.FromHours(2));
        var refreshed = await host.TokenAsync();
        Assert.Equal(world.Authority.LastAccessToken, refreshed.Value);
        Assert.False(world.Authority.SawReuse);
    }

    [Fact]
    public async Task Another_account_is_refused_until_it_is_confirmed_and_never_gets_the_refresh_token_of_the_first()
    {
        await using var world = await World.CreateAsync(shared.Server);
        var host = world.Open();
        await StoreAsync(host, Grant(world, "rt-canary-of-ada", account: "ada@example.com"));
        var row = await world.QueryAsync("SELECT * FROM llx_oauth_token");

        var refusal = await BridgeHost.FailAsync(
            () => StoreAsync(host, Grant(world, null, account: "grace@example.com")),
            ProblemCode.AccountChanged
        );

        Assert.Contains("ada@example.com", refusal.Message, StringComparison.Ordinal);
        Assert.Contains("grace@example.com", refusal.Message, StringComparison.Ordinal);
        Assert.Equal(row, await world.QueryAsync("SELECT * FROM llx_oauth_token"));

        var stored = await StoreAsync(host, Grant(world, null, account: "grace@example.com", confirms: true));

        Assert.Equal("ada@example.com", stored.PreviousAccount!.Name);
        Assert.Null((await world.StoredAsync()).RefreshToken);
        var memory = await host.MemoryAsync();
        Assert.Equal(("grace@example.com", null), (memory.Account, memory.NewestToken));
    }

    [Fact]
    public async Task Nothing_is_stored_when_the_provider_fails_and_the_lease_is_free_again()
    {
        await using var world = await World.CreateAsync(shared.Server);
        await world.GrantAsync(TimeSpan.FromHours(1));
        var host = world.Open();
        var before = await world.QueryAsync("SELECT * FROM llx_oauth_token");
        var entry = await EntryAsync(host);

        await Assert.ThrowsAsync<BridgeException>(() =>
            StoreAsync(host, entry, _ => throw new BridgeException(ProblemCode.ProviderRejected, "no"))
        );

        Assert.Equal(before, await world.QueryAsync("SELECT * FROM llx_oauth_token"));
        world.Clock.Advance(TimeSpan.FromHours(2));
        var refreshed = await host.TokenAsync();
        Assert.Equal(world.Authority.LastAccessToken, refreshed.Value);
    }

    [Fact]
    public async Task Where_the_row_cannot_be_written_the_provider_is_not_asked()
    {
        await using var world = await World.CreateAsync(shared.Server);
        await world.GrantAsync(TimeSpan.FromHours(1));
        await world.ExecuteAsync("INSERT INTO llx_oauth_token (service, token, entity) SELECT service, token, entity FROM llx_oauth_token");
        var host = world.Open();
        var entry = await EntryAsync(host);
        var asked = false;

        await BridgeHost.FailAsync(() => StoreAsync(host, entry, _ => Note()), ProblemCode.TokenDuplicate);

        Assert.False(asked);

        Task<NewGrant> Note()
        {
            asked = true;
            return Task.FromResult(Grant(world, null));
        }
    }

    [Fact]
    public async Task A_service_name_that_does_not_fit_the_column_is_refused_before_the_provider_is_asked()
    {
        await using var world = await World.CreateAsync(shared.Server);
        var name = "GOOGLE-" + new string('x', 40);
        await world.Install.SetConstAsync($"OAUTH_{name}_ID", World.ClientId);
        await world.Install.SetConstAsync($"OAUTH_{name}_SECRET", World.ClientSecret);
        var host = world.Open();
        var entry = await host.Get<EntryDirectory>().GetAsync(name, 1);

        await BridgeHost.FailAsync(
            () => StoreAsync(host, entry, _ => throw new InvalidOperationException("asked")),
            ProblemCode.StoreNotWritable
        );
    }

    [Fact]
    public async Task The_row_without_token_that_stock_code_made_before_its_redirect_is_filled()
    {
        await using var world = await World.CreateAsync(shared.Server);
        await world.ExecuteAsync(
            "DELETE FROM llx_oauth_token; INSERT INTO llx_oauth_token (service, state, entity) VALUES ('Google-Mail', 'gmail_full-0123', 1)"
        );
        var host = world.Open();

        await StoreAsync(host, Grant(world, "rt-canary-1"));

        Assert.Equal("1", await world.QueryAsync("SELECT COUNT(*) FROM llx_oauth_token WHERE service = 'Google-Mail'"));
        Assert.Equal("rt-canary-1", (await world.StoredAsync()).RefreshToken);
    }

    [Fact]
    [Trait("Database", "MariaDB")] // PostgreSQL has no text with the zero bytes of PHP's serialized objects
    public async Task Old_releases_without_a_state_column_get_the_token_unencrypted_as_they_read_it()
    {
        await using var world = await World.CreateAsync(shared.Server);
        await world.UseTablesAsync();
        await world.ExecuteAsync("DELETE FROM llx_oauth_token; ALTER TABLE llx_oauth_token DROP COLUMN state, DROP COLUMN tokenstring");

        await StoreAsync(world.Open(), Grant(world, "rt-canary-1"));

        Assert.StartsWith("O:33:", await world.RawAsync(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_row_that_no_key_opens_is_replaced()
    {
        await using var world = await World.CreateAsync(shared.Server);
        await world.GrantAsync(TimeSpan.FromHours(1));
        await world.Install.WriteConfAsync("00000000000000000000000000000000");
        var host = world.Open();
        var entry = await EntryAsync(host);

        var stored = await StoreAsync(host, entry, _ => Task.FromResult(Grant(world, "rt-canary-1")));

        Assert.False(stored.KeptRefreshToken);
        Assert.Equal("at-canary-new", (await host.TokenAsync()).Value);
    }

    [Fact]
    public async Task A_refresh_under_way_is_waited_for_and_does_not_overwrite_the_consent()
    {
        await using var world = await World.CreateAsync(shared.Server);
        await world.GrantExpiredAsync();
        var (refreshing, consenting) = (world.Open(), world.Open());
        var gate = world.Authority.HoldNextAnswer();
        var refresh = refreshing.TokenAsync();
        await gate.Arrived;
        var asked = new TaskCompletionSource();
        var entry = await EntryAsync(consenting);
        var consent = StoreAsync(consenting, entry, _ =>
        {
            asked.SetResult();
            return Task.FromResult(Grant(world, "rt-canary-new"));
        });
        Assert.False(asked.Task.IsCompleted);
        gate.Release();
        await refresh;
        await consent;

        Assert.Equal("rt-canary-new", (await world.StoredAsync()).RefreshToken);
    }

    [Fact]
    public async Task A_journal_record_of_the_grant_before_does_not_overwrite_a_consent_without_refresh_token()
    {
        await using var world = await World.CreateAsync(shared.Server);
        await world.GrantExpiredAsync();
        var (refreshing, consenting) = (world.Open(), world.Open());
        var gate = world.Authority.HoldNextAnswer();
        var refresh = refreshing.TokenAsync();
        await gate.Arrived;
        // As if the refresher's machine hung past its lease.
        await world.ExecuteAsync("UPDATE llx_oauthbridge_grant SET lease_owner = NULL, lease_until = NULL");
        await world.ExecuteAsync("UPDATE llx_oauthbridge_grant SET account = 'ada@example.com'");
        await StoreAsync(consenting, Grant(world, null, account: "grace@example.com", confirms: true));
        var row = await world.RawAsync();
        gate.Release();

        Assert.Equal("at-canary-new", (await refresh).Value);
        Assert.Equal(row, await world.RawAsync());
        Assert.Empty(world.JournalFiles);
    }

    [Fact]
    public async Task What_stock_code_writes_back_over_a_consent_is_healed_to_the_new_refresh_token()
    {
        await using var world = await World.CreateAsync(shared.Server);
        var old = await world.GrantExpiredAsync();
        var host = world.Open();
        await StoreAsync(host, Grant(world, world.Authority.Consent()));
        await world.Install.SetTokenAsync(World.Entry, old);

        await host.TokenAsync();

        Assert.False(world.Authority.SawReuse);
        Assert.Equal(world.Authority.CurrentRefreshToken, (await world.StoredAsync()).RefreshToken);
    }

    internal static async Task<OAuthEntry> EntryAsync(BridgeHost host) => await host.Get<EntryDirectory>().GetAsync(World.Entry, 1);

    internal static async Task<StoredConsent> StoreAsync(BridgeHost host, NewGrant grant) =>
        await StoreAsync(host, await EntryAsync(host), _ => Task.FromResult(grant));

    internal static async Task<StoredConsent> StoreAsync(BridgeHost host, OAuthEntry entry, Func<CancellationToken, Task<NewGrant>> obtain)
    {
        var store = host.Get<GrantStore>();
        await using var lease = await store.BeginAsync(entry);
        return await store.StoreAsync(lease, entry, await obtain(CancellationToken.None));
    }

    internal static NewGrant Grant(World world, string? refreshToken, string? account = null, bool confirms = false) =>
        new()
        {
            Token = new StoredToken(
                "at-canary-new",
                refreshToken,
                EndOfLife.At(world.Clock.GetUtcNow().AddHours(1)),
                PhpArray.Empty.With("token_type", new PhpString("Bearer"))
            ),
            Account = GrantAccount.Of(null, account),
            ConfirmsAccountChange = confirms,
        };
}
