// SPDX-License-Identifier: GPL-3.0-or-later

using System.Data.Common;
using System.Security.Cryptography;
using DolibarrOAuthBridge.Demo.Processes;
using MySqlConnector;

namespace DolibarrOAuthBridge.Demo.Database;

/// <summary>
/// A MariaDB server of one's own: its data in a private temporary directory, on a free port of the loopback address, with
/// real accounts and privileges. Disposing it removes everything; so does the death of this process.
/// </summary>
public sealed partial class ScratchMariaDb : IScratchDatabase
{
    private const int PortAttempts = 5;

    private readonly MariaDbInstallation _installation;
    private readonly ScratchMariaDbOptions _options;
    private readonly ScratchDirectory _directory;
    private MariaDbProcess? _process;

    private ScratchMariaDb(MariaDbInstallation installation, ScratchMariaDbOptions options, ScratchDirectory directory)
    {
        _installation = installation;
        _options = options;
        _directory = directory;
    }

    /// <summary>The TCP port on 127.0.0.1; the same after a restart.</summary>
    public int Port { get; private set; }

    /// <summary>The unix socket.</summary>
    public string SocketPath => Path.Combine(_directory.Path, MariaDbArguments.Socket);

    /// <summary>The private directory of everything that belongs to the server.</summary>
    public string DirectoryPath => _directory.Path;

    /// <summary>The server's version, such as <c>10.11.19-MariaDB-0+deb12u1</c>.</summary>
    public string Version => _installation.Version;

    /// <summary>The password of <c>root</c>, made for this server.</summary>
    public string RootPassword { get; } = RandomNumberGenerator.GetHexString(32, lowercase: true);

    /// <inheritdoc />
    public string Type => "mysqli";

    /// <inheritdoc />
    public string Superuser => "root";

    /// <inheritdoc />
    public string SuperuserPassword => RootPassword;

    /// <summary>The server's process id; another one after a restart.</summary>
    public int ProcessId => Running.Id;

    /// <summary>Whether it runs as far as this process knows.</summary>
    public bool IsRunning => _process is not null;

    /// <summary>How a superuser connects over TCP, without a database and without a pool.</summary>
    public string ConnectionString => ConnectionStringFor("root", RootPassword);

    private string LogPath => Path.Combine(_directory.Path, MariaDbArguments.Log);

    private MariaDbProcess Running => _process ?? throw new InvalidOperationException("The server is stopped.");

    /// <summary>Starts a server and waits until it answers.</summary>
    /// <exception cref="InvalidOperationException">MariaDB is not installed or does not start; the message says what to do.</exception>
    public static async Task<ScratchMariaDb> StartAsync(
        ScratchMariaDbOptions? options = null,
        CancellationToken cancellationToken = default
    )
    {
        options ??= new ScratchMariaDbOptions();
        var installation = await MariaDbInstallation.FindAsync(cancellationToken);
        var server = new ScratchMariaDb(installation, options, ScratchDirectory.Create("mariadb"));
        try
        {
            await server.PrepareAsync(cancellationToken);
            await server.StartOnFreePortAsync(cancellationToken);
            return server;
        }
        catch
        {
            await server.DisposeAsync();
            throw;
        }
    }

    /// <summary>How an account connects to a database over TCP, without a pool.</summary>
    public string ConnectionStringFor(string user, string password, string database = "") =>
        new MySqlConnectionStringBuilder
        {
            Server = "127.0.0.1",
            Port = (uint)Port,
            UserID = user,
            Password = password,
            Database = database,
            Pooling = false,
            SslMode = MySqlSslMode.Disabled,
            AllowUserVariables = true,
            ConnectionTimeout = 15,
        }.ConnectionString;

    /// <summary>Opens a superuser's connection.</summary>
    public async Task<MySqlConnection> OpenAsync(string database = "", CancellationToken cancellationToken = default)
    {
        var connection = new MySqlConnection(ConnectionStringFor("root", RootPassword, database));
        try
        {
            await connection.OpenAsync(cancellationToken);
            return connection;
        }
        catch
        {
            await connection.DisposeAsync();
            throw;
        }
    }

    /// <inheritdoc />
    public async Task<DbConnection> ConnectAsync(string database = "", CancellationToken cancellationToken = default) =>
        await OpenAsync(database, cancellationToken);

    /// <summary>Runs a script of one or more statements as superuser.</summary>
    public async Task ExecuteAsync(string sql, string database = "", CancellationToken cancellationToken = default)
    {
        var connection = await OpenAsync(database, cancellationToken);
        await using (connection)
        {
            var command = new MySqlCommand(sql, connection);
            await using (command)
            {
                await command.ExecuteNonQueryAsync(cancellationToken);
            }
        }
    }

    /// <summary>Runs a query as superuser.</summary>
    /// <returns>The first column of its first row; the default where there is none or it is null.</returns>
    public async Task<T?> ScalarAsync<T>(string sql, string database = "", CancellationToken cancellationToken = default)
    {
        var connection = await OpenAsync(database, cancellationToken);
        await using (connection)
        {
            var command = new MySqlCommand(sql, connection);
            await using (command)
            {
                var reader = await command.ExecuteReaderAsync(cancellationToken);
                await using (reader)
                {
                    return await reader.ReadAsync(cancellationToken) && !reader.IsDBNull(0) ? reader.GetFieldValue<T>(0) : default;
                }
            }
        }
    }

    /// <summary>Stops the server in order and starts it again on the same port with the same data.</summary>
    public async Task RestartAsync(CancellationToken cancellationToken = default)
    {
        await StopAsync(cancellationToken);
        await StartAgainAsync(cancellationToken);
    }

    /// <summary>Stops the server in order and waits until it is gone.</summary>
    public async Task StopAsync(CancellationToken cancellationToken = default)
    {
        await Running.StopAsync(cancellationToken);
        Forget();
    }

    /// <summary>Starts the server again after <see cref="StopAsync"/> or <see cref="KillAsync"/>.</summary>
    public Task StartAgainAsync(CancellationToken cancellationToken = default) =>
        _process is null ? LaunchAsync(cancellationToken) : throw new InvalidOperationException("The server is running.");

    /// <summary>Kills the server (SIGKILL) and waits until it is gone.</summary>
    public async Task KillAsync(CancellationToken cancellationToken = default)
    {
        await Running.KillAsync(cancellationToken);
        Forget();
    }

    /// <summary>Freezes the server (SIGSTOP): connections stay open and nothing answers.</summary>
    public Task PauseAsync(CancellationToken cancellationToken = default) => Running.PauseAsync(cancellationToken);

    /// <summary>Lets a frozen server go on (SIGCONT).</summary>
    public Task ResumeAsync()
    {
        Running.Resume();
        return Task.CompletedTask;
    }

    /// <summary>
    /// Makes the whole server read-only, as a replica is, or writable again; until the next restart. Superusers may write
    /// even so.
    /// </summary>
    public Task SetReadOnlyAsync(bool readOnly, CancellationToken cancellationToken = default) =>
        ExecuteAsync($"SET GLOBAL read_only = {(readOnly ? 1 : 0)}", cancellationToken: cancellationToken);

    /// <inheritdoc />
    public async ValueTask DisposeAsync()
    {
        Forget();
        await _directory.DisposeAsync();
    }

    private void Forget()
    {
        _process?.Dispose();
        _process = null;
    }

    private async Task PrepareAsync(CancellationToken cancellationToken)
    {
        var data = Path.Combine(_directory.Path, MariaDbArguments.Data);
        await _installation.Account.HandOverAsync(_directory.Path, cancellationToken);
        await (
            _options.UseTemplate
                ? MariaDbDataDirectory.CopyTemplateAsync(_installation, data, cancellationToken)
                : MariaDbDataDirectory.InstallAsync(_installation, data, cancellationToken)
        );
        Directory.CreateDirectory(Path.Combine(_directory.Path, MariaDbArguments.Temporary));

        // Run before the first connection is served: no moment without a password.
        await File.WriteAllTextAsync(
            Path.Combine(_directory.Path, MariaDbArguments.InitFile),
            $"""
            DELETE FROM mysql.global_priv WHERE User = '' OR (User = 'root' AND Host <> 'localhost');
            FLUSH PRIVILEGES;
            ALTER USER 'root'@'localhost' IDENTIFIED BY '{RootPassword}';

            """,
            cancellationToken
        );
        await _installation.Account.HandOverAsync(_directory.Path, cancellationToken);
    }

    private async Task StartOnFreePortAsync(CancellationToken cancellationToken)
    {
        for (var attempt = 1; ; attempt++)
        {
            Port = FreePort.Find();
            try
            {
                await LaunchAsync(cancellationToken);
                return;
            }
            catch (InvalidOperationException exception)
                when (attempt < PortAttempts && exception.Message.Contains("Address already in use", StringComparison.Ordinal))
            {
                File.Delete(LogPath);
            }
        }
    }

    private async Task LaunchAsync(CancellationToken cancellationToken)
    {
        File.Delete(SocketPath);
        _process = MariaDbProcess.Start(_installation, [.. MariaDbArguments.For(_directory.Path, Port), .. _options.Arguments], LogPath);
        var answers = await Poll.UntilAsync(() => _process.HasExited || File.Exists(SocketPath), _options.StartDeadline, cancellationToken);
        if (_process.HasExited || !answers)
        {
            var log = _process.LogTail();
            Forget();
            throw new InvalidOperationException($"MariaDB did not start:\n{log}");
        }

        await (await OpenAsync(cancellationToken: cancellationToken)).DisposeAsync();
    }
}
