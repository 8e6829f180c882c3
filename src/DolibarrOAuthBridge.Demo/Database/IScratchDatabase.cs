// SPDX-License-Identifier: GPL-3.0-or-later

using System.Data.Common;

namespace DolibarrOAuthBridge.Demo.Database;

/// <summary>
/// A database server of one's own, of either kind: its data in a private temporary directory, on a free port of the loopback address,
/// with real accounts and privileges. Disposing it removes everything.
/// </summary>
public interface IScratchDatabase : IAsyncDisposable
{
    /// <summary><c>$dolibarr_main_db_type</c>.</summary>
    string Type { get; }

    /// <summary>The TCP port on 127.0.0.1; the same after a restart.</summary>
    int Port { get; }

    /// <summary>The superuser's name.</summary>
    string Superuser { get; }

    /// <summary>The superuser's password, made for this server.</summary>
    string SuperuserPassword { get; }

    /// <summary>Opens a superuser's connection.</summary>
    Task<DbConnection> ConnectAsync(string database = "", CancellationToken cancellationToken = default);

    /// <summary>Runs a script of one or more statements as superuser.</summary>
    Task ExecuteAsync(string sql, string database = "", CancellationToken cancellationToken = default);

    /// <summary>Creates a database as Dolibarr does unless it is there.</summary>
    Task CreateDatabaseAsync(string database, CancellationToken cancellationToken = default);

    /// <summary>Creates the database if need be and loads the tables and rows that Dolibarr 22.0.4 wrote.</summary>
    Task LoadGoldenAsync(string database, string prefix = "llx_", CancellationToken cancellationToken = default);

    /// <summary>Creates an account, unless it is there, that may connect from this machine.</summary>
    /// <param name="user">Its name.</param>
    /// <param name="password">Its password.</param>
    /// <param name="grants">What it may do, such as <c>SELECT ON llx_const</c>.</param>
    /// <param name="cancellationToken">Cancels the statements.</param>
    Task CreateUserAsync(string user, string password, IEnumerable<string> grants, CancellationToken cancellationToken = default);

    /// <summary>Gives an account everything in a database, as Dolibarr's installer does.</summary>
    Task GrantAllAsync(string database, string user, CancellationToken cancellationToken = default);

    /// <summary>Stops the server in order and starts it again on the same port with the same data.</summary>
    Task RestartAsync(CancellationToken cancellationToken = default);

    /// <summary>Stops the server in order and waits until it is gone.</summary>
    Task StopAsync(CancellationToken cancellationToken = default);

    /// <summary>Starts the server again.</summary>
    Task StartAgainAsync(CancellationToken cancellationToken = default);

    /// <summary>Kills the server (SIGKILL) and waits until it is gone.</summary>
    Task KillAsync(CancellationToken cancellationToken = default);

    /// <summary>Freezes the server (SIGSTOP): connections stay open and nothing answers.</summary>
    Task PauseAsync(CancellationToken cancellationToken = default);

    /// <summary>Lets a frozen server go on (SIGCONT).</summary>
    Task ResumeAsync();

    /// <summary>Makes the whole server read-only, as a replica is, or writable again; until the next restart.</summary>
    Task SetReadOnlyAsync(bool readOnly, CancellationToken cancellationToken = default);
}
