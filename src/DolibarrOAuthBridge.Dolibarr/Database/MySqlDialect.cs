// SPDX-License-Identifier: GPL-3.0-or-later

using System.Data.Common;
using DolibarrOAuthBridge.Dolibarr.Configuration;
using MySqlConnector;

namespace DolibarrOAuthBridge.Dolibarr.Database;

/// <summary>
/// MariaDB and MySQL. Every connection has a strict SQL mode, UTC and a short lock wait of its own, whatever the server's defaults
/// are: a token that does not fit must fail, never be cut.
/// </summary>
internal sealed class MySqlDialect : SqlDialect
{
    private const string SessionSql =
        "SET SESSION sql_mode='STRICT_ALL_TABLES,NO_ZERO_DATE,NO_ZERO_IN_DATE,ERROR_FOR_DIVISION_BY_ZERO', "
        + "time_zone='+00:00', innodb_lock_wait_timeout=3";

    private const string TlsPrefix = "ssl://";

    private static readonly string[] DefaultSockets =
    [
        "/run/mysqld/mysqld.sock",
        "/var/run/mysqld/mysqld.sock",
        "/var/lib/mysql/mysql.sock",
        "/tmp/mysql.sock",
    ];

    public override string CurrentSchema => "DATABASE()";

    public override string Now => "UTC_TIMESTAMP(3)";

    public override string ServerQuery => "SELECT VERSION() AS Version, @@global.read_only AS IsReadOnly";

    public override string TableCommentsQuery =>
        "SELECT table_name AS Name, table_comment AS Comment FROM information_schema.tables "
        + "WHERE table_schema = DATABASE() AND table_name IN @names";

    public override string ScriptFolder => string.Empty;

    // Galera, with wsrep_dirty_reads on. Without it such a node refuses every statement by itself.
    public override string? CutOffQuery => "SHOW GLOBAL STATUS WHERE Variable_name = 'wsrep_cluster_status' AND Value = 'non-Primary'";

    public override string OldestServers => "MariaDB 10.5 and newer and MySQL 8";

    public override string MakeWritable => "SET GLOBAL read_only = 0";

    public override string? EnginesQuery =>
        "SELECT table_name AS Name, engine AS Engine FROM information_schema.tables WHERE table_schema = DATABASE() "
        + "AND table_type = 'BASE TABLE' AND table_name IN @names AND engine <> 'InnoDB'";

    public override string ReadableQuery => $"{Readable("table", "DATABASE()")} UNION ALL {Readable("views", "@views")}";

    public override string? PartlySeenQuery => null;

    public override string? MayCreateQuery => null;

    public override string? NumberRefusedQuery => null;

    public override string IndexesQuery =>
        "SELECT table_name AS Name, index_name AS Detail, CONCAT(IF(MAX(non_unique) = 0, 'unique ', ''), '(', GROUP_CONCAT(column_name, "
        + "IF(sub_part IS NULL, '', CONCAT('(', sub_part, ')')) ORDER BY seq_in_index SEPARATOR ', '), ')') AS Shape "
        + "FROM information_schema.statistics WHERE table_schema = DATABASE() AND table_name IN @names GROUP BY table_name, index_name";

    public override string ReplaceIndex(string add, string table, string index)
    {
        ArgumentNullException.ThrowIfNull(add);
        var drop = index == "PRIMARY" ? "DROP PRIMARY KEY" : $"DROP INDEX {index}";
        return add.Replace($"ALTER TABLE {table} ADD ", $"ALTER TABLE {table} {drop}, ADD ", StringComparison.Ordinal);
    }

    public override string GrantsQuery => "SHOW GRANTS";

    public override string OneScriptAtATime => string.Empty;

    public override string Together(string statements) => $"START TRANSACTION;\n{statements}\nCOMMIT;";

    public override string WaitOneSecondForTables => "SET SESSION lock_wait_timeout = 1";

    public override string SeeLocks => "SHOW FULL PROCESSLIST";

    public override string SeeTriggers(string table) => $"SHOW TRIGGERS LIKE '{table}'";

    public override string SeeTable(string table) => $"SHOW CREATE TABLE {table}";

    // On InnoDB a full scan FOR UPDATE under REPEATABLE READ holds every row and the gaps between them.
    public override string? LockTable(string table) => null;

    public override string ChangeType(string table, string column, string type) => $"ALTER TABLE {table} MODIFY {column} {type}";

    public override bool IsTooOld(string version)
    {
        ArgumentNullException.ThrowIfNull(version);
        var number = NumberIn(version);
        return number != default
            && number.CompareTo(version.Contains("MariaDB", StringComparison.OrdinalIgnoreCase) ? (10, 5) : (8, 0)) < 0;
    }

    // GRANT USAGE is none. What is granted on single databases is Dolibarr's own affair.
    public override string? BroadRightIn(string grant)
    {
        ArgumentNullException.ThrowIfNull(grant);
        var end = grant.IndexOf(" ON *.* TO ", StringComparison.Ordinal);
        return end > 0 && grant["GRANT ".Length..end] is not "USAGE" and var right ? right : null;
    }

    public override string Stored(string identifier) => identifier;

    public override string Quote(string identifier) => $"`{identifier.Replace("`", "``", StringComparison.Ordinal)}`";

    public override string QuoteDatabase(string name) => Quote(name);

    public override string QuoteAccount(string name) => $"'{MySqlHelper.EscapeString(name)}'@'localhost'";

    public override string NowPlusSeconds(string seconds) => $"DATE_ADD(UTC_TIMESTAMP(3), INTERVAL {seconds} SECOND)";

    public override string HashNumber(string text) => $"CAST(CONV(LEFT(MD5({text}), 15), 16, 10) AS UNSIGNED)";

    public override string IsExactly(string column, string parameter) => $"CAST({column} AS BINARY) = CAST({parameter} AS BINARY)";

    // Collations ignore case, and a bare comparison can use an index.
    public override string IsName(string column, string parameter) => $"{column} = {parameter}";

    public override string OnConflictUpdate(string key) => "ON DUPLICATE KEY UPDATE";

    public override string OnConflictIgnore(string column) => $"ON DUPLICATE KEY UPDATE {column} = {column}";

    public override string InsertReturningRowId(string insert) => $"{insert}; SELECT LAST_INSERT_ID() AS rowid";

    internal override string ServerOf(DolibarrConf conf)
    {
        var connectionString = ConnectionString(conf, 0, isPooled: false);
        return connectionString.ConnectionProtocol == MySqlConnectionProtocol.UnixSocket
            ? connectionString.Server
            : $"{connectionString.Server}:{connectionString.Port}";
    }

    internal override Task ClearPoolAsync(DbConnection connection, CancellationToken cancellationToken) =>
        MySqlConnection.ClearPoolAsync((MySqlConnection)connection, cancellationToken);

    internal override DbDataSource Connect(DolibarrConf conf, uint timeoutSeconds, bool isPooled) =>
        new MySqlDataSourceBuilder(ConnectionString(conf, timeoutSeconds, isPooled).ConnectionString)
            .UseConnectionOpenedCallback(
                static async (context, cancellationToken) =>
                {
                    var command = new MySqlCommand(SessionSql, context.Connection);
                    await using (command.ConfigureAwait(false))
                    {
                        await command.ExecuteNonQueryAsync(cancellationToken).ConfigureAwait(false);
                    }
                }
            )
            .Build();

    private static string Readable(string place, string database) =>
        $"SELECT '{place}' AS Place FROM information_schema.columns WHERE table_schema = {database} AND table_name = @table "
        + "AND column_name = @column AND privileges LIKE '%select%'";

    private static MySqlConnectionStringBuilder ConnectionString(DolibarrConf conf, uint timeoutSeconds, bool isPooled)
    {
        var connectionString = new MySqlConnectionStringBuilder
        {
            Database = conf.DbName,
            UserID = conf.DbUser,
            Password = conf.DbPassword,
            ApplicationName = "dolibarr-oauth-bridge",
            ConnectionTimeout = timeoutSeconds,
            DefaultCommandTimeout = timeoutSeconds,
            MaximumPoolSize = 10,
            Pooling = isPooled,
            AllowLoadLocalInfile = false,
            PersistSecurityInfo = false,
            CharacterSet = "utf8mb4",
            // Rows matched, not rows changed: a compare-and-swap must count a row that was right already.
            UseAffectedRows = false,
        };
        PointAtServer(connectionString, conf);
        return connectionString;
    }

    // As PHP's mysqli: "localhost" means the server's socket. Elsewhere, or where no socket is found, TCP.
    private static void PointAtServer(MySqlConnectionStringBuilder connectionString, DolibarrConf conf)
    {
        var port = conf.DbPort is 0 ? 3306u : (uint)conf.DbPort;
        connectionString.Port = port;
        connectionString.Server = conf.DbHost;
        var isTls = conf.DbHost.StartsWith(TlsPrefix, StringComparison.OrdinalIgnoreCase);
        if (isTls)
        {
            connectionString.Server = conf.DbHost[TlsPrefix.Length..];
            connectionString.SslMode = MySqlSslMode.Required;
        }
        else if (conf.DbHost.StartsWith('/'))
        {
            connectionString.ConnectionProtocol = MySqlConnectionProtocol.UnixSocket;
        }
        else if (
            string.Equals(conf.DbHost, "localhost", StringComparison.OrdinalIgnoreCase)
            && port == 3306
            && Array.Find(DefaultSockets, File.Exists) is { } socket
        )
        {
            connectionString.ConnectionProtocol = MySqlConnectionProtocol.UnixSocket;
            connectionString.Server = socket;
        }

        if (
            connectionString.ConnectionProtocol != MySqlConnectionProtocol.UnixSocket
            && conf.MustVerifyServer(isTls, connectionString.Server)
        )
        {
            connectionString.SslMode = MySqlSslMode.VerifyFull;
            connectionString.SslCa = conf.DbCertificateFile;
        }
    }
}
