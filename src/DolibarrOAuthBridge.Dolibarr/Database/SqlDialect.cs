// SPDX-License-Identifier: GPL-3.0-or-later

using System.Data.Common;
using System.Globalization;
using System.Text.RegularExpressions;
using DolibarrOAuthBridge.Dolibarr.Configuration;

namespace DolibarrOAuthBridge.Dolibarr.Database;

/// <summary>
/// What differs between database servers: how they are reached, and the few things that they spell differently. Every statement is
/// written once, with these pieces where they are needed.
/// </summary>
public abstract partial class SqlDialect
{
    /// <summary>The dialect for <c>$dolibarr_main_db_type</c>.</summary>
    /// <param name="databaseType"><c>mysqli</c> or <c>pgsql</c>.</param>
    public static SqlDialect Of(string databaseType) => databaseType == "pgsql" ? new PostgreSqlDialect() : new MySqlDialect();

    /// <summary>The database or schema that the connection works in, as <c>information_schema</c> names it.</summary>
    public abstract string CurrentSchema { get; }

    /// <summary>The time by the server's clock, UTC, to the millisecond at least.</summary>
    public abstract string Now { get; }

    /// <summary>
    /// The comments of the tables in <c>@names</c>, which hold the bridge's schema versions, as <c>Name</c> and <c>Comment</c>.
    /// </summary>
    public abstract string TableCommentsQuery { get; }

    /// <summary>The folder below <c>sql/</c> with the scripts for this server: empty, or such as <c>pgsql/</c>.</summary>
    public abstract string ScriptFolder { get; }

    /// <summary>The server's version and whether it refuses writes, as <c>Version</c> and <c>IsReadOnly</c>.</summary>
    public abstract string ServerQuery { get; }

    /// <summary>
    /// Gives a row where the server is a node that was cut off from its cluster: it takes no change, and may answer reads all the same.
    /// Null where servers have no clusters.
    /// </summary>
    public abstract string? CutOffQuery { get; }

    /// <summary>The oldest servers that the bridge is made for, for people.</summary>
    public abstract string OldestServers { get; }

    /// <summary>How an administrator makes a server writable.</summary>
    public abstract string MakeWritable { get; }

    /// <summary>
    /// The tables among <c>@names</c> in which a change cannot be taken back, as <c>Name</c> and <c>Engine</c>; null where there are no
    /// such tables.
    /// </summary>
    public abstract string? EnginesQuery { get; }

    /// <summary>
    /// Where the account may read the column <c>@column</c> of <c>@table</c>, as <c>Place</c>: <c>table</c> for the table itself,
    /// <c>views</c> for the view of it in the database <c>@views</c>, <c>function</c> for <c>@function</c>, which shows a part of it.
    /// </summary>
    public abstract string ReadableQuery { get; }

    /// <summary>
    /// The tables among <c>@names</c> of which row-level security shows this account a part only, as <c>Name</c>, and as <c>IsEmpty</c> 1
    /// where it shows no row at all. Null where rows are hidden by views.
    /// </summary>
    public abstract string? PartlySeenQuery { get; }

    /// <summary>
    /// Gives a row where this account may create objects in the schema of <c>@table</c>, which is another's: <c>Name</c> is the schema,
    /// <c>Owner</c> the table's owner. Null where such objects are in nobody's way.
    /// </summary>
    public abstract string? MayCreateQuery { get; }

    /// <summary>
    /// Gives a row where this account may not have the next number for the column <c>rowid</c> of <c>@table</c>. Null where the right to
    /// add rows is enough.
    /// </summary>
    public abstract string? NumberRefusedQuery { get; }

    /// <summary>
    /// The indexes of the tables in <c>@names</c>: <c>Name</c> is the table, <c>Detail</c> the index (<c>PRIMARY</c> for the primary key),
    /// <c>Shape</c> what it covers, such as <c>unique (service, entity)</c>.
    /// </summary>
    public abstract string IndexesQuery { get; }

    /// <summary>The statement that replaces an index by one of the same name.</summary>
    /// <param name="add">The statement that would add it, of the form <c>ALTER TABLE t ADD …</c> or <c>CREATE INDEX …</c>.</param>
    /// <param name="table">Its table, with the prefix.</param>
    /// <param name="index">Its name; <c>PRIMARY</c> for the primary key.</param>
    public abstract string ReplaceIndex(string add, string table, string index);

    /// <summary>What the account may do on the whole server; <see cref="BroadRightIn"/> reads each row.</summary>
    public abstract string GrantsQuery { get; }

    /// <summary>Stands before a script that makes or changes tables, so that two processes do not do it at the same moment.</summary>
    public abstract string OneScriptAtATime { get; }

    /// <summary>Statements of a script that are all run or none, where others stand around them.</summary>
    /// <param name="statements">The statements, each with its semicolon.</param>
    public abstract string Together(string statements);

    /// <summary>Limits how long this connection waits for a table that another one holds, to one second.</summary>
    public abstract string WaitOneSecondForTables { get; }

    /// <summary>How an administrator finds out who holds a lock.</summary>
    public abstract string SeeLocks { get; }

    /// <summary>How an administrator sees the triggers of a table.</summary>
    /// <param name="table">The table's name with its prefix.</param>
    public abstract string SeeTriggers(string table);

    /// <summary>How an administrator sees the columns and constraints of a table.</summary>
    /// <param name="table">The table's name with its prefix.</param>
    public abstract string SeeTable(string table);

    /// <summary>Keeps others from writing to a table until the transaction ends; null where locked rows do that.</summary>
    /// <param name="table">The quoted table.</param>
    public abstract string? LockTable(string table);

    /// <summary>Gives a column another type.</summary>
    /// <param name="table">The table's name with its prefix.</param>
    /// <param name="column">The column.</param>
    /// <param name="type">Its new type.</param>
    public abstract string ChangeType(string table, string column, string type);

    /// <summary>Whether a server is older than <see cref="OldestServers"/>.</summary>
    /// <param name="version">What <see cref="ServerQuery"/> gave.</param>
    public abstract bool IsTooOld(string version);

    /// <summary>The right on the whole server in a row of <see cref="GrantsQuery"/>; null if it is none.</summary>
    public abstract string? BroadRightIn(string grant);

    /// <summary>A name as <c>information_schema</c> has it.</summary>
    public abstract string Stored(string identifier);

    /// <summary>Quotes the name of a table or column.</summary>
    public abstract string Quote(string identifier);

    /// <summary>Quotes the name of a database, upper and lower case as they are.</summary>
    public abstract string QuoteDatabase(string name);

    /// <summary>Quotes a database account, which connects from this machine, for statements such as <c>GRANT</c>.</summary>
    public abstract string QuoteAccount(string name);

    /// <summary>The server's time with a number of seconds added.</summary>
    /// <param name="seconds">A number or a parameter.</param>
    public abstract string NowPlusSeconds(string seconds);

    /// <summary>A number of 60 bits that tells texts apart, to be added up over rows.</summary>
    /// <param name="text">An expression of text.</param>
    public abstract string HashNumber(string text);

    /// <summary>Whether a column holds exactly a text, byte by byte.</summary>
    /// <param name="column">The column.</param>
    /// <param name="parameter">The parameter with the text.</param>
    public abstract string IsExactly(string column, string parameter);

    /// <summary>Whether a column holds a name; upper and lower case may count as the same, so the caller compares again.</summary>
    /// <param name="column">The column.</param>
    /// <param name="parameter">The parameter with the name.</param>
    public abstract string IsName(string column, string parameter);

    /// <summary>What stands between <c>INSERT … VALUES (…)</c> and the assignments for a row that is there already.</summary>
    /// <param name="key">The columns of the unique key.</param>
    public abstract string OnConflictUpdate(string key);

    /// <summary>What stands after <c>INSERT … VALUES (…)</c> to leave a row alone that is there already.</summary>
    /// <param name="column">Any column of the table.</param>
    public abstract string OnConflictIgnore(string column);

    /// <summary>An <c>INSERT</c> whose only result is the new row's <c>rowid</c>.</summary>
    public abstract string InsertReturningRowId(string insert);

    /// <summary>The major and minor number at which a version begins; zeros if it has none.</summary>
    protected static (int Major, int Minor) NumberIn(string version)
    {
        ArgumentNullException.ThrowIfNull(version);
        var match = MajorAndMinor().Match(version);
        return match.Success ? (Part(1), Part(2)) : default;

        int Part(int group) => int.Parse(match.Groups[group].ValueSpan, CultureInfo.InvariantCulture);
    }

    /// <summary>A pool of connections; none is opened yet.</summary>
    /// <param name="conf">Dolibarr's configuration.</param>
    /// <param name="timeoutSeconds">Limit for connecting and for each statement, in seconds.</param>
    /// <param name="isPooled">Whether a connection is kept for the next one who needs it.</param>
    internal abstract DbDataSource Connect(DolibarrConf conf, uint timeoutSeconds, bool isPooled);

    /// <summary>Where the server is, for people: <c>host:port</c> or the path of its socket.</summary>
    internal abstract string ServerOf(DolibarrConf conf);

    /// <summary>Closes the pool's idle connections, which may be as dead as the given one.</summary>
    internal abstract Task ClearPoolAsync(DbConnection connection, CancellationToken cancellationToken);

    [GeneratedRegex(@"^\D*(\d{1,4})\.(\d{1,4})")]
    private static partial Regex MajorAndMinor();

    /// <summary>What is said where the server takes no account of this name and password.</summary>
    /// <param name="reason">The server's own words. They name the account, and hold no secret.</param>
    internal static string AccountRefused(string reason) =>
        $"The database refuses the account, which is that of conf.php unless Bridge:DatabaseUser names another: {reason}.";
}
