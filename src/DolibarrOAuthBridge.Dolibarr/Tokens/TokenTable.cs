// SPDX-License-Identifier: GPL-3.0-or-later

using Dapper;
using DolibarrOAuthBridge.Dolibarr.Database;
using DolibarrOAuthBridge.Dolibarr.Entries;
using MySqlConnector;

namespace DolibarrOAuthBridge.Dolibarr.Tokens;

/// <summary>
/// Dolibarr's <c>llx_oauth_token</c>. Rows are changed only by compare-and-swap: one statement that names the row and the
/// value that was read, so nobody's newer token is overwritten.
/// </summary>
public sealed partial class TokenTable(DolibarrDatabase database)
{
    private TokenTableSchema? _schema;

    /// <summary>The rows of one entry and company.</summary>
    /// <exception cref="StoreException">The database failed.</exception>
    public async Task<TokenLookup> FindAsync(EntryName name, int entity, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(name);
        var rows = await SelectAsync("service = @service AND entity = @entity", new { service = name.Service, entity }, cancellationToken)
            .ConfigureAwait(false);
        return new TokenLookup([.. rows.Where(row => name.Owns(row.Service) && !row.HasOwner && !string.IsNullOrEmpty(row.Value))]);
    }

    /// <summary>One row, or null if it is gone.</summary>
    /// <exception cref="StoreException">The database failed.</exception>
    public async Task<TokenRow?> FindRowAsync(long rowId, CancellationToken cancellationToken = default) =>
        await SelectAsync("rowid = @rowId", new { rowId }, cancellationToken).ConfigureAwait(false) is [var row] ? row : null;

    /// <summary>Every row of the table, of every owner and company.</summary>
    /// <exception cref="StoreException">The database failed.</exception>
    public Task<IReadOnlyList<TokenRow>> ListAsync(CancellationToken cancellationToken = default) =>
        SelectAsync("1 = 1", new { }, cancellationToken);

    /// <summary>Whether the row still holds what was read and could be written now; nothing changes.</summary>
    /// <exception cref="StoreException">It cannot be written: locked, read-only, no privilege, no connection.</exception>
    public Task<bool> CanReplaceAsync(TokenRow read, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(read);
        var sql =
            $"UPDATE {database.Table("oauth_token")} SET {read.Column} = {read.Column} WHERE rowid = @RowId AND BINARY {read.Column} = @Value";
        return database.RunAsync(
            async connection =>
                await connection
                    .ExecuteAsync(new CommandDefinition(sql, new { read.RowId, read.Value }, cancellationToken: cancellationToken))
                    .ConfigureAwait(false) == 1,
            cancellationToken
        );
    }

    /// <summary>Replaces the value of a row if it still holds what was read.</summary>
    /// <returns>False if the row changed or is gone.</returns>
    /// <remarks>Takes the caller's connection, so that it can be part of a transaction.</remarks>
    public async Task<bool> ReplaceAsync(
        MySqlConnection connection,
        MySqlTransaction? transaction,
        TokenRow read,
        string value,
        CancellationToken cancellationToken = default
    )
    {
        ArgumentNullException.ThrowIfNull(connection);
        ArgumentNullException.ThrowIfNull(read);
        await RequireToFitAsync(read.Column, value, cancellationToken).ConfigureAwait(false);
        var sql =
            $"UPDATE {database.Table("oauth_token")} SET {read.Column} = @newValue WHERE rowid = @RowId AND BINARY {read.Column} = @Value";
        return await connection
                .ExecuteAsync(
                    new CommandDefinition(
                        sql,
                        new
                        {
                            read.RowId,
                            read.Value,
                            newValue = value,
                        },
                        transaction,
                        cancellationToken: cancellationToken
                    )
                )
                .ConfigureAwait(false) == 1;
    }

    /// <summary>
    /// The first row that names the entry but holds no token. Stock code makes such a row before it sends the browser to the
    /// provider, and reads the first row only: a token in a second one would not be found.
    /// </summary>
    /// <exception cref="StoreException">The database failed.</exception>
    public async Task<TokenRow?> FindVacantAsync(EntryName name, int entity, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(name);
        var rows = await SelectAsync("service = @service AND entity = @entity", new { service = name.Service, entity }, cancellationToken)
            .ConfigureAwait(false);
        return rows.FirstOrDefault(row => name.Owns(row.Service) && !row.HasOwner && string.IsNullOrEmpty(row.Value));
    }

    /// <summary>
    /// Puts a new grant into a row that still holds what was read, be that nothing, and says in <c>state</c> what it is for.
    /// </summary>
    /// <param name="connection">The caller's connection.</param>
    /// <param name="transaction">The caller's transaction, if any.</param>
    /// <param name="read">The row.</param>
    /// <param name="value">The encoded token.</param>
    /// <param name="state">The scope list; null leaves the column alone, and so does a table without it.</param>
    /// <param name="cancellationToken">Cancels the statement.</param>
    /// <returns>False if the row changed or is gone.</returns>
    public async Task<bool> RegrantAsync(
        MySqlConnection connection,
        MySqlTransaction? transaction,
        TokenRow read,
        string value,
        string? state,
        CancellationToken cancellationToken = default
    )
    {
        ArgumentNullException.ThrowIfNull(connection);
        ArgumentNullException.ThrowIfNull(read);
        await RequireToFitAsync(read.Column, value, cancellationToken).ConfigureAwait(false);
        var schema = await SchemaAsync(cancellationToken).ConfigureAwait(false);
        var stateAssignment = state is not null && schema.Has("state") ? ", state = @state" : string.Empty;
        var condition = string.IsNullOrEmpty(read.Value) ? $"COALESCE({read.Column}, '') = ''" : $"BINARY {read.Column} = @Value";
        var sql =
            $"UPDATE {database.Table("oauth_token")} SET {read.Column} = @newValue{stateAssignment} WHERE rowid = @RowId AND {condition}";
        return await connection
                .ExecuteAsync(
                    new CommandDefinition(
                        sql,
                        new
                        {
                            read.RowId,
                            read.Value,
                            newValue = value,
                            state,
                        },
                        transaction,
                        cancellationToken: cancellationToken
                    )
                )
                .ConfigureAwait(false) == 1;
    }

    /// <summary>
    /// Writes <c>tokenstring</c>, which some of Dolibarr's code reads beside the token; does nothing where the table has no such
    /// column.
    /// </summary>
    public async Task DescribeAsync(
        MySqlConnection connection,
        MySqlTransaction? transaction,
        long rowId,
        string text,
        CancellationToken cancellationToken = default
    )
    {
        ArgumentNullException.ThrowIfNull(connection);
        if ((await SchemaAsync(cancellationToken).ConfigureAwait(false)).Has("tokenstring"))
        {
            await connection
                .ExecuteAsync(
                    new CommandDefinition(
                        $"UPDATE {database.Table("oauth_token")} SET tokenstring = @text WHERE rowid = @rowId",
                        new { rowId, text },
                        transaction,
                        cancellationToken: cancellationToken
                    )
                )
                .ConfigureAwait(false);
        }
    }

    /// <summary>Finds out whether a row could be added for an entry, by adding one and taking it back.</summary>
    /// <exception cref="StoreException">It could not: the service name is too long, no privilege, read-only, no connection.</exception>
    public async Task RequireInsertableAsync(EntryName name, int entity, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(name);
        await database
            .RunAsync(
                async connection =>
                {
                    var transaction = await connection.BeginTransactionAsync(cancellationToken).ConfigureAwait(false);
                    await using (transaction.ConfigureAwait(false))
                    {
                        await InsertAsync(connection, transaction, name, entity, string.Empty, null, DateTime.UnixEpoch, cancellationToken)
                            .ConfigureAwait(false);
                        await transaction.RollbackAsync(cancellationToken).ConfigureAwait(false);
                        return 0;
                    }
                },
                cancellationToken
            )
            .ConfigureAwait(false);
    }

    /// <summary>Adds the row of an entry that has none, as Dolibarr's own storage would.</summary>
    /// <param name="connection">The caller's connection.</param>
    /// <param name="transaction">The caller's transaction, if any.</param>
    /// <param name="name">The entry.</param>
    /// <param name="entity">The company.</param>
    /// <param name="value">The encoded token.</param>
    /// <param name="state">The scope list; left out where the table has no such column.</param>
    /// <param name="createdAt">The row's date of creation, UTC.</param>
    /// <param name="cancellationToken">Cancels the statement.</param>
    /// <returns>The new row's rowid.</returns>
    public async Task<long> InsertAsync(
        MySqlConnection connection,
        MySqlTransaction? transaction,
        EntryName name,
        int entity,
        string value,
        string? state,
        DateTime createdAt,
        CancellationToken cancellationToken = default
    )
    {
        ArgumentNullException.ThrowIfNull(connection);
        ArgumentNullException.ThrowIfNull(name);
        await RequireToFitAsync("token", value, cancellationToken).ConfigureAwait(false);
        await RequireToFitAsync("service", name.Service, cancellationToken).ConfigureAwait(false);
        var schema = await SchemaAsync(cancellationToken).ConfigureAwait(false);
        var (stateColumn, stateValue) = schema.Has("state") ? (", state", ", @state") : (string.Empty, string.Empty);
        var sql =
            $"INSERT INTO {database.Table("oauth_token")} (service, token, entity, datec{stateColumn}) VALUES (@Service, @value, @entity, @createdAt{stateValue}); SELECT LAST_INSERT_ID()";
        return await connection
            .ExecuteScalarAsync<long>(
                new CommandDefinition(
                    sql,
                    new
                    {
                        name.Service,
                        value,
                        entity,
                        createdAt,
                        state,
                    },
                    transaction,
                    cancellationToken: cancellationToken
                )
            )
            .ConfigureAwait(false);
    }

    /// <summary>Deletes a row if it still holds what was read.</summary>
    /// <returns>False if the row changed or is gone.</returns>
    /// <exception cref="StoreException">The database failed.</exception>
    public Task<bool> DeleteAsync(TokenRow read, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(read);
        var sql = $"DELETE FROM {database.Table("oauth_token")} WHERE rowid = @RowId AND BINARY {read.Column} = @Value";
        return database.RunAsync(
            async connection =>
                await connection
                    .ExecuteAsync(new CommandDefinition(sql, new { read.RowId, read.Value }, cancellationToken: cancellationToken))
                    .ConfigureAwait(false) == 1,
            cancellationToken
        );
    }
}
