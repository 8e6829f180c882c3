// SPDX-License-Identifier: GPL-3.0-or-later

using MySqlConnector;

namespace DolibarrOAuthBridge.Demo.Database;

/// <content>Databases and accounts.</content>
public sealed partial class ScratchMariaDb
{
    /// <inheritdoc />
    public Task GrantAllAsync(string database, string user, CancellationToken cancellationToken = default) =>
        ExecuteAsync(
            $"GRANT ALL PRIVILEGES ON {Quote(database)}.* TO '{MySqlHelper.EscapeString(user)}'@'localhost'",
            cancellationToken: cancellationToken
        );

    /// <summary>Creates a database as Dolibarr does (utf8mb4, general collation) unless it is there.</summary>
    public Task CreateDatabaseAsync(string database, CancellationToken cancellationToken = default) =>
        ExecuteAsync(
            $"CREATE DATABASE IF NOT EXISTS {Quote(database)} CHARACTER SET utf8mb4 COLLATE utf8mb4_general_ci",
            cancellationToken: cancellationToken
        );

    /// <summary>Creates an account, unless it is there, that may connect from this machine by TCP and by socket.</summary>
    /// <param name="user">Its name.</param>
    /// <param name="password">Its password.</param>
    /// <param name="grants">What it may do, such as <c>SELECT, UPDATE ON dolibarr.llx_oauth_token</c>.</param>
    /// <param name="cancellationToken">Cancels the statements.</param>
    public Task CreateUserAsync(string user, string password, IEnumerable<string> grants, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(grants);
        var account = $"'{MySqlHelper.EscapeString(user)}'@'localhost'";
        string[] statements =
        [
            $"CREATE USER IF NOT EXISTS {account}",
            $"ALTER USER {account} IDENTIFIED BY '{MySqlHelper.EscapeString(password)}'",
            .. grants.Select(grant => $"GRANT {grant} TO {account}"),
        ];
        return ExecuteAsync(string.Join(";\n", statements), cancellationToken: cancellationToken);
    }

    /// <summary>Creates the database if need be and loads the tables and rows that Dolibarr 22.0.4 wrote.</summary>
    /// <param name="database">The database.</param>
    /// <param name="prefix">The prefix of the tables.</param>
    /// <param name="cancellationToken">Cancels the statements.</param>
    public async Task LoadGoldenAsync(string database, string prefix = "llx_", CancellationToken cancellationToken = default)
    {
        var path = Path.Combine(AppContext.BaseDirectory, "golden", "dolibarr-22.0.4.sql");
        var script = await File.ReadAllTextAsync(path, cancellationToken);
        await CreateDatabaseAsync(database, cancellationToken);
        await ExecuteAsync(script.Replace("`llx_", "`" + prefix, StringComparison.Ordinal), database, cancellationToken);
    }

    private static string Quote(string name) => "`" + name.Replace("`", "``", StringComparison.Ordinal) + "`";
}
