// SPDX-License-Identifier: GPL-3.0-or-later

using System.Text.Json;
using DolibarrOAuthBridge.Demo.Database;
using DolibarrOAuthBridge.Dolibarr.Encryption;
using DolibarrOAuthBridge.Dolibarr.Tokens;
using DolibarrOAuthBridge.Grants;
using DolibarrOAuthBridge.IntegrationTests.Support;

namespace DolibarrOAuthBridge.IntegrationTests.Rekeying;

/// <summary>rekey on a real server, by the real program.</summary>
public sealed class RekeyTests(SharedServer shared)
{
    internal const string NewKey = "0123456789abcdef0123456789abcdef";
    private const string AllValues =
        "SELECT name, value, tms FROM llx_const UNION ALL "
        + "SELECT CONCAT(rowid, ''), CONCAT_WS(' ', token, tokenstring), tms FROM llx_oauth_token";

    [Fact]
    public async Task A_dry_run_writes_nothing_and_prints_the_next_commands()
    {
        await using var world = await CreateAsync();
        var before = await world.QueryAsync(AllValues);

        var tried = await world.RunAsync("rekey", "--new-conf", await NewConfAsync(world), "--dry-run");

        Assert.Equal(0, tried.ExitCode);
        Assert.Equal(before, await world.QueryAsync(AllValues));
        Assert.Contains("llx_oauth_token.token: 4 values", tried.Output, StringComparison.Ordinal);
        Assert.Matches(@"Run: dolibarr-oauth-bridge rekey --dolibarr-conf \S+ --new-conf \S+", tried.Output);
    }

    [Theory]
    [InlineData("n\n", false)]
    [InlineData("y\n", true)]
    public async Task At_a_terminal_the_person_is_asked_first(string typed, bool changes)
    {
        await using var world = await CreateAsync();
        var before = await world.QueryAsync(AllValues);

        var shown = await Terminal.RunAsync(world, ["rekey", "--new-conf", await NewConfAsync(world)], typed);

        Assert.Contains("now? [y/N]", shown, StringComparison.Ordinal);
        Assert.Equal(changes, before != await world.QueryAsync(AllValues));
    }

    [Fact]
    public async Task Every_value_reads_under_the_new_key_with_its_cipher_and_its_time_of_change()
    {
        await using var world = await CreateAsync();
        await world.GrantExpiredAsync();
        await world.Open().TokenAsync();
        var token = await world.StoredAsync();
        var foreign = new TokenCodec(new InstanceKeys(null, DolibarrInstallOptions.GoldenKey, null)).EncryptText("""{"a":1}""");
        var cbc = DolCrypt.Encrypt("other company"u8, System.Text.Encoding.UTF8.GetBytes(DolibarrInstallOptions.GoldenKey), "aes-128-cbc");
        await world.ExecuteAsync(
            $"""
            ALTER TABLE llx_oauth_token ADD COLUMN tokenstring_refresh text NULL;
            INSERT INTO llx_oauth_token (service, tokenstring, tokenstring_refresh, fk_soc, entity)
            VALUES ('SOMETHING_PROD', '{foreign}', '{foreign}', 3, 2);
            INSERT INTO llx_const (name, value, entity) VALUES ('OTHER_MODULE_PASS', '{cbc}', 2);
            CREATE TABLE llx_user (rowid integer PRIMARY KEY, login varchar(50), api_key varchar(128)) ENGINE=InnoDB;
            INSERT INTO llx_user VALUES (1, 'admin', '{foreign}');
            UPDATE llx_const SET tms = '2020-01-02 03:04:05'; UPDATE llx_oauth_token SET tms = '2020-01-02 03:04:05';
            """
        );

        var done = await world.RunAsync("rekey", "--new-conf", await NewConfAsync(world));

        Assert.True(done.ExitCode == 0, done.Error);
        Assert.Contains("read back and committed", done.Output, StringComparison.Ordinal);
        var codec = new TokenCodec(new InstanceKeys(null, NewKey, null));
        Assert.Equal(token, codec.Decode(await world.RawAsync()));
        Assert.Equal(
            World.ClientSecret,
            codec.DecryptText(await world.QueryAsync("SELECT value FROM llx_const WHERE name = 'OAUTH_GOOGLE-Mail_SECRET'"))
        );
        Assert.Equal(
            """{"a":1}""",
            codec.DecryptText(await world.QueryAsync("SELECT tokenstring FROM llx_oauth_token WHERE service = 'SOMETHING_PROD'"))
        );
        Assert.Equal(
            """{"a":1}""",
            codec.DecryptText(await world.QueryAsync("SELECT tokenstring_refresh FROM llx_oauth_token WHERE service = 'SOMETHING_PROD'"))
        );
        var otherCompany = await world.QueryAsync("SELECT value FROM llx_const WHERE name = 'OTHER_MODULE_PASS'");
        Assert.StartsWith("dolcrypt:aes-128-cbc:", otherCompany, StringComparison.Ordinal);
        Assert.Equal("other company", codec.DecryptText(otherCompany));
        var apiKey = await world.QueryAsync("SELECT api_key FROM llx_user");
        // Dolibarr looks it up with a fixed IV.
        Assert.Equal((foreign.Split(':')[2], """{"a":1}"""), (apiKey.Split(':')[2], codec.DecryptText(apiKey)));
        Assert.Equal("2020-01-02 03:04:05", await world.QueryAsync("SELECT DISTINCT CAST(tms AS CHAR) FROM llx_oauth_token"));

        await world.Install.WriteConfAsync(NewKey);
        var host = world.Open();
        var remembered = (await host.MemoryAsync()).NewestToken!;
        Assert.Equal(token.RefreshToken, host.Get<RememberedToken>().Open(new GrantKey(World.Service, 1), remembered));
        Assert.Equal(token.AccessToken + "\n", (await world.RunAsync("token", World.Entry)).Output);
    }

    [Fact]
    public async Task What_neither_key_reads_is_left_alone_and_listed()
    {
        await using var world = await CreateAsync();
        var strange = DolCrypt.Encrypt("of another instance altogether, long enough"u8, "third key"u8);
        await world.ExecuteAsync(
            $"INSERT INTO llx_const (rowid, name, value, entity) VALUES (901, 'A_SECRET', '{strange}', 1), (902, 'B_SECRET', "
                + "'dolcrypt:AES-256-CTR:short', 1), (903, 'C_SECRET', 'in the clear', 1)"
        );

        var done = await world.RunAsync("rekey", "--new-conf", await NewConfAsync(world), "--json");

        Assert.Equal(0, done.ExitCode);
        var report = JsonDocument.Parse(done.Output).RootElement;
        Assert.True(report.GetProperty("applied").GetBoolean());
        Assert.Equal(
            ["llx_const.value, row 901", "llx_const.value, row 902"],
            report.GetProperty("left_alone").EnumerateArray().Select(place => place.GetString())
        );
        Assert.Equal(
            $"{strange}\ndolcrypt:AES-256-CTR:short\nin the clear",
            await world.QueryAsync("SELECT value FROM llx_const WHERE rowid > 900 ORDER BY rowid")
        );
    }

    [Fact]
    public async Task A_second_run_changes_nothing()
    {
        await using var world = await CreateAsync();
        var conf = await NewConfAsync(world);
        await world.RunAsync("rekey", "--new-conf", conf);
        var before = await world.QueryAsync(AllValues);

        var again = await world.RunAsync("rekey", "--new-conf", conf);

        Assert.Equal(0, again.ExitCode);
        Assert.Contains("There is nothing to change.", again.Output, StringComparison.Ordinal);
        Assert.Matches(@"\d+ values have the new key already", again.Output);
        Assert.Equal(before, await world.QueryAsync(AllValues));
    }

    [Fact]
    public async Task A_run_that_dies_before_the_commit_leaves_the_old_state()
    {
        await using var world = await CreateAsync();
        var before = await world.QueryAsync(AllValues);

        var died = await world.RunAsync(
            new Dictionary<string, string> { ["BRIDGE_TEST_CRASH_AT"] = "rekeyed" },
            "rekey",
            "--new-conf",
            await NewConfAsync(world)
        );

        Assert.NotEqual(0, died.ExitCode);
        Assert.Equal(before, await world.QueryAsync(AllValues));
        Assert.Equal(0, (await world.RunAsync("token", World.Entry)).ExitCode);
    }

    [Fact]
    public async Task A_row_that_somebody_holds_fails_the_run_and_changes_nothing()
    {
        await using var world = await CreateAsync();
        var before = await world.QueryAsync(AllValues);
        await using var connection = await world.ConnectAsync();
        await using var transaction = await connection.BeginTransactionAsync();
        await using var hold = connection.CreateCommand();
        hold.Transaction = transaction;
        hold.CommandText = "SELECT rowid FROM llx_oauth_token WHERE service = 'GitHub-Dev' FOR UPDATE";
        await hold.ExecuteScalarAsync();

        var failed = await world.RunAsync("rekey", "--new-conf", await NewConfAsync(world));

        Assert.Equal(1, failed.ExitCode);
        Assert.StartsWith("rekey_failed: The row is locked", failed.Error, StringComparison.Ordinal);
        Assert.Equal(before, await world.QueryAsync(AllValues));
    }

    [Fact]
    public async Task A_refresh_in_the_journal_is_finished_first()
    {
        await using var world = await CreateAsync();
        await world.GrantExpiredAsync();
        await world.RunAsync(new Dictionary<string, string> { ["BRIDGE_TEST_CRASH_AT"] = "answer-journaled" }, "token", World.Entry);
        Assert.Single(world.JournalFiles);

        var done = await world.RunAsync("rekey", "--new-conf", await NewConfAsync(world));

        Assert.True(done.ExitCode == 0, done.Error);
        Assert.Empty(world.JournalFiles);
        Assert.Equal(
            world.Authority.CurrentRefreshToken,
            new TokenCodec(new InstanceKeys(null, NewKey, null)).Decode(await world.RawAsync()).RefreshToken
        );
    }

    [Fact]
    public async Task A_refresh_under_way_refuses_the_change()
    {
        await using var world = await CreateAsync();
        await world.GrantExpiredAsync();
        var before = await world.QueryAsync(AllValues);
        var gate = world.Authority.HoldNextAnswer();
        var patient = new BridgeOptions { ProviderDeadline = TimeSpan.FromMinutes(1), LeaseDuration = TimeSpan.FromMinutes(2) };
        var call = world.Open(patient).TokenAsync();
        await gate.Arrived;

        var refused = await world.RunAsync("rekey", "--new-conf", await NewConfAsync(world));
        var tried = await world.RunAsync("rekey", "--new-conf", await NewConfAsync(world), "--dry-run");

        Assert.Equal((1, 1), (refused.ExitCode, tried.ExitCode));
        Assert.StartsWith("rekey_refused: A refresh is under way", refused.Error, StringComparison.Ordinal);
        Assert.Contains("Refused: A refresh is under way", tried.Output, StringComparison.Ordinal);
        Assert.Equal(before, await world.QueryAsync(AllValues));
        gate.Release();
        await call;
    }

    [Fact]
    public async Task A_refresh_token_that_another_machine_may_have_spent_refuses_the_change_until_it_is_no_longer_in_doubt()
    {
        await using var world = await CreateAsync();
        await world.ExecuteAsync(
            """
            INSERT INTO llx_oauthbridge_grant (service, entity, intent_owner, intent_hash, intent_at)
            VALUES ('Google-Mail', 1, 'elsewhere/state/boot/1/2/lease', 'hash', UTC_TIMESTAMP(3))
            """
        );

        var refused = await world.RunAsync("rekey", "--new-conf", await NewConfAsync(world));
        await world.ExecuteAsync("UPDATE llx_oauthbridge_grant SET intent_at = UTC_TIMESTAMP(3) - INTERVAL 601 SECOND");
        var done = await world.RunAsync("rekey", "--new-conf", await NewConfAsync(world));

        Assert.Equal(1, refused.ExitCode);
        Assert.StartsWith("rekey_refused: A refresh token may be spent", refused.Error, StringComparison.Ordinal);
        Assert.True(done.ExitCode == 0, done.Error);
    }

    [Fact]
    [Trait("Database", "MariaDB")]
    public async Task A_table_that_cannot_take_a_change_back_refuses_it()
    {
        await using var world = await CreateAsync();
        await world.ExecuteAsync("ALTER TABLE llx_const ENGINE=MyISAM");

        var tried = await world.RunAsync("rekey", "--new-conf", await NewConfAsync(world), "--dry-run");
        var refused = await world.RunAsync("rekey", "--new-conf", await NewConfAsync(world));

        Assert.Equal((1, 1), (tried.ExitCode, refused.ExitCode));
        Assert.Contains("Refused: llx_const is not an InnoDB table", tried.Output, StringComparison.Ordinal);
        Assert.Contains("llx_const is not an InnoDB table", refused.Error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Wrong_files_are_wrong_usage()
    {
        await using var world = await CreateAsync();
        var other = await NewConfAsync(world);
        await File.WriteAllTextAsync(
            other,
            (await File.ReadAllTextAsync(other)).Replace($"'{world.Install.Database}'", "'another'", StringComparison.Ordinal)
        );
        var without = await NewConfAsync(world, "0", "without");

        var same = await world.RunAsync("rekey", "--new-conf", world.Install.ConfPath);
        var elsewhere = await world.RunAsync("rekey", "--new-conf", other);
        var keyless = await world.RunAsync("rekey", "--new-conf", without);
        var missing = await world.RunAsync("rekey", "--new-conf", "/nowhere/conf.php");
        var nothing = await world.RunAsync("rekey");

        Assert.Equal((2, 2, 2, 1, 2), (same.ExitCode, elsewhere.ExitCode, keyless.ExitCode, missing.ExitCode, nothing.ExitCode));
        Assert.Contains("the same key", same.Error, StringComparison.Ordinal);
        Assert.Contains("another database", elsewhere.Error, StringComparison.Ordinal);
        Assert.Contains("has no key", keyless.Error, StringComparison.Ordinal);
    }

    private async Task<World> CreateAsync() => await World.CreateAsync(shared.Server);

    internal static async Task<string> NewConfAsync(World world, string key = NewKey, string name = "new")
    {
        var path = Path.Combine(world.Install.DirectoryPath, name + "-conf.php");
        var conf = await File.ReadAllTextAsync(world.Install.ConfPath);
        await File.WriteAllTextAsync(path, conf.Replace($"'{DolibarrInstallOptions.GoldenKey}'", $"'{key}'", StringComparison.Ordinal));
        return path;
    }
}
