// SPDX-License-Identifier: GPL-3.0-or-later

using Npgsql;

namespace DolibarrOAuthBridge.IntegrationTests.Support;

/// <summary>Statements under any account of PostgreSQL's.</summary>
internal static class AccountConnections
{
    public static async Task<NpgsqlConnection> ConnectAsync(World world, string user, string password)
    {
        await using var superuser = await world.ConnectAsync();
        var connection = new NpgsqlConnection(
            new NpgsqlConnectionStringBuilder(superuser.ConnectionString) { Username = user, Password = password }.ConnectionString
        );
        await connection.OpenAsync();
        return connection;
    }

    /// <summary>The first column of each row, or the error.</summary>
    public static async Task<string> ReadAsync(NpgsqlConnection connection, string sql)
    {
        try
        {
            await using var command = new NpgsqlCommand(sql, connection);
            await using var reader = await command.ExecuteReaderAsync();
            var rows = new List<string>();
            do
            {
                while (await reader.ReadAsync())
                {
                    rows.Add($"{reader.GetValue(0)}");
                }
            } while (await reader.NextResultAsync());
            return string.Join('\n', rows);
        }
        catch (PostgresException exception)
        {
            return $"{exception.SqlState} {exception.MessageText} {exception.Detail} {exception.Where}";
        }
    }
}
