// SPDX-License-Identifier: GPL-3.0-or-later

using DolibarrOAuthBridge.Dolibarr.Database;

namespace DolibarrOAuthBridge.Dolibarr.Tokens;

/// <summary>Reads once how this instance's token table looks.</summary>
internal sealed class TokenTableSchemaReader(DolibarrDatabase database)
{
    private TokenTableSchema? _schema;
    private bool? _isTransactional;

    /// <summary>The table's columns.</summary>
    /// <exception cref="StoreException">The table is not there or is not Dolibarr's.</exception>
    public async Task<TokenTableSchema> ReadAsync(CancellationToken cancellationToken)
    {
        if (_schema is { } known)
        {
            return known;
        }

        var usesViews = await database.UsesViewsAsync(cancellationToken).ConfigureAwait(false);
        var sql = $"""
            SELECT column_name AS Name, character_maximum_length AS Characters, character_octet_length AS Bytes
              FROM information_schema.columns
             WHERE table_schema = {(usesViews ? "@views" : database.Sql.CurrentSchema)} AND table_name = @table
            """;
        var columns = await database
            .QueryAsync(
                sql,
                [("table", database.StoredTable("oauth_token")), ("views", database.ViewsName)],
                static row => new TokenColumn(row.Text("Name"), row.BigNumberOrNull("Characters"), row.BigNumberOrNull("Bytes")),
                cancellationToken
            )
            .ConfigureAwait(false);
        var names = await TokenTableNames.OfAsync(database, cancellationToken).ConfigureAwait(false);
        // What a column holds is what it takes.
        var schema = new TokenTableSchema(
            columns.Select(column =>
                columns.FirstOrDefault(other => other.Name == names.Written(column.Name)) is { } written
                    ? written with
                    {
                        Name = column.Name,
                    }
                    : column
            )
        );
        if (!schema.IsUsable)
        {
            throw new StoreException(
                StoreFailure.Other,
                $"The database {database.Name} has no table {database.Prefix}oauth_token that the account can see: is the database or "
                    + "the prefix in conf.php another one, or the OAuth module of Dolibarr not installed?"
            );
        }

        return _schema = schema;
    }

    /// <summary>The same, whatever was read before.</summary>
    /// <exception cref="StoreException">The table is not there or is not Dolibarr's.</exception>
    public Task<TokenTableSchema> ReadAnewAsync(CancellationToken cancellationToken)
    {
        _schema = null;
        return ReadAsync(cancellationToken);
    }

    /// <summary>Whether the table's engine can take a change back; false where the account cannot see it.</summary>
    /// <exception cref="StoreException">The database failed.</exception>
    public async Task<bool> IsTransactionalAsync(CancellationToken cancellationToken)
    {
        if (_isTransactional is { } known)
        {
            return known;
        }

        var others = await database.FindNonTransactionalAsync(["oauth_token"], cancellationToken).ConfigureAwait(false);
        _isTransactional = others.Count == 0 && await IsVisibleAsync(cancellationToken).ConfigureAwait(false);
        return _isTransactional.Value;
    }

    // Views do not say what the table's engine is.
    private async Task<bool> IsVisibleAsync(CancellationToken cancellationToken) =>
        !await database.UsesViewsAsync(cancellationToken).ConfigureAwait(false)
        || await database
            .QueryAsync(
                $"SELECT table_name AS Name FROM information_schema.tables WHERE table_schema = {database.Sql.CurrentSchema} "
                    + "AND table_name = @table",
                [("table", database.StoredTable("oauth_token"))],
                static row => row.Text("Name"),
                cancellationToken
            )
            .ConfigureAwait(false)
            is { Count: > 0 };

    /// <summary>Throws where a value is longer than its column: a server without strict SQL mode would cut it.</summary>
    /// <exception cref="StoreException">It does not fit.</exception>
    public async Task RequireToFitAsync(string column, string value, CancellationToken cancellationToken)
    {
        if (
            !(await ReadAsync(cancellationToken).ConfigureAwait(false)).Fits(column, value)
            && !(await ReadAnewAsync(cancellationToken).ConfigureAwait(false)).Fits(column, value)
        )
        {
            throw new StoreException(
                StoreFailure.NotWritable,
                $"The value for {database.Prefix}oauth_token.{column} has {value.Length} characters, "
                    + "which is more than the column holds."
            );
        }
    }
}
