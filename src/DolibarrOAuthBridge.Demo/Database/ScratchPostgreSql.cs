// SPDX-License-Identifier: GPL-3.0-or-later

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
public sealed class ScratchPostgreSql : IAsyncDisposable
{
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

    /// <summary>The name of the superuser.</summary>
    public const string Superuser = "postgres";

    /// <summary>The TCP port on 127.0.0.1; the same after a restart.</summary>
    public int Port { get; private set; }

    /// <summary>The superuser's password, made for this server.</summary>
    public string Password { get; } = RandomNumberGenerator.GetHexString(32, lowercase: true);

    private string Data => Path.Combine(_directory.Path, "data");

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

    /// <summary>Runs a script of one or more statements as superuser.</summary>
    /// <param name="sql">The statements.</param>
    /// <param name="database">The database; by default that of the superuser.</param>
    /// <param name="cancellationToken">Cancels the statements.</param>
    public async Task ExecuteAsync(string sql, string database = Superuser, CancellationToken cancellationToken = default)
    {
        await using var connection = new NpgsqlConnection(
            new NpgsqlConnectionStringBuilder
            {
                Host = "127.0.0.1",
                Port = Port,
                Username = Superuser,
                Password = Password,
                Database = database,
                Pooling = false,
            }.ConnectionString
        );
        await connection.OpenAsync(cancellationToken);
        await using var command = new NpgsqlCommand(sql, connection);
        await command.ExecuteNonQueryAsync(cancellationToken);
    }

    /// <summary>Stops the server at once, as its own fast shutdown does, and waits until it is gone.</summary>
    public async Task StopAsync(CancellationToken cancellationToken = default)
    {
        if (_process is { } process)
        {
            Signals.Send(process.Id, Signals.Interrupt);
            await process.WaitForExitAsync(cancellationToken).WaitAsync(Deadline, TimeProvider.System, cancellationToken);
            Forget();
        }
    }

    /// <summary>Starts the server on its port with its data.</summary>
    public async Task StartAgainAsync(CancellationToken cancellationToken = default)
    {
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
        var file = Path.Combine(Data, "postmaster.pid");
        return File.Exists(file) && File.ReadLines(file).LastOrDefault()?.Trim() == "ready";
    }

    private async Task PrepareAsync(CancellationToken cancellationToken)
    {
        var secret = Path.Combine(_directory.Path, "password");
        await File.WriteAllTextAsync(secret, Password, cancellationToken);
        await _account.HandOverAsync(_directory.Path, cancellationToken);
        var (program, line) = _account.CommandLine(
            Path.Combine(_programs, "initdb"),
            ["-D", Data, "-U", Superuser, "-A", "scram-sha-256", $"--pwfile={secret}", "-E", "UTF8", "--locale=C", "--no-sync"]
        );
        await Command.RunAsync(program, [.. line], cancellationToken);
    }

    private void Forget()
    {
        if (_process is { HasExited: false } process)
        {
            process.Kill();
            process.WaitForExit();
        }

        _process?.Dispose();
        _process = null;
    }
}
