// SPDX-License-Identifier: GPL-3.0-or-later

using DolibarrOAuthBridge.Demo.Database;
using DolibarrOAuthBridge.Demo.Tests.Support;
using MySqlConnector;

namespace DolibarrOAuthBridge.Demo.Tests.Database;

public sealed class ScratchMariaDbTests
{
    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    [Fact]
    public async Task It_runs_without_privileges_in_a_private_directory_and_asks_for_a_password()
    {
        await using var server = await ScratchMariaDb.StartAsync(cancellationToken: Cancel);

        Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute, File.GetUnixFileMode(server.DirectoryPath));
        Assert.DoesNotContain("Uid:\t0", await File.ReadAllTextAsync($"/proc/{server.ProcessId}/status", Cancel), StringComparison.Ordinal);
        Assert.Equal("root@localhost", await server.ScalarAsync<string>("SELECT CURRENT_USER()", cancellationToken: Cancel));
        Assert.Equal(
            "mariadb.sys@localhost,root@localhost",
            await server.ScalarAsync<string>(
                "SELECT GROUP_CONCAT(User, '@', Host ORDER BY User) FROM mysql.global_priv",
                cancellationToken: Cancel
            )
        );
        await Assert.ThrowsAsync<MySqlException>(() => OpenAsync(server.ConnectionStringFor("root", string.Empty)));
        await Assert.ThrowsAsync<MySqlException>(() => OpenAsync(server.ConnectionStringFor(string.Empty, string.Empty)));
        await OpenAsync($"Server={server.SocketPath};Protocol=unix;User ID=root;Password={server.RootPassword};Pooling=false");
    }

    [Theory]
    [InlineData("llx_")]
    [InlineData("erp_")]
    public async Task It_loads_the_golden_rows(string prefix)
    {
        await using var server = await ScratchMariaDb.StartAsync(cancellationToken: Cancel);

        await server.LoadGoldenAsync("dolibarr", prefix, Cancel);

        Assert.Equal(28, await server.ScalarAsync<long>($"SELECT COUNT(*) FROM {prefix}const", "dolibarr", Cancel));
        Assert.Equal(
            "Google-Mail",
            await server.ScalarAsync<string>($"SELECT service FROM {prefix}oauth_token WHERE rowid = 1", "dolibarr", Cancel)
        );
        Assert.Equal(
            2,
            await server.ScalarAsync<long>(
                "SELECT COUNT(*) FROM information_schema.tables WHERE table_schema = 'dolibarr'",
                cancellationToken: Cancel
            )
        );
        Assert.Null(await server.ScalarAsync<string>($"SELECT name FROM {prefix}const WHERE rowid = -1", "dolibarr", Cancel));
    }

    [Fact]
    public async Task Accounts_have_the_privileges_they_were_given_and_no_more()
    {
        await using var server = await ScratchMariaDb.StartAsync(cancellationToken: Cancel);
        await server.LoadGoldenAsync("dolibarr", cancellationToken: Cancel);
        await server.CreateUserAsync(
            "bridge",
            "pass'word\\",
            ["SELECT ON dolibarr.llx_const", "SELECT, UPDATE (token) ON dolibarr.llx_oauth_token"],
            Cancel
        );

        var account = server.ConnectionStringFor("bridge", "pass'word\\", "dolibarr");
        await ExecuteAsync(account, "UPDATE llx_oauth_token SET token = token WHERE rowid = 1");
        var refusal = await Assert.ThrowsAsync<MySqlException>(() =>
            ExecuteAsync(account, "UPDATE llx_oauth_token SET service = 'x' WHERE rowid = 1")
        );

        Assert.Equal(MySqlErrorCode.ColumnAccessDenied, refusal.ErrorCode);
    }

    [Fact]
    public async Task A_restart_keeps_port_accounts_and_data()
    {
        await using var server = await ScratchMariaDb.StartAsync(cancellationToken: Cancel);
        await server.CreateDatabaseAsync("kept", Cancel);
        await server.ExecuteAsync("CREATE TABLE t (n INT PRIMARY KEY); INSERT INTO t VALUES (1)", "kept", Cancel);
        var (port, processId, connectionString) = (server.Port, server.ProcessId, server.ConnectionString);

        await server.RestartAsync(Cancel);

        Assert.Equal((port, connectionString), (server.Port, server.ConnectionString));
        Assert.NotEqual(processId, server.ProcessId);
        Assert.Equal(1, await server.ScalarAsync<int>("SELECT n FROM t", "kept", Cancel));
    }

    [Fact]
    public async Task A_stopped_server_refuses_connections_until_it_is_started_again()
    {
        await using var server = await ScratchMariaDb.StartAsync(cancellationToken: Cancel);
        var connectionString = server.ConnectionString;
        var processId = server.ProcessId;

        await server.StopAsync(Cancel);
        var refusal = await Assert.ThrowsAsync<MySqlException>(() => OpenAsync(connectionString));
        var unstarted = Assert.Throws<InvalidOperationException>(() => server.ProcessId);
        await server.StartAgainAsync(Cancel);

        Assert.Equal(MySqlErrorCode.UnableToConnectToHost, refusal.ErrorCode);
        Assert.Contains("stopped", unstarted.Message, StringComparison.Ordinal);
        Assert.False(Eventually.IsAlive(processId));
        await OpenAsync(connectionString);
        await Assert.ThrowsAsync<InvalidOperationException>(() => server.StartAgainAsync(Cancel));
    }

    [Fact]
    public async Task A_killed_server_loses_no_committed_row()
    {
        await using var server = await ScratchMariaDb.StartAsync(cancellationToken: Cancel);
        await server.CreateDatabaseAsync("kept", Cancel);
        await server.ExecuteAsync("CREATE TABLE t (n INT PRIMARY KEY) ENGINE=InnoDB", "kept", Cancel);
        for (var n = 0; n < 50; n++)
        {
            await server.ExecuteAsync($"INSERT INTO t VALUES ({n})", "kept", Cancel);
        }

        await server.KillAsync(Cancel);
        await server.StartAgainAsync(Cancel);

        Assert.Equal(50, await server.ScalarAsync<long>("SELECT COUNT(*) FROM t", "kept", Cancel));
    }

    [Fact]
    public async Task A_paused_server_answers_only_when_it_goes_on()
    {
        await using var server = await ScratchMariaDb.StartAsync(cancellationToken: Cancel);
        await server.PauseAsync(Cancel);

        var answer = server.ScalarAsync<int>("SELECT 1", cancellationToken: Cancel);
        Assert.False(answer.IsCompleted);
        await server.ResumeAsync();

        Assert.Equal(1, await answer);
        await server.PauseAsync(Cancel);
        await server.RestartAsync(Cancel);
        Assert.Equal(1, await server.ScalarAsync<int>("SELECT 1", cancellationToken: Cancel));
    }

    [Fact]
    public async Task A_read_only_server_refuses_writes_of_ordinary_accounts()
    {
        await using var server = await ScratchMariaDb.StartAsync(cancellationToken: Cancel);
        await server.LoadGoldenAsync("dolibarr", cancellationToken: Cancel);
        await server.CreateUserAsync("dolibarr", "p", ["ALL PRIVILEGES ON dolibarr.*"], Cancel);
        var account = server.ConnectionStringFor("dolibarr", "p", "dolibarr");
        const string Write = "UPDATE llx_oauth_token SET state = 'x' WHERE rowid = 1";

        await server.SetReadOnlyAsync(true, Cancel);
        var refusal = await Assert.ThrowsAsync<MySqlException>(() => ExecuteAsync(account, Write));
        await server.SetReadOnlyAsync(false, Cancel);
        await ExecuteAsync(account, Write);

        Assert.Equal(MySqlErrorCode.OptionPreventsStatement, refusal.ErrorCode);
    }

    [Fact]
    public async Task Several_servers_at_once_do_not_meet()
    {
        var servers = await Task.WhenAll(Enumerable.Range(0, 3).Select(_ => ScratchMariaDb.StartAsync(cancellationToken: Cancel)));

        Assert.Equal(3, servers.Select(server => server.Port).Distinct().Count());
        foreach (var server in servers)
        {
            Assert.Equal(server.Port, await server.ScalarAsync<int>("SELECT @@port", cancellationToken: Cancel));
            await server.DisposeAsync();
        }
    }

    [Fact]
    public async Task A_server_can_be_made_without_a_template_and_with_other_settings()
    {
        await using var server = await ScratchMariaDb.StartAsync(
            new() { UseTemplate = false, Arguments = ["--sql-mode=", "--default-time-zone=+05:30"] },
            Cancel
        );

        Assert.Equal("+05:30", await server.ScalarAsync<string>("SELECT CONCAT(@@sql_mode, @@time_zone)", cancellationToken: Cancel));
    }

    [Fact]
    public async Task A_server_that_does_not_start_says_why_and_leaves_nothing()
    {
        var error = await Assert.ThrowsAsync<InvalidOperationException>(() =>
            ScratchMariaDb.StartAsync(new() { Arguments = ["--no-such-option"] }, Cancel)
        );

        Assert.Contains("no-such-option", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Disposing_leaves_nothing_behind_even_of_a_paused_server()
    {
        var server = await ScratchMariaDb.StartAsync(cancellationToken: Cancel);
        var (processId, directory) = (server.ProcessId, server.DirectoryPath);
        await server.PauseAsync(Cancel);

        await server.DisposeAsync();
        await server.DisposeAsync();

        Assert.False(Eventually.IsAlive(processId));
        Assert.False(Directory.Exists(directory));
    }

    [Fact]
    public async Task The_death_of_the_owner_leaves_nothing_behind()
    {
        var (owner, serverId, directory) = await Orphan.StartAsync(Cancel);
        using (owner)
        {
            Assert.True(Eventually.IsAlive(serverId));
            Assert.True(Directory.Exists(directory));

            owner.Kill();

            await Eventually.IsTrueAsync(() => !Eventually.IsAlive(serverId), "the server is gone");
            await Eventually.IsTrueAsync(() => !Directory.Exists(directory), "its directory is gone");
        }
    }

    private static async Task OpenAsync(string connectionString)
    {
        await using var connection = new MySqlConnection(connectionString);
        await connection.OpenAsync(Cancel);
    }

    private static async Task ExecuteAsync(string connectionString, string sql)
    {
        await using var connection = new MySqlConnection(connectionString);
        await connection.OpenAsync(Cancel);
        await using var command = new MySqlCommand(sql, connection);
        await command.ExecuteNonQueryAsync(Cancel);
    }
}
