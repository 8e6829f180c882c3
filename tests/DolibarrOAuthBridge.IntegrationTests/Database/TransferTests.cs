// SPDX-License-Identifier: GPL-3.0-or-later

using DolibarrOAuthBridge.IntegrationTests.Support;

namespace DolibarrOAuthBridge.IntegrationTests.Database;

/// <summary>export and import of a grant between two Dolibarrs, by the real program.</summary>
public sealed class TransferTests(SharedServer shared) : IAsyncDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory("oauthbridge-transfer").FullName;

    private string Bundle => Path.Combine(_folder, "grant.json");

    private string PassphraseFile => Path.Combine(_folder, "passphrase");

    [Fact]
    public async Task A_grant_moves_to_another_server_and_is_live_on_that_one_only()
    {
        await using var from = await World.CreateAsync(shared.Server);
        await using var to = await World.CreateAsync(shared.Server);
        await to.ExecuteAsync("DELETE FROM llx_oauth_token WHERE service = 'Google-Mail'");
        var granted = await from.GrantExpiredAsync();
        await File.WriteAllTextAsync(PassphraseFile, "correct horse battery\n");

        var exported = await from.RunAsync("export", World.Entry, Bundle, "--passphrase-file", PassphraseFile);
        var imported = await to.RunAsync("import", Bundle, "--passphrase-file", PassphraseFile);

        Assert.True((exported.ExitCode, imported.ExitCode) == (0, 0), exported.Error + imported.Error);
        Assert.Equal((granted.AccessToken, granted.RefreshToken), Pair(await to.StoredAsync()));
        Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite, File.GetUnixFileMode(Bundle));
        Assert.DoesNotContain("canary", await File.ReadAllTextAsync(Bundle), StringComparison.Ordinal);
        var refusal = await from.Open().TokenFailsAsync(ProblemCode.EntryPaused);
        Assert.Contains("moved to another server", refusal.Message, StringComparison.Ordinal);
        Assert.Equal(1, (await from.RunAsync("resume", World.Entry)).ExitCode);
        Assert.Equal(1, (await from.RunAsync("export", World.Entry, Bundle + "2", "--passphrase-file", PassphraseFile)).ExitCode);
        Assert.Equal("exported", await from.QueryAsync("SELECT kind FROM llx_oauthbridge_event"));
        Assert.Equal("consented\nimported", await to.QueryAsync("SELECT kind FROM llx_oauthbridge_event ORDER BY rowid"));
    }

    [Fact]
    public async Task What_is_exported_is_the_newest_refresh_token_although_stock_code_wrote_an_older_one_over_it()
    {
        await using var from = await World.CreateAsync(shared.Server);
        await using var to = await World.CreateAsync(shared.Server);
        await to.ExecuteAsync("DELETE FROM llx_oauth_token WHERE service = 'Google-Mail'");
        var old = await from.GrantExpiredAsync();
        await from.Open().TokenAsync();
        Assert.Equal(0, (await from.RunAsync("pause", World.Entry)).ExitCode);
        await from.Install.SetTokenAsync(World.Entry, (await from.StoredAsync()).WithRefreshToken(old.RefreshToken));
        await File.WriteAllTextAsync(PassphraseFile, "correct horse battery");

        var exported = await from.RunAsync("export", World.Entry, Bundle, "--passphrase-file", PassphraseFile);
        var imported = await to.RunAsync("import", Bundle, "--passphrase-file", PassphraseFile);

        Assert.True((exported.ExitCode, imported.ExitCode) == (0, 0), exported.Error + imported.Error);
        Assert.Equal(from.Authority.CurrentRefreshToken, (await to.StoredAsync()).RefreshToken);
    }

    [Fact]
    public async Task An_export_is_refused_where_the_newest_refresh_token_cannot_be_read()
    {
        await using var world = await World.CreateAsync(shared.Server);
        var old = await world.GrantExpiredAsync();
        await world.Open().TokenAsync();
        await world.Install.SetTokenAsync(World.Entry, (await world.StoredAsync()).WithRefreshToken(old.RefreshToken));
        await world.ExecuteAsync("UPDATE llx_oauthbridge_grant SET newest_token = 'bridge1:AAAA'");
        await File.WriteAllTextAsync(PassphraseFile, "correct horse battery");

        var exported = await world.RunAsync("export", World.Entry, Bundle, "--passphrase-file", PassphraseFile);

        Assert.Equal(1, exported.ExitCode);
        Assert.Contains("older refresh token", exported.Error, StringComparison.Ordinal);
        Assert.Equal("0", await world.QueryAsync("SELECT COUNT(*) FROM llx_oauthbridge_grant WHERE paused_at IS NOT NULL"));
    }

    [Fact]
    public async Task A_second_import_and_one_over_another_token_are_refused()
    {
        await using var from = await World.CreateAsync(shared.Server);
        await using var to = await World.CreateAsync(shared.Server);
        await from.GrantAsync(TimeSpan.FromHours(1));
        await to.GrantAsync(TimeSpan.FromHours(1));
        var own = await to.RawAsync();
        await File.WriteAllTextAsync(PassphraseFile, "correct horse battery");
        await from.RunAsync("export", World.Entry, Bundle, "--passphrase-file", PassphraseFile);

        var over = await to.RunAsync("import", Bundle, "--passphrase-file", PassphraseFile);
        var unchanged = await to.RawAsync();
        var replaced = await to.RunAsync("import", Bundle, "--replace", "--passphrase-file", PassphraseFile);
        var second = await to.RunAsync("import", Bundle, "--replace", "--passphrase-file", PassphraseFile);

        Assert.Equal((1, 0, 1), (over.ExitCode, replaced.ExitCode, second.ExitCode));
        Assert.Contains("add --replace", over.Error, StringComparison.Ordinal);
        Assert.Equal(own, unchanged);
        Assert.Contains("imported already", second.Error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task One_export_is_not_imported_into_a_second_entry_or_company()
    {
        await using var from = await World.CreateAsync(shared.Server);
        await using var to = await World.CreateAsync(shared.Server);
        await from.GrantAsync(TimeSpan.FromHours(1));
        await to.ExecuteAsync(
            $"""
            DELETE FROM llx_oauth_token;
            INSERT INTO llx_const (name, value, entity) VALUES
                ('OAUTH_GOOGLE-Second_ID', '{World.ClientId}', 1), ('OAUTH_GOOGLE-Second_SECRET', 'x', 1),
                ('OAUTH_GOOGLE-Mail_ID', '{World.ClientId}', 2), ('OAUTH_GOOGLE-Mail_SECRET', 'x', 2);
            """
        );
        await File.WriteAllTextAsync(PassphraseFile, "correct horse battery");
        await from.RunAsync("export", World.Entry, Bundle, "--passphrase-file", PassphraseFile);

        var first = await to.RunAsync("import", Bundle, "--passphrase-file", PassphraseFile);
        var company = await to.RunAsync("import", Bundle, "--entity", "2", "--passphrase-file", PassphraseFile);
        var entry = await to.RunAsync("import", Bundle, "--entry", "GOOGLE-Second", "--passphrase-file", PassphraseFile);
        await to.ExecuteAsync("DELETE FROM llx_oauthbridge_event");
        var unknown = await to.RunAsync("import", Bundle, "--entry", "GOOGLE-Second", "--passphrase-file", PassphraseFile);

        Assert.Equal((0, 1, 1, 1), (first.ExitCode, company.ExitCode, entry.ExitCode, unknown.ExitCode));
        Assert.All([company, entry], result =>
            Assert.Contains("imported already, into Google-Mail (entity 1)", result.Error, StringComparison.Ordinal)
        );
        Assert.Contains("Google-Mail (entity 1) has this very grant already", unknown.Error, StringComparison.Ordinal);
        Assert.Equal("1", await to.QueryAsync("SELECT COUNT(*) FROM llx_oauth_token"));
    }

    [Fact]
    public async Task A_database_that_renews_the_very_grant_does_not_take_it_in_again()
    {
        await using var world = await World.CreateAsync(shared.Server);
        await world.GrantAsync(TimeSpan.FromHours(1));
        await File.WriteAllTextAsync(PassphraseFile, "correct horse battery");
        await world.RunAsync("export", World.Entry, Bundle, "--passphrase-file", PassphraseFile);
        var resumed = await world.RunAsync("resume", World.Entry, "--even-if-moved");

        var imported = await world.RunAsync("import", Bundle, "--replace", "--passphrase-file", PassphraseFile);

        Assert.Equal((0, 1), (resumed.ExitCode, imported.ExitCode));
        Assert.Contains("has this very grant already", imported.Error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_file_that_cannot_be_written_leaves_the_grant_live()
    {
        await using var world = await World.CreateAsync(shared.Server);
        await world.GrantExpiredAsync();
        await File.WriteAllTextAsync(PassphraseFile, "correct horse battery");
        await File.WriteAllTextAsync(Bundle, "somebody else's");

        var exported = await world.RunAsync("export", World.Entry, Bundle, "--passphrase-file", PassphraseFile);
        await world.Open().TokenAsync();

        Assert.Equal(2, exported.ExitCode);
        Assert.Equal("somebody else's", await File.ReadAllTextAsync(Bundle));
        Assert.Equal(1, world.Authority.Granted);
    }

    [Theory]
    [InlineData("another passphrase", "passphrase is wrong", 1)]
    [InlineData("short", "12 characters", 2)]
    public async Task A_wrong_or_short_passphrase_changes_nothing(string passphrase, string words, int exitCode)
    {
        await using var from = await World.CreateAsync(shared.Server);
        await from.GrantAsync(TimeSpan.FromHours(1));
        await File.WriteAllTextAsync(PassphraseFile, "correct horse battery");
        await from.RunAsync("export", World.Entry, Bundle, "--passphrase-file", PassphraseFile);
        await File.WriteAllTextAsync(PassphraseFile, passphrase);

        var imported = await from.RunAsync("import", Bundle, "--passphrase-file", PassphraseFile);

        Assert.Equal(exitCode, imported.ExitCode);
        Assert.Contains(words, imported.Error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_grant_of_another_client_is_refused()
    {
        await using var from = await World.CreateAsync(shared.Server);
        await using var to = await World.CreateAsync(shared.Server);
        await from.GrantAsync(TimeSpan.FromHours(1));
        await to.Install.SetConstAsync("OAUTH_GOOGLE-Mail_ID", "another client");
        await File.WriteAllTextAsync(PassphraseFile, "correct horse battery");
        await from.RunAsync("export", World.Entry, Bundle, "--passphrase-file", PassphraseFile);

        var imported = await to.RunAsync("import", Bundle, "--replace", "--passphrase-file", PassphraseFile);

        Assert.Equal(1, imported.ExitCode);
        Assert.Contains("works for its own client only", imported.Error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Revoke_can_be_tried_without_changing_anything()
    {
        await using var world = await World.CreateAsync(shared.Server);
        await world.GrantAsync(TimeSpan.FromHours(1));
        var before = await world.RawAsync();

        var plan = await world.RunAsync("revoke", World.Entry, "--dry-run");
        var local = await world.RunAsync("revoke", World.Entry, "--dry-run", "--local-only", "--json");

        Assert.StartsWith(world.Authority.RevocationEndpoint, plan.Output, StringComparison.Ordinal);
        Assert.Contains("\"endpoint\": null", local.Output, StringComparison.Ordinal);
        Assert.Equal(before, await world.RawAsync());
    }

    public ValueTask DisposeAsync()
    {
        Directory.Delete(_folder, recursive: true);
        return ValueTask.CompletedTask;
    }

    private static (string?, string?) Pair(Dolibarr.Tokens.StoredToken token) => (token.AccessToken, token.RefreshToken);
}
