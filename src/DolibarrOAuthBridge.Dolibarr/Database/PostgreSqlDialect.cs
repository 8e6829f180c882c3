// SPDX-License-Identifier: GPL-3.0-or-later

using System.Data.Common;
using System.Net.Security;
using DolibarrOAuthBridge.Dolibarr.Configuration;
using Npgsql;

namespace DolibarrOAuthBridge.Dolibarr.Database;

/// <summary>PostgreSQL. Every connection works in UTC and waits 3 seconds for a lock at most.</summary>
internal sealed class PostgreSqlDialect : SqlDialect
{
    private const string TlsPrefix = "ssl://";

    // What Npgsql would take from PGREQUIREAUTH without it. The bridge's build of it knows no Kerberos.
    private const string AnyPassword = "ScramSHA256,MD5,Password,None";
    private const string HiddenPassword = "ScramSHA256,MD5,None";

    private static readonly string[] DefaultSockets = ["/run/postgresql", "/var/run/postgresql", "/tmp"];

    public override string CurrentSchema => "current_schema()";

    public override string Now => "(clock_timestamp() AT TIME ZONE 'UTC')";

    public override string ServerQuery =>
        "SELECT version() AS Version, CASE WHEN pg_is_in_recovery() OR current_setting('default_transaction_read_only') = 'on' "
        + "THEN 1 ELSE 0 END AS IsReadOnly";

    public override string TableCommentsQuery =>
        "SELECT c.relname AS Name, COALESCE(obj_description(c.oid, 'pg_class'), '') AS Comment FROM pg_class c "
        + "WHERE c.relnamespace = current_schema()::regnamespace AND c.relkind = 'r' AND c.relname IN @names";

    public override string ScriptFolder => "pgsql/";

    public override string? CutOffQuery => null;

    public override string OldestServers => "PostgreSQL 13 and newer";

    public override string MakeWritable => "pg_promote() on a standby, or default_transaction_read_only = off";

    public override string? EnginesQuery => null;

    public override string ReadableQuery =>
        """
            SELECT 'table' AS Place FROM pg_class c JOIN pg_attribute a ON a.attrelid = c.oid
             WHERE c.relnamespace = current_schema()::regnamespace AND c.relname = @table AND a.attname = @column
               AND has_column_privilege(c.oid, a.attnum, 'SELECT')
            UNION ALL
            SELECT 'function' FROM pg_proc p
             WHERE p.pronamespace = current_schema()::regnamespace AND p.proname = @function AND p.pronargs = 0
               AND has_function_privilege(p.oid, 'EXECUTE')
            """;

    // The policy of an account has its name (sql/pgsql/grants.sql).
    public override string? PartlySeenQuery =>
        """
            SELECT c.relname AS Name, CASE WHEN BOOL_OR(p.polpermissive) THEN 0 ELSE 1 END AS IsEmpty
              FROM pg_class c LEFT JOIN pg_policy p ON p.polrelid = c.oid
             WHERE c.relnamespace = current_schema()::regnamespace AND c.relname IN @names AND row_security_active(c.oid)
             GROUP BY c.relname
            HAVING BOOL_OR(p.polname = current_user AND NOT p.polpermissive) OR BOOL_OR(p.polpermissive) IS NOT TRUE
            """;

    public override string? MayCreateQuery =>
        """
            SELECT n.nspname AS Name, pg_get_userbyid(c.relowner) AS Owner FROM pg_namespace n JOIN pg_class c ON c.relnamespace = n.oid
             WHERE n.nspname = current_schema() AND c.relname = @table AND has_schema_privilege(n.oid, 'CREATE')
               AND NOT pg_has_role(n.nspowner, 'USAGE')
            """;

    public override string? NumberRefusedQuery =>
        "SELECT 1 AS Refused WHERE has_sequence_privilege(pg_get_serial_sequence(@table, 'rowid'), 'USAGE') IS FALSE";

    public override string IndexesQuery =>
        """
            SELECT t.relname AS Name, CASE WHEN x.indisprimary THEN 'PRIMARY' ELSE i.relname END AS Detail,
                   CASE WHEN x.indisunique THEN 'unique ' ELSE '' END || '('
                   || (SELECT string_agg(replace(pg_get_indexdef(x.indexrelid, part, true), '"', ''), ', ' ORDER BY part)
                         FROM generate_series(1, x.indnkeyatts::integer) AS part)
                   || ')' || COALESCE(' where ' || pg_get_expr(x.indpred, x.indrelid), '')
                   || CASE WHEN x.indisvalid THEN '' ELSE ' invalid' END AS Shape
              FROM pg_index x JOIN pg_class i ON i.oid = x.indexrelid JOIN pg_class t ON t.oid = x.indrelid
             WHERE t.relnamespace = current_schema()::regnamespace AND t.relname IN @names
            """;

    // A unique one may be a constraint or an index alone.
    public override string ReplaceIndex(string add, string table, string index)
    {
        var name = index == "PRIMARY" ? $"{table}_pkey" : index;
        return $"ALTER TABLE {table} DROP CONSTRAINT IF EXISTS {name}; DROP INDEX IF EXISTS {name}; {add}";
    }

    public override string GrantsQuery =>
        """
            SELECT 'SUPERUSER' AS Held FROM pg_roles WHERE rolname = current_user AND rolsuper
            UNION ALL SELECT 'CREATEROLE' FROM pg_roles WHERE rolname = current_user AND rolcreaterole AND NOT rolsuper
            """;

    // Several statements in one call are one transaction, which holds the lock. The number is the bridge's own.
    public override string OneScriptAtATime => "SELECT pg_advisory_xact_lock(823471056);\n";

    public override string Together(string statements) => statements; // the whole script is

    public override string WaitOneSecondForTables => "SET lock_timeout = 1000";

    public override string SeeLocks => "SELECT * FROM pg_stat_activity WHERE state <> 'idle'";

    public override string SeeTriggers(string table) => $"SELECT tgname FROM pg_trigger WHERE tgrelid = '{table}'::regclass";

    public override string SeeTable(string table) => $"\\d {table}";

    // Locked rows do not keep new ones away. Others may read meanwhile.
    public override string? LockTable(string table) => $"LOCK TABLE {table} IN SHARE ROW EXCLUSIVE MODE";

    public override string ChangeType(string table, string column, string type) => $"ALTER TABLE {table} ALTER COLUMN {column} TYPE {type}";

    public override bool IsTooOld(string version)
    {
        var number = NumberIn(version);
        return number != default && number.Major < 13;
    }

    public override string? BroadRightIn(string grant) => grant;

    public override string Stored(string identifier) => identifier.ToLowerInvariant();

    // Dolibarr creates its tables without quotes, and PostgreSQL then makes their names lower-case.
    public override string Quote(string identifier) => QuoteDatabase(identifier.ToLowerInvariant());

    public override string QuoteDatabase(string name) => $"\"{name.Replace("\"", "\"\"", StringComparison.Ordinal)}\"";

    public override string QuoteAccount(string name) => QuoteDatabase(name);

    public override string NowPlusSeconds(string seconds) => $"({Now} + make_interval(secs => {seconds}))";

    public override string HashNumber(string text) => $"('x' || LEFT(MD5({text}), 15))::bit(60)::bigint";

    public override string IsExactly(string column, string parameter) => $"{column} = {parameter}";

    public override string IsName(string column, string parameter) => $"LOWER({column}) = LOWER({parameter})";

    public override string OnConflictUpdate(string key) => $"ON CONFLICT ({key}) DO UPDATE SET";

    public override string OnConflictIgnore(string column) => "ON CONFLICT DO NOTHING";

    public override string InsertReturningRowId(string insert) => $"{insert} RETURNING rowid";

    internal override string ServerOf(DolibarrConf conf)
    {
        var host = HostOf(conf);
        return host.StartsWith('/') ? host : $"{host}:{PortOf(conf)}";
    }

    // Every value that Npgsql would else take from a PG… variable or from the home directory is given: who connects where, and what is
    // believed of the server, is said in conf.php and the bridge's settings only.
    internal override DbDataSource Connect(DolibarrConf conf, uint timeoutSeconds, bool isPooled)
    {
        if (conf.DbUser.Length == 0)
        {
            throw new ArgumentException("Name the database account: none means the process's own user to PostgreSQL.", nameof(conf));
        }

        var isTls = conf.DbHost.StartsWith(TlsPrefix, StringComparison.OrdinalIgnoreCase);
        var host = HostOf(conf);
        var isSocket = host.StartsWith('/');
        var isChecked = !isSocket && conf.MustVerifyServer(isTls, host);
        var authority = isChecked ? conf.DbCertificateFile : null;
        var connectionString = new NpgsqlConnectionStringBuilder
        {
            Host = host,
            Port = PortOf(conf),
            Database = conf.DbName,
            Username = conf.DbUser,
            ApplicationName = "dolibarr-oauth-bridge",
            Timeout = (int)timeoutSeconds,
            CommandTimeout = (int)timeoutSeconds,
            CancellationTimeout = 1000, // milliseconds
            MaxPoolSize = 10,
            Pooling = isPooled,
            PersistSecurityInfo = false,
            Timezone = "UTC",
            ClientEncoding = "UTF8",
            TargetSessionAttributes = "any",
            SslNegotiation = SslNegotiation.Postgres,
            GssEncryptionMode = GssEncryptionMode.Disable,
            Options = "-c lock_timeout=3000 -c default_transaction_isolation=read\\ committed",
            SslMode =
                authority is not null ? SslMode.VerifyFull
                : isChecked || isTls ? SslMode.Require
                : SslMode.Prefer,
            RootCertificate = authority,
            // Whoever listens in the server's place may ask for the password itself.
            RequireAuth = isChecked || isSocket ? AnyPassword : HiddenPassword,
        };
        var builder = new NpgsqlSlimDataSourceBuilder(connectionString.ConnectionString);
        builder.UsePasswordProvider(_ => conf.DbPassword, (_, _) => ValueTask.FromResult(conf.DbPassword));
        builder.UseSslClientAuthenticationOptionsCallback(tls =>
        {
            tls.ClientCertificateContext = null;
            if (isChecked && authority is null)
            {
                // VerifyFull would believe ~/.postgresql/root.crt in the place of the machine's authorities.
                tls.RemoteCertificateValidationCallback = static (_, _, _, errors) => errors == SslPolicyErrors.None;
            }
        });
        builder.EnableTransportSecurity();
        return builder.Build();
    }

    internal override Task ClearPoolAsync(DbConnection connection, CancellationToken cancellationToken)
    {
        NpgsqlConnection.ClearPool((NpgsqlConnection)connection);
        return Task.CompletedTask;
    }

    // As Dolibarr: the host "socket" means the server's socket. A path is the folder of one.
    private static string HostOf(DolibarrConf conf) =>
        conf.DbHost.Length == 0 ? "localhost"
        : conf.DbHost == "socket" ? Array.Find(DefaultSockets, Directory.Exists) ?? DefaultSockets[0]
        : conf.DbHost.StartsWith(TlsPrefix, StringComparison.OrdinalIgnoreCase) ? conf.DbHost[TlsPrefix.Length..]
        : conf.DbHost;

    private static int PortOf(DolibarrConf conf) => conf.DbPort == 0 ? 5432 : conf.DbPort;
}
