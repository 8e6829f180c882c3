using System.Reflection;
using Dapper;
using DolibarrOAuthBridge.Dolibarr.Database;
using MySqlConnector;

namespace DolibarrOAuthBridge.Grants;

/// <summary>The bridge's own tables. Their DDL in <c>sql/tables</c> is part of the program; it is repeatable.</summary>
public sealed class BridgeSchema(DolibarrDatabase database) : IDisposable
{
    private static readonly string[] Tables = ["oauthbridge_grant", "oauthbridge_event", "oauthbridge_consent"];

    private readonly SemaphoreSlim _gate = new(1, 1);
    private volatile bool _present;

    /// <summary>Makes the tables that are missing; does nothing from the second time on.</summary>
    /// <returns>The names of the tables made now.</returns>
    /// <exception cref="StoreException">The account may not make them: the message says who must run what.</exception>
    public async Task<IReadOnlyList<string>> EnsureAsync(CancellationToken cancellationToken = default)
    {
        if (_present)
        {
            return [];
        }

        await _gate.WaitAsync(cancellationToken).ConfigureAwait(false);
        try
        {
            var missing = await FindMissingAsync(cancellationToken).ConfigureAwait(false);
            foreach (var table in missing)
            {
                await CreateAsync(table, cancellationToken).ConfigureAwait(false);
            }

            _present = true;
            return missing;
        }
        finally
        {
            _gate.Release();
        }
    }

    /// <summary>The DDL of a table for this instance's prefix.</summary>
    public string Ddl(string table)
    {
        using var stream = Assembly.GetExecutingAssembly().GetManifestResourceStream($"sql/llx_{table}.sql")
            ?? throw new InvalidOperationException($"The program lacks the definition of {table}.");
        using var reader = new StreamReader(stream);
        return reader.ReadToEnd().Replace("llx_", database.Prefix, StringComparison.Ordinal);
    }

    /// <inheritdoc />
    public void Dispose() => _gate.Dispose();

    private async Task<List<string>> FindMissingAsync(CancellationToken cancellationToken)
    {
        const string Sql = "SELECT table_name FROM information_schema.tables WHERE table_schema = DATABASE() AND table_name IN @names";
        var present = await database.RunAsync(
            connection => connection.QueryAsync<string>(new CommandDefinition(Sql, new { names = Tables.Select(table => database.Prefix + table).ToArray() }, cancellationToken: cancellationToken)),
            cancellationToken).ConfigureAwait(false);
        var names = present.ToHashSet(StringComparer.OrdinalIgnoreCase);
        return [.. Tables.Where(table => !names.Contains(database.Prefix + table))];
    }

    private async Task CreateAsync(string table, CancellationToken cancellationToken)
    {
        try
        {
            await database.RunAsync(
                async connection => await connection.ExecuteAsync(new CommandDefinition(Ddl(table), cancellationToken: cancellationToken)).ConfigureAwait(false),
                cancellationToken).ConfigureAwait(false);
        }
        catch (StoreException exception) when (exception.InnerException is MySqlException { Number: 1142 or 1044 or 1227 })
        {
            throw new StoreException(
                StoreFailure.NotWritable,
                $"The table {database.Prefix}{table} is missing and the account in conf.php may not create it. Let a database administrator run sql/tables/*.sql, or enable the oauthbridge module in Dolibarr.",
                exception);
        }
    }
}
