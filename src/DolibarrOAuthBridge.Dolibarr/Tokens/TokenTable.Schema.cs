// SPDX-License-Identifier: GPL-3.0-or-later

using Dapper;
using DolibarrOAuthBridge.Dolibarr.Database;

namespace DolibarrOAuthBridge.Dolibarr.Tokens;

/// <content>How the table looks and how its rows are read.</content>
public sealed partial class TokenTable
{

    /// <summary>The table's columns, read once.</summary>
    /// <exception cref="StoreException">The table is not there or is not Dolibarr's.</exception>
    public async Task<TokenTableSchema> SchemaAsync(CancellationToken cancellationToken = default)
    {
        if (_schema is { } known)
        {
            return known;
        }

        const string Sql = """
            SELECT column_name AS Name, CAST(character_maximum_length AS SIGNED) AS Characters, CAST(character_octet_length AS SIGNED) AS Bytes
              FROM information_schema.columns
             WHERE table_schema = DATABASE() AND table_name = @table
            """;
        var columns = await database
            .RunAsync(
                connection =>
                    connection.QueryAsync<TokenColumn>(
                        new CommandDefinition(Sql, new { table = database.Prefix + "oauth_token" }, cancellationToken: cancellationToken)
                    ),
                cancellationToken
            )
            .ConfigureAwait(false);
        var schema = new TokenTableSchema(columns);
        if (!schema.IsUsable)
        {
            throw new StoreException(
                StoreFailure.Other,
                $"The database {database.Name} has no table {database.Prefix}oauth_token that the account can see: is the database or the prefix in conf.php another one, or the OAuth module of Dolibarr not installed?"
            );
        }

        return _schema = schema;
    }

    private async Task<IReadOnlyList<TokenRow>> SelectAsync(string condition, object parameters, CancellationToken cancellationToken)
    {
        var schema = await SchemaAsync(cancellationToken).ConfigureAwait(false);
        string[] optional = ["tokenstring", "state", "fk_soc", "fk_user", "fk_adherent", "datec", "tms"];
        var columns = string.Join(", ", optional.Select(column => schema.Has(column) ? column : $"NULL AS {column}"));
        var sql = $"SELECT rowid, service, entity, token, {columns} FROM {database.Table("oauth_token")} WHERE {condition} ORDER BY rowid";
        var rows = await database
            .RunAsync(
                connection => connection.QueryAsync<RawRow>(new CommandDefinition(sql, parameters, cancellationToken: cancellationToken)),
                cancellationToken
            )
            .ConfigureAwait(false);
        return [.. rows.Select(Convert)];
    }

    private static TokenRow Convert(RawRow row) =>
        new()
        {
            RowId = row.rowid,
            Service = row.service,
            Entity = row.entity ?? 1,
            Value = row.token ?? row.tokenstring,
            Column = row.token is null && row.tokenstring is not null ? "tokenstring" : "token",
            State = row.state,
            HasOwner = row.fk_soc is not null || row.fk_user is not null || row.fk_adherent is not null,
            CreatedAt = row.datec,
            ModifiedAt = row.tms,
        };

    private async Task RequireToFitAsync(string column, string value, CancellationToken cancellationToken)
    {
        var schema = await SchemaAsync(cancellationToken).ConfigureAwait(false);
        if (!schema.Fits(column, value))
        {
            throw new StoreException(
                StoreFailure.NotWritable,
                $"The value for {database.Prefix}oauth_token.{column} has {value.Length} characters, which is more than the column holds."
            );
        }
    }

#pragma warning disable IDE1006 // named as the columns are
    private sealed class RawRow
    {
        public long rowid { get; init; }
        public string? service { get; init; }
        public int? entity { get; init; }
        public string? token { get; init; }
        public string? tokenstring { get; init; }
        public string? state { get; init; }
        public long? fk_soc { get; init; }
        public long? fk_user { get; init; }
        public long? fk_adherent { get; init; }
        public DateTime? datec { get; init; }
        public DateTime? tms { get; init; }
    }
#pragma warning restore IDE1006
}
