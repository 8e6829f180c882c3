// SPDX-License-Identifier: GPL-3.0-or-later

using System.Text.RegularExpressions;
using DolibarrOAuthBridge.Demo.Database;
using DolibarrOAuthBridge.Dolibarr.Configuration;
using DolibarrOAuthBridge.Dolibarr.Database;
using DolibarrOAuthBridge.Dolibarr.Encryption;
using DolibarrOAuthBridge.Dolibarr.Entries;
using DolibarrOAuthBridge.Dolibarr.Tokens;
using DolibarrOAuthBridge.Grants;
using DolibarrOAuthBridge.IntegrationTests.Support;
using DolibarrOAuthBridge.Storage;

namespace DolibarrOAuthBridge.IntegrationTests.Database;

/// <summary>Dolibarr's tables and the bridge's own on a real PostgreSQL.</summary>
public sealed partial class PostgreSqlTests(PostgreSqlServer shared) : IClassFixture<PostgreSqlServer>
{
    private static readonly GrantKey Key = new(World.Service, 1);

    [Fact]
    public async Task A_token_row_is_added_found_replaced_once_and_deleted()
    {
        await using var database = await CreateAsync();
        var tokens = new TokenTable(database);
        await tokens.RequireInsertableAsync(Entry, 1, "probe");
        Assert.Empty((await tokens.FindAsync(Entry, 1)).Rows);

        var rowId = await database.RunAsync(connection =>
            tokens.InsertAsync(connection, null, Entry, 1, "first", "the scopes", DateTime.UnixEpoch)
        );
        var read = (await tokens.FindAsync(Entry, 1)).OnlyRow!;

        Assert.Equal((rowId, "first", "the scopes", DateTime.UnixEpoch), (read.RowId, read.Value, read.State, read.CreatedAt));
        Assert.True(await tokens.CanReplaceAsync(read));
        Assert.True(await database.RunAsync(connection => tokens.ReplaceAsync(connection, null, read, "second")));
        Assert.False(await database.RunAsync(connection => tokens.ReplaceAsync(connection, null, read, "third")));
        Assert.False(await tokens.DeleteAsync(read));
        Assert.True(await tokens.DeleteAsync((await tokens.FindRowAsync(rowId))!));
    }

    [Fact]
    public async Task A_service_is_found_whatever_its_case()
    {
        await using var database = await CreateAsync();
        await database.ExecuteAsync("INSERT INTO llx_oauth_token (service, token, entity) VALUES ('GOOGLE-mail', 'x', 1)", [], default);

        Assert.NotNull((await new TokenTable(database).FindAsync(Entry, 1)).OnlyRow);
    }

    [Fact]
    public async Task An_entrys_settings_are_those_of_its_entity_before_those_of_all()
    {
        await using var database = await CreateAsync();
        await database.ExecuteAsync(
            "INSERT INTO llx_const (name, entity, value) VALUES ('OAUTH_GOOGLE-Mail_ID', 0, 'all'), ('OAUTH_GOOGLE-Mail_ID', 2, 'two')",
            [],
            default
        );
        var entries = new EntryTable(database, new TokenCodec(Keys), static _ => null);

        Assert.Equal("all", Assert.Single(await entries.ListAsync(1)).ClientId);
        Assert.Equal("two", Assert.Single(await entries.ListAsync(2)).ClientId);
    }

    [Fact]
    public async Task A_lease_has_one_owner_among_many_and_can_be_given_back()
    {
        await using var database = await CreateAsync();
        using var schema = new BridgeSchema(database);
        var conf = new DolibarrConf
        {
            Path = "conf.php",
            DbHost = string.Empty,
            DbName = string.Empty,
            DbUser = string.Empty,
            Keys = Keys,
        };
        var leases = new GrantLeaseTable(database, conf, schema);

        var taken = await Task.WhenAll(
            Enumerable
                .Range(0, 40)
                .Select(owner => leases.TryLeaseAsync(Key, $"owner {owner}", LeaseWish.ForConsent, TimeSpan.FromMinutes(1)))
        );
        var winner = Array.IndexOf(taken, true);

        Assert.Single(taken, won => won);
        Assert.False(await leases.TryLeaseAsync(Key, "another", LeaseWish.ForConsent, TimeSpan.FromMinutes(1)));
        await leases.ReleaseAsync(Key, $"owner {winner}");
        Assert.True(await leases.TryLeaseAsync(Key, "another", LeaseWish.ForConsent, TimeSpan.FromMinutes(1)));
    }

    [Fact]
    public async Task A_use_and_an_expiry_are_recorded_in_one_row_per_grant()
    {
        await using var database = await CreateAsync();
        using var schema = new BridgeSchema(database);
        var grants = new GrantTable(database, schema);
        var at = new DateTime(2026, 11, 28, 12, 0, 0, DateTimeKind.Utc);

        await grants.RecordUseAsync(Key, at);
        await grants.RecordUseAsync(Key, at.AddHours(1));
        await grants.RecordExpiryAsync(Key, at.AddHours(2));

        var record = Assert.Single(await grants.ListAllAsync()).Value;
        Assert.Equal((at.AddHours(1), at.AddHours(2)), (record.UsedAt, record.TokenExpiresAt));
    }

    [Fact]
    public async Task The_tables_are_made_once_and_carry_their_schema_version()
    {
        await using var database = await CreateAsync();
        using var first = new BridgeSchema(database);
        using var second = new BridgeSchema(database);

        Assert.Equal(BridgeSchema.Versions.Count, (await first.RepairAsync()).Count);
        Assert.Empty(await second.RepairAsync());
        Assert.Equal(
            BridgeSchema.Versions.OrderBy(table => table.Key, StringComparer.Ordinal),
            (await second.FindVersionsAsync()).OrderBy(table => table.Key, StringComparer.Ordinal)
        );
    }

    [Fact]
    public void Each_table_has_the_columns_that_it_has_on_MariaDB()
    {
        foreach (var script in SqlScripts.In("tables"))
        {
            Assert.Equal(ColumnsIn(script), ColumnsIn("pgsql/" + script));
        }
    }

    [Fact]
    public async Task What_the_server_refuses_has_the_name_it_has_on_MariaDB()
    {
        await using var database = await CreateAsync();

        Assert.Equal(StoreCause.MissingTable, await CauseAsync(database, "SELECT 1 FROM llx_nothing"));
        Assert.Equal(StoreCause.MissingColumn, await CauseAsync(database, "SELECT nothing FROM llx_const"));
        Assert.Equal(StoreCause.AlreadyThere, await CauseAsync(database, "ALTER TABLE llx_const ADD COLUMN value text"));
        Assert.Equal(StoreCause.MissingPrivilege, await CauseAsync(database, "CREATE ROLE another"));
        Assert.Equal(
            StoreCause.DuplicateKey,
            await CauseAsync(database, "INSERT INTO llx_const (name, value) VALUES ('A', ''), ('A', '')")
        );
        await using var connection = await database.OpenAsync();
        await using var transaction = await connection.BeginTransactionAsync();
        await connection.ExecuteAsync("SET TRANSACTION READ ONLY", [], default, transaction);
        var refusal = await Record.ExceptionAsync(() => connection.ExecuteAsync("DELETE FROM llx_const", [], default, transaction));
        Assert.Equal(StoreCause.ReadOnly, StoreException.From(refusal!).Cause);
    }

    [Fact]
    public async Task Connections_outlive_a_restart_of_the_server()
    {
        await using var server = await ScratchPostgreSql.StartAsync();
        await using var database = await CreateAsync(server);
        await database.PingAsync();

        await server.StopAsync();
        var down = await Assert.ThrowsAsync<StoreException>(() => database.PingAsync());
        await server.StartAgainAsync();

        Assert.Equal(StoreFailure.Unavailable, down.Failure);
        await database.PingAsync();
    }

    private static EntryName Entry { get; } = EntryName.TryParse(World.Entry, out var name) ? name : throw new InvalidOperationException();

    private static InstanceKeys Keys { get; } = new(null, "0123456789abcdef0123456789abcdef", null);

    private static IEnumerable<string> ColumnsIn(string script) =>
        Column().Matches(SqlScripts.Read(script, "llx_")).Select(match => match.Groups[1].Value);

    [GeneratedRegex(@"^  ([a-z_]+) +[a-z]", RegexOptions.Multiline)]
    private static partial Regex Column();

    private static async Task<StoreCause> CauseAsync(DolibarrDatabase database, string sql) =>
        (await Assert.ThrowsAsync<StoreException>(() => database.ExecuteAsync(sql, [], default))).Cause;

    private Task<DolibarrDatabase> CreateAsync() => CreateAsync(shared.Server);

    // Dolibarr's two tables as its installer makes them there, owned by an ordinary account.
    private static async Task<DolibarrDatabase> CreateAsync(ScratchPostgreSql server)
    {
        var name = "d" + Guid.NewGuid().ToString("N")[..12];
        await server.ExecuteAsync($"CREATE ROLE {name} LOGIN PASSWORD '{name}'");
        await server.ExecuteAsync($"CREATE DATABASE {name} OWNER {name}");
        var database = new DolibarrDatabase(
            new DolibarrConf
            {
                Path = "conf.php",
                DbType = "pgsql",
                DbHost = "127.0.0.1",
                DbPort = server.Port,
                DbName = name,
                DbUser = name,
                DbPassword = name,
                Keys = Keys,
            }
        );
        await database.ExecuteAsync(
            """
            CREATE TABLE llx_const (rowid SERIAL PRIMARY KEY, name varchar(180) NOT NULL, entity integer DEFAULT 1 NOT NULL,
              value text NOT NULL, type varchar(64) DEFAULT 'string', visible smallint DEFAULT 1 NOT NULL, note text, tms timestamp,
              CONSTRAINT uk_const UNIQUE (name, entity));
            CREATE TABLE llx_oauth_token (rowid SERIAL PRIMARY KEY, service varchar(36), token text, tokenstring text, state text,
              fk_soc integer, fk_user integer, fk_adherent integer, restricted_ips varchar(200), datec timestamp, tms timestamp,
              entity integer DEFAULT 1);
            """,
            [],
            default
        );
        return database;
    }
}

/// <summary>One PostgreSQL server for a class of tests.</summary>
public sealed class PostgreSqlServer : IAsyncLifetime
{
    private ScratchPostgreSql? _server;

    public ScratchPostgreSql Server => _server ?? throw new InvalidOperationException("The server is not started.");

    public async ValueTask InitializeAsync() => _server = await ScratchPostgreSql.StartAsync();

    public ValueTask DisposeAsync() => _server?.DisposeAsync() ?? ValueTask.CompletedTask;
}
