// SPDX-License-Identifier: GPL-3.0-or-later

using DolibarrOAuthBridge.Dolibarr.Configuration;
using DolibarrOAuthBridge.Dolibarr.Database;
using DolibarrOAuthBridge.Dolibarr.Encryption;

namespace DolibarrOAuthBridge.Dolibarr.Tests.Database;

/// <summary>What the two kinds of server spell in their own ways.</summary>
public sealed class SqlDialectTests
{
    [Theory]
    [InlineData("mysqli", "10.4.32-MariaDB", true)]
    [InlineData("mysqli", "10.5.8-MariaDB-log", false)]
    [InlineData("mysqli", "11.4.2-MariaDB", false)]
    [InlineData("mysqli", "5.7.44", true)]
    [InlineData("mysqli", "8.0.36", false)]
    [InlineData("mysqli", "unknown", false)]
    [InlineData("pgsql", "PostgreSQL 12.22 (Debian 12.22-1)", true)]
    [InlineData("pgsql", "PostgreSQL 13.18 on x86_64-pc-linux-gnu", false)]
    [InlineData("pgsql", "PostgreSQL 17.2", false)]
    public void Knows_which_servers_are_too_old(string type, string version, bool tooOld) =>
        Assert.Equal(tooOld, SqlDialect.Of(type).IsTooOld(version));

    [Theory]
    [InlineData("localhost", 0, "localhost:5432")]
    [InlineData("db.example.org", 6432, "db.example.org:6432")]
    [InlineData("ssl://db.example.org", 0, "db.example.org:5432")]
    [InlineData("/srv/postgresql", 0, "/srv/postgresql")]
    [InlineData("", 0, "localhost:5432")]
    public async Task PostgreSQL_is_reached_where_Dolibarr_reaches_it(string host, int port, string server)
    {
        await using var database = new DolibarrDatabase(
            new DolibarrConf
            {
                Path = "conf.php",
                DbType = "pgsql",
                DbHost = host,
                DbPort = port,
                DbName = "dolibarr",
                DbUser = "dolibarr",
                Keys = new InstanceKeys(null, null, null),
            }
        );

        Assert.Equal(server, database.Server);
    }

    [Fact]
    public void Rights_on_the_whole_server_are_told_from_those_on_a_database()
    {
        var sql = SqlDialect.Of("mysqli");

        Assert.Equal("SELECT, RELOAD", sql.BroadRightIn("GRANT SELECT, RELOAD ON *.* TO `a`@`localhost`"));
        Assert.Null(sql.BroadRightIn("GRANT USAGE ON *.* TO `a`@`localhost`"));
        Assert.Null(sql.BroadRightIn("GRANT ALL PRIVILEGES ON `dolibarr`.* TO `a`@`localhost`"));
    }

    [Fact]
    public void PostgreSQL_has_names_in_lower_case_as_Dolibarr_makes_them_but_databases_and_accounts_as_they_are()
    {
        var sql = SqlDialect.Of("pgsql");

        Assert.Equal("\"llx_const\"", sql.Quote("LLX_const"));
        Assert.Equal("\"My\"\"Shop\"", sql.QuoteDatabase("My\"Shop"));
        Assert.Equal("\"Bridge\"", sql.QuoteAccount("Bridge"));
    }
}
