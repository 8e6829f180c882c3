// SPDX-License-Identifier: GPL-3.0-or-later

using System.Data.Common;
using DolibarrOAuthBridge.Dolibarr.Database;
using DolibarrOAuthBridge.Dolibarr.Entries;

namespace DolibarrOAuthBridge.Dolibarr.Tokens;

/// <summary>
/// Dolibarr's <c>llx_oauth_token</c>. Rows are changed only by compare-and-swap: one statement that names the row and the
/// value that was read, so nobody's newer token is overwritten.
/// </summary>
public sealed partial class TokenTable(DolibarrDatabase database)
{
    // What Dolibarr's Stripe::getStripeAccount asks for.
    private static readonly string[] StripeServices = ["StripeTest", "StripeLive"];

    private readonly TokenTableSchemaReader _schema = new(database);

    /// <summary>The table's columns, read once.</summary>
    /// <exception cref="StoreException">The table is not there or is not Dolibarr's.</exception>
    public Task<TokenTableSchema> SchemaAsync(CancellationToken cancellationToken = default) => _schema.ReadAsync(cancellationToken);

    /// <summary>The table's columns as they are now: somebody may have altered one since they were read.</summary>
    /// <exception cref="StoreException">The table is not there or is not Dolibarr's.</exception>
    public Task<TokenTableSchema> ReadSchemaAnewAsync(CancellationToken cancellationToken = default) =>
        _schema.ReadAnewAsync(cancellationToken);

    /// <summary>What stands in SQL for the table and its columns: the table itself, or views of it.</summary>
    /// <exception cref="StoreException">The database failed.</exception>
    public ValueTask<TokenTableNames> NamesAsync(CancellationToken cancellationToken = default) =>
        TokenTableNames.OfAsync(database, cancellationToken);

    /// <summary>The rows of one entry and company.</summary>
    /// <exception cref="StoreException">The database failed.</exception>
    public async Task<TokenLookup> FindAsync(EntryName name, int entity, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(name);
        var rows = await SelectAsync(
                $"{database.Sql.IsName("service", "@service")} AND entity = @entity",
                [("service", name.Service), ("entity", entity)],
                cancellationToken
            )
            .ConfigureAwait(false);
        return TokenLookup.Of(name, rows);
    }

    /// <summary>One row, or null if it is gone.</summary>
    /// <exception cref="StoreException">The database failed.</exception>
    public async Task<TokenRow?> FindRowAsync(long rowId, CancellationToken cancellationToken = default) =>
        await SelectAsync("rowid = @rowId", [("rowId", rowId)], cancellationToken).ConfigureAwait(false) is [var row] ? row : null;

    /// <summary>Every row of a company, of every owner.</summary>
    /// <exception cref="StoreException">The database failed.</exception>
    public Task<IReadOnlyList<TokenRow>> ListAsync(int entity, CancellationToken cancellationToken = default) =>
        SelectAsync("entity = @entity", [("entity", entity)], cancellationToken);

    /// <summary>The companies that have rows.</summary>
    /// <exception cref="StoreException">The database failed.</exception>
    public async Task<IReadOnlyList<int>> ListCompaniesAsync(CancellationToken cancellationToken = default)
    {
        var names = await NamesAsync(cancellationToken).ConfigureAwait(false);
        return await database
            .QueryAsync(
                $"SELECT DISTINCT entity FROM {names.Rows} WHERE entity IS NOT NULL",
                [],
                static row => row.Number("entity"),
                cancellationToken
            )
            .ConfigureAwait(false);
    }

    /// <summary>Every row of the table, of every owner and company.</summary>
    /// <exception cref="StoreException">The database failed.</exception>
    public Task<IReadOnlyList<TokenRow>> ListAsync(CancellationToken cancellationToken = default) =>
        SelectAsync("1 = 1", [], cancellationToken);

    /// <summary>Replaces the value of a row if it still holds what was read.</summary>
    /// <returns>False if the row changed or is gone.</returns>
    /// <remarks>Takes the caller's connection, so that it can be part of a transaction.</remarks>
    public async Task<bool> ReplaceAsync(
        DbConnection connection,
        DbTransaction? transaction,
        TokenRow read,
        string value,
        CancellationToken cancellationToken = default
    )
    {
        ArgumentNullException.ThrowIfNull(connection);
        ArgumentNullException.ThrowIfNull(read);
        await _schema.RequireToFitAsync(read.Column, value, cancellationToken).ConfigureAwait(false);
        var names = await NamesAsync(cancellationToken).ConfigureAwait(false);
        var sql = $"UPDATE {names.Rows} SET {names.Written(read.Column)} = @newValue WHERE rowid = @rowId AND {StillHolds(read)}";
        return await connection
                .ExecuteAsync(sql, [("rowId", read.RowId), ("value", read.Value), ("newValue", value)], cancellationToken, transaction)
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
        var rows = await SelectAsync(
                $"{database.Sql.IsName("service", "@service")} AND entity = @entity",
                [("service", name.Service), ("entity", entity)],
                cancellationToken
            )
            .ConfigureAwait(false);
        return rows.FirstOrDefault(row => name.Owns(row.Service) && !row.HasOwner && string.IsNullOrEmpty(row.Value));
    }

    /// <summary>
    /// Compare-and-swaps a new grant into the row, which may be empty, and writes its scopes into <c>state</c>.
    /// </summary>
    /// <param name="connection">The caller's connection.</param>
    /// <param name="transaction">The caller's transaction, if any.</param>
    /// <param name="read">The row.</param>
    /// <param name="value">The encoded token.</param>
    /// <param name="state">The scope list; null leaves the column alone, and so does a table without it.</param>
    /// <param name="cancellationToken">Cancels the statement.</param>
    /// <returns>False if the row changed or is gone.</returns>
    public async Task<bool> RegrantAsync(
        DbConnection connection,
        DbTransaction? transaction,
        TokenRow read,
        string value,
        string? state,
        CancellationToken cancellationToken = default
    )
    {
        ArgumentNullException.ThrowIfNull(connection);
        ArgumentNullException.ThrowIfNull(read);
        await _schema.RequireToFitAsync(read.Column, value, cancellationToken).ConfigureAwait(false);
        var schema = await SchemaAsync(cancellationToken).ConfigureAwait(false);
        var names = await NamesAsync(cancellationToken).ConfigureAwait(false);
        var stateAssignment = state is not null && schema.Has("state") ? $", {names.Written("state")} = @state" : string.Empty;
        var condition = string.IsNullOrEmpty(read.Value) ? $"COALESCE({read.Column}, '') = ''" : StillHolds(read);
        var column = names.Written(read.Column);
        var sql = $"UPDATE {names.Rows} SET {column} = @newValue{stateAssignment} WHERE rowid = @rowId AND {condition}";
        return await connection
                .ExecuteAsync(
                    sql,
                    [("rowId", read.RowId), ("value", read.Value), ("newValue", value), ("state", state)],
                    cancellationToken,
                    transaction
                )
                .ConfigureAwait(false) == 1;
    }

    /// <summary>
    /// Writes <c>tokenstring</c>, which some of Dolibarr's code reads beside the token; does nothing where the table has no such
    /// column.
    /// </summary>
    public async Task SetTokenStringAsync(
        DbConnection connection,
        DbTransaction? transaction,
        long rowId,
        string text,
        CancellationToken cancellationToken = default
    )
    {
        ArgumentNullException.ThrowIfNull(connection);
        if ((await SchemaAsync(cancellationToken).ConfigureAwait(false)).Has("tokenstring"))
        {
            var names = await NamesAsync(cancellationToken).ConfigureAwait(false);
            await connection
                .ExecuteAsync(
                    $"UPDATE {names.Rows} SET {names.Written("tokenstring")} = @text WHERE rowid = @rowId",
                    [("rowId", rowId), ("text", text)],
                    cancellationToken,
                    transaction
                )
                .ConfigureAwait(false);
        }
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
        DbConnection connection,
        DbTransaction? transaction,
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
        await _schema.RequireToFitAsync("token", value, cancellationToken).ConfigureAwait(false);
        await _schema.RequireToFitAsync("service", name.Service, cancellationToken).ConfigureAwait(false);
        var schema = await SchemaAsync(cancellationToken).ConfigureAwait(false);
        var names = await NamesAsync(cancellationToken).ConfigureAwait(false);
        var (stateColumn, stateValue) = schema.Has("state") ? (", state", ", @state") : (string.Empty, string.Empty);
        var sql = database.Sql.InsertReturningRowId(
            $"INSERT INTO {names.NewRows} (service, token, entity, datec{stateColumn}) "
                + $"VALUES (@service, @value, @entity, @createdAt{stateValue})"
        );
        var rowIds = await connection
            .QueryAsync(
                sql,
                [("service", name.Service), ("value", value), ("entity", entity), ("createdAt", createdAt), ("state", state)],
                static row => row.BigNumber("rowid"),
                cancellationToken,
                transaction
            )
            .ConfigureAwait(false);
        return rowIds[0];
    }

    /// <summary>Deletes a row if it still holds what was read.</summary>
    /// <returns>False if the row changed or is gone.</returns>
    /// <exception cref="StoreException">The database failed.</exception>
    public async Task<bool> DeleteAsync(TokenRow read, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(read);
        var names = await NamesAsync(cancellationToken).ConfigureAwait(false);
        var sql = $"DELETE FROM {names.Rows} WHERE rowid = @rowId AND {StillHolds(read)}";
        return await database.ExecuteAsync(sql, [("rowId", read.RowId), ("value", read.Value)], cancellationToken).ConfigureAwait(false)
            == 1;
    }

    private string StillHolds(TokenRow read) => database.Sql.IsExactly(read.Column, "@value");

    private async Task<IReadOnlyList<TokenRow>> SelectAsync(
        string condition,
        (string Name, object? Value)[] parameters,
        CancellationToken cancellationToken
    )
    {
        var schema = await SchemaAsync(cancellationToken).ConfigureAwait(false);
        string[] optional = ["tokenstring", "state", "fk_soc", "fk_user", "fk_adherent", "datec", "tms"];
        var columns = string.Join(", ", optional.Select(column => schema.Has(column) ? column : $"NULL AS {column}"));
        var names = await NamesAsync(cancellationToken).ConfigureAwait(false);
        var sql = $"SELECT rowid, service, entity, token, {columns} FROM {names.Rows} WHERE {condition} ORDER BY rowid";
        return await database.QueryAsync(sql, parameters, Read, cancellationToken).ConfigureAwait(false);
    }

    private static TokenRow Read(SqlRow row)
    {
        var (service, token, tokenString) = (row.TextOrNull("service"), row.TextOrNull("token"), row.TextOrNull("tokenstring"));
        return new()
        {
            RowId = row.BigNumber("rowid"),
            Service = service,
            Entity = row.NumberOrNull("entity") ?? 0,
            IsEntityNull = row.NumberOrNull("entity") is null,
            Value = token ?? tokenString,
            Column = token is null && tokenString is not null ? "tokenstring" : "token",
            State = row.TextOrNull("state"),
            HasOwner = (row.TextOrNull("fk_soc") ?? row.TextOrNull("fk_user") ?? row.TextOrNull("fk_adherent")) is not null,
            HoldsStripeAccount = !string.IsNullOrEmpty(tokenString) && StripeServices.Any(name => AsciiName.AreSame(name, service)),
            CreatedAt = row.TimeOrNull("datec"),
            ModifiedAt = row.TimeOrNull("tms"),
        };
    }
}
