// SPDX-License-Identifier: GPL-3.0-or-later

using System.Data.Common;
using DolibarrOAuthBridge.Dolibarr.Configuration;

namespace DolibarrOAuthBridge.Dolibarr.Database;

/// <summary>
/// Connections to the database that conf.php names, set up as <see cref="SqlDialect"/> says.
/// </summary>
public sealed partial class DolibarrDatabase : IAsyncDisposable
{
    private readonly uint _timeoutSeconds;
    private readonly bool _isPooled;
    private volatile DbDataSource _dataSource;

    /// <summary>Prepares connections; none is opened yet.</summary>
    /// <param name="conf">Dolibarr's configuration.</param>
    /// <param name="timeoutSeconds">Limit for connecting and for each statement, in seconds.</param>
    /// <param name="isPooled">Whether a connection is kept for the next one who needs it; without, each use opens and closes one.</param>
    /// <exception cref="ArgumentException">It is PostgreSQL, and no account is named.</exception>
    public DolibarrDatabase(DolibarrConf conf, uint timeoutSeconds = 5, bool isPooled = true)
    {
        ArgumentNullException.ThrowIfNull(conf);
        _timeoutSeconds = timeoutSeconds;
        _isPooled = isPooled;
        _hasOwnAccount = conf.HasOwnDbAccount;
        _access = _hasOwnAccount ? Access.Unknown : Access.Tables;
        Prefix = conf.DbPrefix;
        Name = conf.DbName;
        Sql = SqlDialect.Of(conf.DbType);
        Server = Sql.ServerOf(conf);
        _dataSource = Sql.Connect(conf, timeoutSeconds, isPooled);
    }

    /// <summary>What the server spells in its own way.</summary>
    public SqlDialect Sql { get; }

    /// <summary>The table prefix of the instance, such as <c>llx_</c>.</summary>
    public string Prefix { get; }

    /// <summary>The database's name.</summary>
    public string Name { get; }

    /// <summary>Where the server is: <c>host:port</c> or the path of its socket.</summary>
    public string Server { get; }

    /// <summary>A table of the instance, prefixed and quoted for SQL.</summary>
    /// <param name="name">The name without its prefix, such as <c>oauth_token</c>. The prefix was validated when conf.php was read.</param>
    public string Table(string name) => Sql.Quote(Prefix + name);

    /// <summary>The same table's name as <c>information_schema</c> has it.</summary>
    /// <param name="name">The name without its prefix.</param>
    public string StoredTable(string name) => Sql.Stored(Prefix + name);

    /// <summary>Opens a connection from the pool.</summary>
    /// <exception cref="StoreException">No connection can be had.</exception>
    public async Task<DbConnection> OpenAsync(CancellationToken cancellationToken = default)
    {
        var dataSource = _dataSource;
        try
        {
            return await dataSource.OpenConnectionAsync(cancellationToken).ConfigureAwait(false);
        }
        catch (ObjectDisposedException) when (dataSource != _dataSource)
        {
            return await OpenAsync(cancellationToken).ConfigureAwait(false); // the account was replaced this very moment
        }
        catch (Exception exception) when (exception is not OperationCanceledException)
        {
            throw StoreException.From(exception);
        }
    }

    /// <summary>
    /// Runs statements on a connection of the pool. A connection that turns out to be dead (the server was restarted)
    /// costs one further try, for which <paramref name="work"/> must be repeatable: reads, and updates that compare before they swap.
    /// </summary>
    /// <exception cref="StoreException">The statements failed; nothing but this and cancellation is thrown for a database
    /// fault.</exception>
    public async Task<T> RunAsync<T>(Func<DbConnection, Task<T>> work, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(work);
        for (var attempt = 1; ; attempt++)
        {
            var connection = await OpenAsync(cancellationToken).ConfigureAwait(false);
            await using (connection.ConfigureAwait(false))
            {
                try
                {
                    return await work(connection).ConfigureAwait(false);
                }
                catch (Exception exception) when (StoreException.IsFromStore(exception))
                {
                    var failure = StoreException.From(exception);
                    AskAgain(failure);
                    if (failure.Failure != StoreFailure.Unavailable || attempt > 1 || exception is StoreException)
                    {
                        throw failure;
                    }

                    await Sql.ClearPoolAsync(connection, cancellationToken).ConfigureAwait(false);
                }
            }
        }
    }

    /// <summary>
    /// Does work in one transaction, once: what the work does not commit is taken back. After a failure the commit may have arrived.
    /// </summary>
    /// <exception cref="StoreException">The database failed.</exception>
    public async Task<T> InTransactionAsync<T>(
        Func<DbConnection, DbTransaction, Task<T>> work,
        CancellationToken cancellationToken = default
    )
    {
        ArgumentNullException.ThrowIfNull(work);
        try
        {
            var connection = await OpenAsync(cancellationToken).ConfigureAwait(false);
            await using (connection.ConfigureAwait(false))
            {
                var transaction = await connection.BeginTransactionAsync(cancellationToken).ConfigureAwait(false);
                await using (transaction.ConfigureAwait(false))
                {
                    return await work(connection, transaction).ConfigureAwait(false);
                }
            }
        }
        catch (Exception exception) when (StoreException.IsFromStore(exception))
        {
            var failure = StoreException.From(exception);
            AskAgain(failure);
            throw failure;
        }
    }

    /// <summary>
    /// Finds out whether something could be written: runs the work in a transaction that is taken back, as <see cref="RunAsync"/> does.
    /// </summary>
    /// <param name="work">What to try. The tables must be able to take a change back.</param>
    /// <param name="cancellationToken">Cancels the statements.</param>
    /// <exception cref="StoreException">It could not be written.</exception>
    public Task<T> TryOutAsync<T>(Func<DbConnection, DbTransaction, Task<T>> work, CancellationToken cancellationToken = default) =>
        RunAsync(
            async connection =>
            {
                var transaction = await connection.BeginTransactionAsync(cancellationToken).ConfigureAwait(false);
                await using (transaction.ConfigureAwait(false))
                {
                    var outcome = await work(connection, transaction).ConfigureAwait(false);
                    await transaction.RollbackAsync(cancellationToken).ConfigureAwait(false);
                    return outcome;
                }
            },
            cancellationToken
        );

    /// <summary>Runs one statement, as <see cref="RunAsync"/> does.</summary>
    /// <param name="sql">The statement, with parameters such as <c>@service</c>.</param>
    /// <param name="parameters">Their names, without the <c>@</c>, and values.</param>
    /// <param name="cancellationToken">Cancels the statement.</param>
    /// <returns>The number of rows that it changed, or found as they should be.</returns>
    /// <exception cref="StoreException">The statement failed.</exception>
    public Task<int> ExecuteAsync(string sql, (string Name, object? Value)[] parameters, CancellationToken cancellationToken) =>
        RunAsync(connection => connection.ExecuteAsync(sql, parameters, cancellationToken), cancellationToken);

    /// <summary>Runs one query, as <see cref="RunAsync"/> does.</summary>
    /// <param name="sql">The query, with parameters such as <c>@service</c>.</param>
    /// <param name="parameters">Their names, without the <c>@</c>, and values.</param>
    /// <param name="read">Reads one row.</param>
    /// <param name="cancellationToken">Cancels the query.</param>
    /// <exception cref="StoreException">The query failed.</exception>
    public Task<IReadOnlyList<T>> QueryAsync<T>(
        string sql,
        (string Name, object? Value)[] parameters,
        Func<SqlRow, T> read,
        CancellationToken cancellationToken
    ) => RunAsync(connection => connection.QueryAsync(sql, parameters, read, cancellationToken), cancellationToken);

    /// <summary>The tables in which a change cannot be taken back, with their engines.</summary>
    /// <param name="tables">The names to look at, without the prefix.</param>
    /// <param name="cancellationToken">Cancels the query.</param>
    /// <exception cref="StoreException">The query failed.</exception>
    public async Task<IReadOnlyList<(string Table, string Engine)>> FindNonTransactionalAsync(
        IEnumerable<string> tables,
        CancellationToken cancellationToken = default
    ) =>
        Sql.EnginesQuery is { } sql
            ? await QueryAsync(
                    sql,
                    [("names", tables.Select(StoredTable).ToArray())],
                    static row => (row.Text("Name"), row.Text("Engine")),
                    cancellationToken
                )
                .ConfigureAwait(false)
            : [];

    /// <summary>Asks whether the server answers, as part of its cluster if it has one.</summary>
    /// <exception cref="StoreException">It does not.</exception>
    public async Task PingAsync(CancellationToken cancellationToken = default)
    {
        await QueryAsync("SELECT 1 AS Answer", [], static row => row.Number("Answer"), cancellationToken).ConfigureAwait(false);
        if (
            Sql.CutOffQuery is { } query
            && await QueryAsync(query, [], static row => row.FirstText, cancellationToken).ConfigureAwait(false) is { Count: > 0 }
        )
        {
            throw new StoreException(StoreFailure.Unavailable, "The database node is cut off from its cluster and takes no changes.");
        }
    }

    /// <summary>Closes the connections that nobody uses now; those in use are closed when they are given back.</summary>
    public async Task CloseIdleAsync()
    {
        var connection = _dataSource.CreateConnection();
        await using (connection.ConfigureAwait(false))
        {
            await Sql.ClearPoolAsync(connection, CancellationToken.None).ConfigureAwait(false);
        }
    }

    /// <summary>
    /// Connects by the account of another conf.php for the same database from now on. Connections in use stay as they are
    /// until they are given back.
    /// </summary>
    public async Task UseAccountOfAsync(DolibarrConf conf)
    {
        ArgumentNullException.ThrowIfNull(conf);
        var former = _dataSource;
        _dataSource = Sql.Connect(conf, _timeoutSeconds, _isPooled);
        await former.DisposeAsync().ConfigureAwait(false);
    }

    /// <inheritdoc />
    public ValueTask DisposeAsync() => _dataSource.DisposeAsync();
}
