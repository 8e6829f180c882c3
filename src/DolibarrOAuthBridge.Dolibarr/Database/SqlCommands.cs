// SPDX-License-Identifier: GPL-3.0-or-later

using System.Data.Common;

namespace DolibarrOAuthBridge.Dolibarr.Database;

/// <summary>
/// Statements with named parameters and a function that reads each row. There is no reflection, so they work in a native build.
/// A parameter whose value is a list of texts stands for the list in brackets: <c>name IN @names</c>.
/// </summary>
public static class SqlCommands
{
    /// <summary>Runs a statement.</summary>
    /// <param name="connection">An open connection.</param>
    /// <param name="sql">The statement, with parameters such as <c>@service</c>.</param>
    /// <param name="parameters">Their names, without the <c>@</c>, and values.</param>
    /// <param name="cancellationToken">Cancels the statement.</param>
    /// <param name="transaction">The connection's transaction, if there is one.</param>
    /// <param name="timeoutSeconds">Limit for the statement, in seconds; null for the connection's.</param>
    /// <returns>The number of rows that it changed.</returns>
    public static async Task<int> ExecuteAsync(
        this DbConnection connection,
        string sql,
        (string Name, object? Value)[] parameters,
        CancellationToken cancellationToken,
        DbTransaction? transaction = null,
        int? timeoutSeconds = null
    )
    {
        var command = Create(connection, sql, parameters, transaction, timeoutSeconds);
        await using (command.ConfigureAwait(false))
        {
            return await command.ExecuteNonQueryAsync(cancellationToken).ConfigureAwait(false);
        }
    }

    /// <summary>Runs a query.</summary>
    /// <param name="connection">An open connection.</param>
    /// <param name="sql">The query, with parameters such as <c>@service</c>.</param>
    /// <param name="parameters">Their names, without the <c>@</c>, and values.</param>
    /// <param name="read">Reads one row.</param>
    /// <param name="cancellationToken">Cancels the query.</param>
    /// <param name="transaction">The connection's transaction, if there is one.</param>
    /// <param name="timeoutSeconds">Limit for the query, in seconds; null for the connection's.</param>
    /// <returns>The rows.</returns>
    public static async Task<IReadOnlyList<T>> QueryAsync<T>(
        this DbConnection connection,
        string sql,
        (string Name, object? Value)[] parameters,
        Func<SqlRow, T> read,
        CancellationToken cancellationToken,
        DbTransaction? transaction = null,
        int? timeoutSeconds = null
    )
    {
        ArgumentNullException.ThrowIfNull(read);
        var command = Create(connection, sql, parameters, transaction, timeoutSeconds);
        await using (command.ConfigureAwait(false))
        {
            var reader = await command.ExecuteReaderAsync(cancellationToken).ConfigureAwait(false);
            await using (reader.ConfigureAwait(false))
            {
                var rows = new List<T>();
                while (await reader.ReadAsync(cancellationToken).ConfigureAwait(false))
                {
                    rows.Add(read(new SqlRow(reader)));
                }

                return rows;
            }
        }
    }

    private static DbCommand Create(
        DbConnection connection,
        string sql,
        (string Name, object? Value)[] parameters,
        DbTransaction? transaction,
        int? timeoutSeconds
    )
    {
        ArgumentNullException.ThrowIfNull(connection);
        ArgumentNullException.ThrowIfNull(parameters);
        var command = connection.CreateCommand();
        command.Transaction = transaction;
        if (timeoutSeconds is { } seconds)
        {
            command.CommandTimeout = seconds;
        }

        foreach (var (name, value) in parameters)
        {
            if (value is IReadOnlyCollection<string> list)
            {
                sql = Expand(command, sql, name, list);
            }
            else
            {
                Add(command, name, value);
            }
        }

#pragma warning disable CA2100 // callers put nothing but table and column names of this program into the text
        command.CommandText = sql;
#pragma warning restore CA2100
        return command;
    }

    // An empty list becomes (NULL), which nothing is in.
    private static string Expand(DbCommand command, string sql, string name, IReadOnlyCollection<string> list)
    {
        foreach (var (index, item) in list.Index())
        {
            Add(command, $"{name}{index}", item);
        }

        var names = list.Count == 0 ? "NULL" : string.Join(", ", Enumerable.Range(0, list.Count).Select(index => $"@{name}{index}"));
        return sql.Replace($"@{name}", $"({names})", StringComparison.Ordinal);
    }

    private static void Add(DbCommand command, string name, object? value)
    {
        var parameter = command.CreateParameter();
        parameter.ParameterName = name;
        parameter.Value = value ?? DBNull.Value;
        command.Parameters.Add(parameter);
    }
}
