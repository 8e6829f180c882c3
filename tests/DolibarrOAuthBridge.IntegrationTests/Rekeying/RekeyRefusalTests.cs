// SPDX-License-Identifier: GPL-3.0-or-later

using DolibarrOAuthBridge.Demo.Database;
using DolibarrOAuthBridge.Dolibarr.Encryption;
using DolibarrOAuthBridge.Dolibarr.Tokens;
using DolibarrOAuthBridge.IntegrationTests.Support;

namespace DolibarrOAuthBridge.IntegrationTests.Rekeying;

/// <summary>What stands in the way of a change of key, and keys of other releases.</summary>
public sealed class RekeyRefusalTests(SharedServer shared)
{
    private const string KeyWithCommas = "0123456789abcdef,fedcba9876543210,x";

    private static readonly TokenCodec CodecOf24 = new(new InstanceKeys(null, KeyWithCommas.Split(',')[0], null));

    private const string AllValues =
        "SELECT name, value, tms FROM llx_const UNION ALL "
        + "SELECT CONCAT(rowid, ''), CONCAT_WS(' ', token, tokenstring), tms FROM llx_oauth_token";

    [Fact]
    public async Task A_wrong_present_key_fails_as_a_whole()
    {
        await using var world = await CreateAsync();
        var newConf = await NewConfAsync(world);
        await world.Install.WriteConfAsync("the key of another database altogether");
        var before = await world.QueryAsync(AllValues);

        var tried = await world.RunAsync("rekey", "--new-conf", newConf, "--dry-run");
        var failed = await world.RunAsync("rekey", "--new-conf", newConf);

        Assert.Equal((1, 1), (tried.ExitCode, failed.ExitCode));
        Assert.Contains("not the conf.php that this database was written with", tried.Output, StringComparison.Ordinal);
        Assert.StartsWith("rekey_wrong_key: ", failed.Error, StringComparison.Ordinal);
        Assert.Equal(before, await world.QueryAsync(AllValues));
    }

    [Theory]
    [InlineData("short")]
    [InlineData("aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa")]
    [InlineData("myinstanceuniquekey")]
    public async Task A_weak_new_key_is_refused_unless_somebody_insists(string key)
    {
        await using var world = await CreateAsync();
        var conf = await NewConfAsync(world, key);

        var refused = await world.RunAsync("rekey", "--new-conf", conf);
        var insisted = await world.RunAsync("rekey", "--new-conf", conf, "--weak", "--dry-run");

        Assert.Equal((2, 0), (refused.ExitCode, insisted.ExitCode));
        Assert.Contains("is weak", refused.Error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_running_sidecar_is_refused_and_a_stopped_one_is_not()
    {
        await using var world = await CreateAsync();
        var sidecar = await world.ServeAsync();
        await Eventually.HoldsAsync(
            async () => await world.QueryAsync("SELECT COUNT(*) FROM llx_oauthbridge_v_status WHERE looked_by IS NOT NULL") != "0",
            "the sidecar has looked at the entries"
        );

        var refused = await world.RunAsync("rekey", "--new-conf", await NewConfAsync(world));
        sidecar.Terminate();
        await sidecar.ExitAsync();
        var done = await world.RunAsync("rekey", "--new-conf", await NewConfAsync(world));

        Assert.Equal(1, refused.ExitCode);
        Assert.StartsWith("rekey_refused: A sidecar is running", refused.Error, StringComparison.Ordinal);
        Assert.True(done.ExitCode == 0, done.Error);
    }

    [Fact]
    public async Task A_running_sidecar_of_a_Dolibarr_without_entries_is_refused_too()
    {
        await using var world = await CreateAsync();
        await world.ExecuteAsync("DELETE FROM llx_const WHERE name LIKE 'OAUTH|_%' ESCAPE '|'");
        var sidecar = await world.ServeAsync();
        await world.Install.SetConstAsync("OAUTHBRIDGE_ADDRESS", sidecar.Address.AbsoluteUri);

        var refused = await world.RunAsync("rekey", "--new-conf", await NewConfAsync(world));

        Assert.Equal(1, refused.ExitCode);
        Assert.StartsWith("rekey_refused: A sidecar is running (it answers at http", refused.Error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task What_stands_in_the_way_at_first_refuses_though_it_passes_a_moment_later()
    {
        await using var world = await CreateAsync();
        await world.InitAsync();
        var conf = await NewConfAsync(world);
        var next = ScratchDatabase.IsPostgreSql ? "nextval('looks')" : "NEXTVAL(looks)";
        await world.ExecuteAsync(
            $"""
            DROP TABLE llx_oauthbridge_v_status; CREATE SEQUENCE looks;
            CREATE VIEW llx_oauthbridge_v_status AS SELECT 'other/1/a' AS looked_by, UTC_TIMESTAMP() AS looked_at
              FROM (SELECT {next} AS number LIMIT 1) AS look WHERE number = 1
            """
        );
        if (ScratchDatabase.IsPostgreSql)
        {
            await world.ExecuteAsync($"GRANT SELECT ON llx_oauthbridge_v_status TO {world.Install.User}");
            await world.ExecuteAsync($"GRANT USAGE ON SEQUENCE looks TO {world.Install.User}");
        }

        var before = await world.QueryAsync(AllValues);

        var refused = await world.RunAsync("rekey", "--new-conf", conf);
        var second = await world.RunAsync("rekey", "--new-conf", conf);

        Assert.StartsWith("rekey_refused: A sidecar is running (other/1/a)", refused.Error, StringComparison.Ordinal);
        Assert.True(second.ExitCode == 0, second.Error);
        Assert.NotEqual(before, await world.QueryAsync(AllValues));
    }

    [Fact]
    public async Task Tables_that_another_connection_has_locked_are_named()
    {
        await using var world = await CreateAsync();
        await using var connection = await world.ConnectAsync();
        await using var transaction = await connection.BeginTransactionAsync();
        await using var hold = connection.CreateCommand();
        (hold.Transaction, hold.CommandText) = (
            transaction,
            ScratchDatabase.IsPostgreSql ? "LOCK TABLE llx_const" : "LOCK TABLES llx_const WRITE"
        );
        await hold.ExecuteNonQueryAsync();

        var refused = await world.RunAsync("rekey", "--new-conf", await NewConfAsync(world));

        Assert.Equal(1, refused.ExitCode);
        Assert.StartsWith("rekey_refused: llx_const is locked by another connection (LOCK TABLES", refused.Error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task What_older_releases_wrote_with_a_key_that_has_commas_is_rewritten_for_release_24()
    {
        await using var world = await CreateAsync();
        await UseKeyWithCommasAsync(world);
        await world.Install.SetConstAsync("MAIN_VERSION_LAST_UPGRADE", "23.0.1", 0);

        var warned = await world.RunAsync("doctor", "--offline");
        var done = await world.RunAsync("rekey", "--new-conf", world.Install.ConfPath, "--release", "24", "--weak");
        await world.Install.SetConstAsync("MAIN_VERSION_LAST_UPGRADE", "24.0.0", 0);
        var after = await world.RunAsync("doctor", "--offline");

        Assert.True(done.ExitCode == 0, done.Error);
        Assert.Contains("key_with_comma", warned.Output, StringComparison.Ordinal);
        Assert.DoesNotContain("value_of_older_release", after.Output, StringComparison.Ordinal);
        Assert.NotNull(CodecOf24.Decode(await world.RawAsync("GITHUB-Dev")));
    }

    [Fact]
    public async Task What_older_releases_wrote_with_a_key_that_has_commas_is_rewritten_after_the_upgrade_too()
    {
        await using var world = await CreateAsync();
        await UseKeyWithCommasAsync(world);
        await world.Install.SetConstAsync("MAIN_VERSION_LAST_UPGRADE", "24.0.0", 0);

        var told = await world.RunAsync("doctor", "--offline");
        var done = await world.RunAsync("rekey", "--new-conf", world.Install.ConfPath, "--release", "24");
        var after = await world.RunAsync("doctor", "--offline");
        var again = await world.RunAsync("rekey", "--new-conf", world.Install.ConfPath, "--release", "24");

        Assert.Contains("value_of_older_release", told.Output, StringComparison.Ordinal);
        Assert.True(done.ExitCode == 0, done.Error);
        Assert.DoesNotContain("value_of_older_release", after.Output, StringComparison.Ordinal);
        Assert.NotNull(CodecOf24.Decode(await world.RawAsync("GITHUB-Dev")));
        Assert.True(again.ExitCode == 0, again.Error);
        Assert.Contains("There is nothing to change.", again.Output, StringComparison.Ordinal);
    }

    // What is stored then is under the whole key, as releases before 24 write it.
    private static async Task UseKeyWithCommasAsync(World world)
    {
        Assert.Equal(0, (await world.RunAsync("rekey", "--new-conf", await NewConfAsync(world, KeyWithCommas))).ExitCode);
        await world.Install.WriteConfAsync(KeyWithCommas);
    }

    private async Task<World> CreateAsync() => await World.CreateAsync(shared.Server);

    private static Task<string> NewConfAsync(World world, string key = RekeyTests.NewKey) => RekeyTests.NewConfAsync(world, key);
}
