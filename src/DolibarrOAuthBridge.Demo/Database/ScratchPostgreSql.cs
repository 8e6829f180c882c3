// SPDX-License-Identifier: GPL-3.0-or-later

using System.Data.Common;
using System.Diagnostics;
using System.Globalization;
using System.Security.Cryptography;
using DolibarrOAuthBridge.Demo.Processes;
using Npgsql;

namespace DolibarrOAuthBridge.Demo.Database;

/// <summary>
/// A PostgreSQL server of one's own: its data in a private temporary directory, on a free port of the loopback address, with passwords.
/// Disposing it removes everything; so does the death of this process.
/// </summary>
public sealed partial class ScratchPostgreSql : IScratchDatabase
{
    private const string SuperuserName = "postgres";
    private const string Advice = "Install the Debian package postgresql (apt-get install postgresql)";
    private static readonly TimeSpan Deadline = TimeSpan.FromSeconds(30);

    private readonly ScratchDirectory _directory;
    private readonly ServiceAccount _account;
    private readonly string _programs;
    private Process? _process;

    private ScratchPostgreSql(ScratchDirectory directory, ServiceAccount account, string programs)
    {
        _directory = directory;
        _account = account;
        _programs = programs;
    }

    /// <inheritdoc />
    public string Type => "pgsql";

    /// <inheritdoc />
    public string Superuser => SuperuserName;

    /// <summary>The TCP port on 127.0.0.1; the same after a restart.</summary>
    public int Port { get; private set; }

    /// <summary>The superuser's password, made for this server.</summary>
    public string SuperuserPassword { get; } = RandomNumberGenerator.GetHexString(32, lowercase: true);

    private string Data => Path.Combine(_directory.Path, "data");

    private string PidFile => Path.Combine(Data, "postmaster.pid");

    private string LogPath => Path.Combine(_directory.Path, "log");

    /// <summary>Starts a server and waits until it answers.</summary>
    /// <exception cref="InvalidOperationException">PostgreSQL is not installed or does not start; the message says what to do.</exception>
    public static async Task<ScratchPostgreSql> StartAsync(CancellationToken cancellationToken = default)
    {
        var server = new ScratchPostgreSql(ScratchDirectory.Create("postgresql"), ServiceAccount.Find("postgres"), FindPrograms());
        try
        {
            await server.PrepareAsync(cancellationToken);
            server.Port = FreePort.Find();
            await server.StartAgainAsync(cancellationToken);
            return server;
        }
        catch
        {
            await server.DisposeAsync();
            throw;
        }
    }

    /// <inheritdoc />
    public async Task<DbConnection> ConnectAsync(string database = "", CancellationToken cancellationToken = default)
    {
        var connection = new NpgsqlConnection(
            new NpgsqlConnectionStringBuilder
            {
                Host = "127.0.0.1",
                Port = Port,
                Username = SuperuserName,
                Password = SuperuserPassword,
                Database = database.Length > 0 ? database : SuperuserName,
                Pooling = false,
            }.ConnectionString
        );
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
    public async Task ExecuteAsync(string sql, string database = "", CancellationToken cancellationToken = default)
    {
        await using var connection = await ConnectAsync(database, cancellationToken);
        await using var command = connection.CreateCommand();
        command.CommandText = sql;
        await command.ExecuteNonQueryAsync(cancellationToken);
    }

    /// <inheritdoc />
    public async Task CreateDatabaseAsync(string database, CancellationToken cancellationToken = default)
    {
        try
        {
            await ExecuteAsync($"CREATE DATABASE {Quote(database)} ENCODING 'UTF8'", cancellationToken: cancellationToken);
        }
        catch (PostgresException exception) when (exception.SqlState == PostgresErrorCodes.DuplicateDatabase)
        {
            // It is there.
        }
    }

    /// <inheritdoc />
    public async Task LoadGoldenAsync(string database, string prefix = "llx_", CancellationToken cancellationToken = default)
    {
        var folder = Path.Combine(AppContext.BaseDirectory, "golden");
        var tables = await File.ReadAllTextAsync(Path.Combine(folder, "tables-pgsql.sql"), cancellationToken);
        var rows = await File.ReadAllTextAsync(Path.Combine(folder, "dolibarr-22.0.4.sql"), cancellationToken);
        rows = rows[rows.IndexOf("INSERT INTO", StringComparison.Ordinal)..].Replace("`", string.Empty, StringComparison.Ordinal);
        string[] sequences = ["llx_const", "llx_oauth_token"];
        var numbers = sequences.Select(table => $"SELECT setval('{table}_rowid_seq', (SELECT MAX(rowid) FROM {table}));");
        await CreateDatabaseAsync(database, cancellationToken);
        await ExecuteAsync(
            (tables + rows + string.Join('\n', numbers)).Replace("llx_", prefix, StringComparison.Ordinal),
            database,
            cancellationToken
        );
    }

    /// <inheritdoc />
    public async Task CreateUserAsync(
        string user,
        string password,
        IEnumerable<string> grants,
        CancellationToken cancellationToken = default
    )
    {
        ArgumentNullException.ThrowIfNull(password);
        await ExecuteAsync(
            $"""
            DO $$ BEGIN CREATE ROLE {Quote(user)} LOGIN; EXCEPTION WHEN duplicate_object THEN NULL; END $$;
            ALTER ROLE {Quote(user)} PASSWORD '{password.Replace("'", "''", StringComparison.Ordinal)}';
            {string.Concat(grants.Select(grant => $"GRANT {grant} TO {Quote(user)};\n"))}
            """,
            cancellationToken: cancellationToken
        );
    }

    /// <inheritdoc />
    public Task GrantAllAsync(string database, string user, CancellationToken cancellationToken = default) =>
        ExecuteAsync(
            $"""
            ALTER DATABASE {Quote(database)} OWNER TO {Quote(user)};
            ALTER SCHEMA public OWNER TO {Quote(user)};
            ALTER DEFAULT PRIVILEGES IN SCHEMA public GRANT ALL ON TABLES TO {Quote(user)};
            ALTER DEFAULT PRIVILEGES IN SCHEMA public GRANT ALL ON SEQUENCES TO {Quote(user)};
            DO $$ DECLARE t text; BEGIN
              FOR t IN SELECT quote_ident(tablename) FROM pg_tables WHERE schemaname = 'public' LOOP
                EXECUTE 'ALTER TABLE ' || t || ' OWNER TO {Quote(user)}';
              END LOOP;
            END $$
            """,
            database,
            cancellationToken
        );

    /// <inheritdoc />
    public async Task RestartAsync(CancellationToken cancellationToken = default)
    {
        await StopAsync(cancellationToken);
        await StartAgainAsync(cancellationToken);
    }

    /// <summary>Stops the server as its own fast shutdown does and waits until it is gone.</summary>
    public async Task StopAsync(CancellationToken cancellationToken = default)
    {
        if (_process is { } process)
        {
            Signals.Send(process.Id, Signals.Interrupt);
            await process.WaitForExitAsync(cancellationToken).WaitAsync(Deadline, TimeProvider.System, cancellationToken);
            Forget();
        }
    }

    /// <inheritdoc />
    public async Task SetReadOnlyAsync(bool readOnly, CancellationToken cancellationToken = default)
    {
        // Superusers may write even so, as on MariaDB.
        await ExecuteAsync($"ALTER ROLE {SuperuserName} SET default_transaction_read_only = off", cancellationToken: cancellationToken);
        await ExecuteAsync(
            $"ALTER SYSTEM SET default_transaction_read_only = {(readOnly ? "on" : "off")}",
            cancellationToken: cancellationToken
        );
        await ExecuteAsync("SELECT pg_reload_conf()", cancellationToken: cancellationToken);
    }

    /// <summary>Starts the server on its port with its data.</summary>
    public async Task StartAgainAsync(CancellationToken cancellationToken = default)
    {
        File.Delete(PidFile); // one that was killed leaves it
        var arguments = new[]
        {
            "-D",
            Data,
            "-c",
            "listen_addresses=127.0.0.1",
            "-c",
            $"unix_socket_directories={_directory.Path}",
            "-c",
            "fsync=off",
            "-p",
            Port.ToString(CultureInfo.InvariantCulture),
        };
        var (program, line) = _account.CommandLine(Path.Combine(_programs, "postgres"), arguments);
        _process = Command.Start(program, line);
        _process.BeginOutputReadLine();
        _process.ErrorDataReceived += (_, said) => File.AppendAllLines(LogPath, said.Data is { } text ? [text] : []);
        _process.BeginErrorReadLine();
        await Poll.UntilAsync(() => _process.HasExited || Answers(), Deadline, cancellationToken);
        if (_process.HasExited || !Answers())
        {
            throw new InvalidOperationException($"PostgreSQL did not start:\n{await File.ReadAllTextAsync(LogPath, cancellationToken)}");
        }
    }

    /// <inheritdoc />
    public async ValueTask DisposeAsync()
    {
        Forget();
        await _directory.DisposeAsync();
    }

    private const string DebianVersions = "/usr/lib/postgresql";

    private static string FindPrograms() =>
        (Directory.Exists(DebianVersions) ? Directory.EnumerateDirectories(DebianVersions) : [])
            .OrderDescending(StringComparer.Ordinal)
            .Append("/usr/local")
            .Select(directory => Path.Combine(directory, "bin"))
            .FirstOrDefault(directory => File.Exists(Path.Combine(directory, "initdb")))
        ?? throw new InvalidOperationException($"initdb is not on this machine. {Advice}.");

    // The last line of postmaster.pid says "ready" once connections are accepted.
    private bool Answers()
    {
        return File.Exists(PidFile) && File.ReadLines(PidFile).LastOrDefault()?.Trim() == "ready";
    }

    private async Task PrepareAsync(CancellationToken cancellationToken)
    {
        var secret = Path.Combine(_directory.Path, "password");
        await File.WriteAllTextAsync(secret, SuperuserPassword, cancellationToken);
        await _account.HandOverAsync(_directory.Path, cancellationToken);
        var (program, line) = _account.CommandLine(
            Path.Combine(_programs, "initdb"),
            ["-D", Data, "-U", SuperuserName, "-A", "scram-sha-256", $"--pwfile={secret}", "-E", "UTF8", "--locale=C", "--no-sync"]
        );
        await Command.RunAsync(program, [.. line], cancellationToken);
    }

    private static string Quote(string name) => $"\"{name.Replace("\"", "\"\"", StringComparison.Ordinal)}\"";

    private void Forget()
    {
        if (_process is { HasExited: false } process)
        {
            SignalAll(Signals.Kill);
            process.WaitForExit();
        }

        _process?.Dispose();
        _process = null;
    }
}
