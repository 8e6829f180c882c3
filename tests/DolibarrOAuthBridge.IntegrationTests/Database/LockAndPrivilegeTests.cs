// SPDX-License-Identifier: GPL-3.0-or-later

using System.Data.Common;
using DolibarrOAuthBridge.IntegrationTests.Support;

namespace DolibarrOAuthBridge.IntegrationTests.Database;

public sealed class LockAndPrivilegeTests(SharedServer shared)
{
    [Fact]
    public async Task A_row_that_another_transaction_holds_costs_no_refresh_token()
    {
        await using var world = await World.CreateAsync(shared.Server);
        await world.GrantExpiredAsync();
        var host = world.Open();
        await using var connection = await world.ConnectAsync();
        await using (var transaction = await connection.BeginTransactionAsync())
        {
            await LockAsync(connection, transaction);
            var failure = await host.TokenFailsAsync(ProblemCode.StoreNotWritable);
            Assert.Contains("locked", failure.Message, StringComparison.Ordinal);
            Assert.Equal(0, world.Authority.Asked);
            await transaction.RollbackAsync();
        }

        await host.TokenAsync();
        Assert.Equal(1, world.Authority.Granted);
    }

    [Fact]
    public async Task A_row_that_is_locked_between_answer_and_update_is_written_once_it_is_free()
    {
        await using var world = await World.CreateAsync(shared.Server);
        await world.GrantExpiredAsync();
        var (host, gate, call) = await world.BeginRefreshAsync();
        await using var connection = await world.ConnectAsync();
        await using (var transaction = await connection.BeginTransactionAsync())
        {
            await LockAsync(connection, transaction);
            gate.Release();
            await Eventually.HoldsAsync(() => host.Log.Text.Contains("not yet stored", StringComparison.Ordinal), "it has tried");
            await transaction.RollbackAsync();
        }

        Assert.Equal(world.Authority.LastAccessToken, (await call).Value);
        Assert.Equal(world.Authority.LastAccessToken, (await world.StoredAsync()).AccessToken);
        Assert.Empty(world.JournalFiles);
        Assert.Equal(1, world.Authority.Asked);
    }

    [Fact]
    public async Task An_account_that_may_not_update_spends_nothing_and_is_told_so()
    {
        await using var world = await World.CreateAsync(shared.Server);
        await world.GrantExpiredAsync();
        await world.InitAsync();
        await world.ExecuteAsync(
            $"REVOKE ALL PRIVILEGES, GRANT OPTION FROM '{world.SidecarUser}'@'localhost'; GRANT SELECT ON "
                + $"`{world.Install.Database}`.* TO '{world.SidecarUser}'@'localhost'"
        );
        var host = world.Open();

        var failure = await host.TokenFailsAsync(ProblemCode.StoreNotWritable);
        await host.RenewAsync();

        Assert.Contains("privilege", failure.Message, StringComparison.Ordinal);
        Assert.Equal(0, world.Authority.Asked);
    }

    [Fact]
    public async Task An_account_that_may_not_make_tables_is_told_what_to_do()
    {
        await using var world = await World.CreateBareAsync(shared.Server);
        await world.GrantExpiredAsync();
        await world.ExecuteAsync($"REVOKE CREATE ON `{world.Install.Database}`.* FROM '{world.Install.User}'@'localhost'");

        var failure = await world.Open().TokenFailsAsync(ProblemCode.StoreNotWritable);

        Assert.Contains("sql/tables", failure.Message, StringComparison.Ordinal);
        Assert.Equal(0, world.Authority.Asked);
    }

    [Fact]
    public async Task A_journal_that_cannot_be_written_spends_nothing()
    {
        await using var world = await World.CreateAsync(shared.Server);
        await world.GrantExpiredAsync();
        var file = Path.Combine(world.Install.DirectoryPath, "a-file");
        await File.WriteAllTextAsync(file, string.Empty);
        var result = await Sidecar.RunAsync(
            [
                "token",
                World.Entry,
                "--dolibarr-conf",
                world.Install.ConfPath,
                "--state-directory",
                Path.Combine(file, "below"),
                $"--Providers:Google:TokenEndpoint={world.Authority.TokenEndpoint}",
            ],
            null
        );

        Assert.Equal(1, result.ExitCode);
        Assert.Contains("store_not_writable: No refresh token was spent, because", result.Error, StringComparison.Ordinal);
        Assert.Equal(0, world.Authority.Asked);
    }

    [Fact]
    [Trait("Database", "MariaDB")] // PostgreSQL has no text with the zero bytes of PHP's serialized objects
    public async Task An_instance_without_a_key_refreshes_in_clear_as_dolibarr_does()
    {
        await using var world = await World.CreateAsync(shared.Server);
        var token = await world.GrantExpiredAsync();
        await world.Install.SetTokenAsync(World.Entry, token, form: DolibarrOAuthBridge.Dolibarr.Tokens.StoredForm.Plain);
        await world.ExecuteAsync($"UPDATE llx_const SET value = '{World.ClientSecret}' WHERE name = 'OAUTH_GOOGLE-Mail_SECRET'");
        await world.Install.WriteConfAsync("0");
        var host = world.Open();

        await host.TokenAsync();
        await host.RefreshAsync();

        Assert.Equal(2, world.Authority.Granted);
        Assert.StartsWith("O:33:", await world.RawAsync(), StringComparison.Ordinal);
        Assert.Empty(world.JournalFiles);
    }

    private static async Task LockAsync(DbConnection connection, DbTransaction transaction)
    {
        await using var command = connection.CreateCommand();
        command.Transaction = transaction;
        command.CommandText = "SELECT rowid FROM llx_oauth_token WHERE service = 'Google-Mail' FOR UPDATE";
        await command.ExecuteScalarAsync();
    }
}
