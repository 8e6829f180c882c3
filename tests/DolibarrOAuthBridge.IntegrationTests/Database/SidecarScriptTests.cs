// SPDX-License-Identifier: GPL-3.0-or-later

using DolibarrOAuthBridge.Demo.Processes;
using DolibarrOAuthBridge.Diagnosis;
using DolibarrOAuthBridge.Dolibarr.Database;
using DolibarrOAuthBridge.Dolibarr.Entries;
using DolibarrOAuthBridge.IntegrationTests.Support;
using DolibarrOAuthBridge.Storage;
using Npgsql;
using static DolibarrOAuthBridge.IntegrationTests.Support.AccountConnections;

namespace DolibarrOAuthBridge.IntegrationTests.Database;

/// <summary>
/// sql/pgsql/grants.sql where others may create objects, over what a former one made, and what the account learns by comparing.
/// </summary>
public sealed class SidecarScriptTests(PostgreSqlServer shared) : IClassFixture<PostgreSqlServer>
{
    private const string Hidden = "hidden-from-the-sidecar";
    private const string HiddenIv = "0123456789abcdef";

    private const string Others = $"""
        INSERT INTO llx_const (name, value, entity) VALUES ('MAIN_MAIL_SMTPS_PW', '{Hidden}', 1),
            ('STRIPE_LIVE_SECRET_KEY', 'dolcrypt:AES-256-CTR:{HiddenIv}:{Hidden}', 1);
        INSERT INTO llx_oauth_token (service, token, entity) VALUES ('dolibarr_rest_api', '{Hidden}', 1);
        """;

    // What the script gave for llx_const before settings came from a function.
    private const string Former = """
        GRANT SELECT (name, value, entity) ON llx_const TO "{0}";
        CREATE OR REPLACE FUNCTION llx_oauthbridge_shows(setting llx_const) RETURNS boolean LANGUAGE sql STABLE AS
          $$ SELECT setting.name LIKE 'OAUTH%' OR setting.name LIKE 'MAIN|_VERSION|_%' ESCAPE '|' $$;
        DROP POLICY IF EXISTS llx_oauthbridge_all ON llx_const;
        CREATE POLICY llx_oauthbridge_all ON llx_const USING (true);
        DROP POLICY IF EXISTS "{0}" ON llx_const;
        CREATE POLICY "{0}" ON llx_const AS RESTRICTIVE USING (
          (SELECT pg_has_role(to_regrole('"{0}"'), 'USAGE')) IS NOT TRUE OR llx_oauthbridge_shows(llx_const));
        ALTER TABLE llx_const ENABLE ROW LEVEL SECURITY;
        """;

    // They fit better what a statement calls than what is in pg_catalog.
    private const string Planted = """
        CREATE FUNCTION public.same(oid, regclass) RETURNS boolean LANGUAGE plpgsql AS $$ BEGIN RAISE EXCEPTION 'planted ='; END $$;
        CREATE OPERATOR public.= (LEFTARG = oid, RIGHTARG = regclass, FUNCTION = public.same);
        CREATE FUNCTION public.format(text, text, name) RETURNS text LANGUAGE plpgsql AS $$ BEGIN RAISE EXCEPTION 'planted format'; END $$;
        CREATE FUNCTION public.pg_has_role(regrole, text) RETURNS boolean LANGUAGE sql AS 'SELECT false';
        CREATE FUNCTION public.pg_has_role(regrole, varchar) RETURNS boolean LANGUAGE sql AS 'SELECT false';
        CREATE FUNCTION public.llx_oauthbridge_entry_of(llx_oauth_token, text) RETURNS text LANGUAGE sql AS
          $$ SELECT '1 google-mail' $$;
        """;

    [Fact]
    public async Task No_comparison_and_no_plan_tells_what_a_hidden_setting_is()
    {
        await using var world = await World.CreateAsync(shared.Server);
        await world.ExecuteAsync(Others + "ANALYZE llx_const");
        await using var connection = await ConnectAsync(world, world.SidecarUser, world.SidecarPassword);
        const string OfOne = "name = 'MAIN_MAIL_SMTPS_PW' AND entity = 1 AND ";
        // What is executed, and what the planner estimates from its statistics.
        string[] explained =
        [
            $"EXPLAIN (ANALYZE, COSTS OFF, TIMING OFF, SUMMARY OFF) SELECT 1 FROM SOURCE WHERE {OfOne} value < 'TRIED'",
            $"EXPLAIN (ANALYZE, COSTS OFF, TIMING OFF, SUMMARY OFF) SELECT 1 FROM SOURCE WHERE {OfOne} value = 'TRIED'",
            "EXPLAIN SELECT 1 FROM SOURCE WHERE value < 'TRIED'",
        ];

        foreach (var sql in explained)
        {
            foreach (var source in new[] { "llx_const", "llx_oauthbridge_const()" })
            {
                var (lower, higher, same) = (await TryAsync("a"), await TryAsync("z"), await TryAsync(Hidden));
                Assert.Equal(lower, higher);
                Assert.Equal(lower, same);

                async Task<string> TryAsync(string value)
                {
                    var plan = await ReadAsync(connection, sql.Replace("SOURCE", source, StringComparison.Ordinal).Replace("TRIED", value));
                    return plan.Replace($"'{value}'", "'?'", StringComparison.Ordinal);
                }
            }
        }
    }

    [Fact]
    public async Task The_script_takes_away_what_a_former_one_gave_and_the_account_works_before_and_after()
    {
        await using var world = await World.CreateAsync(shared.Server);
        await world.ExecuteAsync(Others + Of(Former, world.SidecarUser));
        await world.GrantExpiredAsync();
        var host = world.Open();
        await host.TokenAsync();
        Assert.True(await host.Get<EncryptedCopies>().IsSettingAsync(HiddenIv[..12], "OAUTH_*"));
        var more = (await host.Get<Doctor>().ExamineAsync(offline: true)).Single(finding => finding.Code == "account_sees_all");
        Assert.Contains("comparing", more.Evidence, StringComparison.Ordinal);
        Assert.Contains("init --sql", more.Advice, StringComparison.Ordinal);

        await world.UseSidecarAccountAsync();

        const string Left = """
            SELECT (SELECT COUNT(*) FROM pg_policy WHERE polrelid = 'llx_const'::regclass)
                + (SELECT COUNT(*) FROM pg_class WHERE oid = 'llx_const'::regclass AND relrowsecurity)
                + (SELECT COUNT(*) FROM pg_attribute WHERE attrelid = 'llx_const'::regclass AND attacl::text LIKE '%=r/%')
                + (SELECT COUNT(*) FROM pg_proc WHERE proname = 'llx_oauthbridge_shows')
            """;
        Assert.Equal("0", await world.QueryAsync(Left));
        await world.GrantExpiredAsync();
        var after = world.Open();
        await after.TokenAsync();
        Assert.DoesNotContain(await after.Get<Doctor>().ExamineAsync(offline: true), finding => finding.Code is "account_sees_all");
        Assert.True(await after.Get<EncryptedCopies>().IsSettingAsync(HiddenIv[..12], "OAUTH_*"));
    }

    [Fact]
    public async Task Another_sidecars_account_keeps_its_policy_until_the_script_is_run_for_it()
    {
        await using var world = await World.CreateAsync(shared.Server);
        var other = world.Install.User + "o";
        await world.Install.AddSidecarAccountAsync(other, "secret");
        await world.GrantAsync(TimeSpan.FromHours(1));
        await world.ExecuteAsync(Others + Of(Former, other) + Of(Former, world.SidecarUser));
        await using var connection = await ConnectAsync(world, other, "secret");
        const string Count = "SELECT (SELECT COUNT(name) FROM llx_const) || ' ' || (SELECT COUNT(rowid) FROM llx_oauth_token)";
        var before = await ReadAsync(connection, Count);

        await world.UseSidecarAccountAsync();
        Assert.Equal(before, await ReadAsync(connection, Count));
        Assert.DoesNotContain(Hidden, await ReadAsync(connection, "SELECT value FROM llx_const"), StringComparison.Ordinal);

        await world.Install.AddSidecarAccountAsync(other, "secret");
        Assert.Contains("permission denied", await ReadAsync(connection, Count), StringComparison.Ordinal);
        Assert.Equal("f", await world.QueryAsync("SELECT relrowsecurity::text::char FROM pg_class WHERE oid = 'llx_const'::regclass"));
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task Nothing_that_somebody_planted_in_the_schema_is_called_with_the_rights_of_whoever_runs_the_script(bool isSuperuser)
    {
        await using var world = await World.CreateAsync(shared.Server);
        await world.GrantAsync(TimeSpan.FromHours(1));
        await world.ExecuteAsync($"{Others} GRANT CREATE ON SCHEMA public TO {world.SidecarUser}");
        await using var sidecar = await ConnectAsync(world, world.SidecarUser, world.SidecarPassword);
        Assert.Equal(string.Empty, await ReadAsync(sidecar, Planted));

        await using var runner = isSuperuser
            ? (NpgsqlConnection)await world.ConnectAsync()
            : await ConnectAsync(world, world.Install.User, world.Install.Password);
        Assert.Equal(string.Empty, await ReadAsync(runner, await ScriptAsync(world)));

        var rows = await ReadAsync(sidecar, "SELECT token FROM llx_oauth_token");
        Assert.Contains("dolcrypt:", rows, StringComparison.Ordinal);
        Assert.DoesNotContain(Hidden, rows, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Functions_that_somebody_planted_under_the_scripts_names_are_his_no_longer()
    {
        await using var world = await World.CreateAsync(shared.Server);
        await world.ExecuteAsync($"GRANT CREATE ON SCHEMA public TO {world.SidecarUser}; DROP FUNCTION llx_oauthbridge_const()");
        await using var sidecar = await ConnectAsync(world, world.SidecarUser, world.SidecarPassword);
        const string Plant =
            "CREATE FUNCTION public.llx_oauthbridge_const() RETURNS TABLE (name text, value text, entity integer) LANGUAGE sql "
            + "AS $$ SELECT 'planted', current_user::text, 1 $$";
        Assert.Equal(string.Empty, await ReadAsync(sidecar, Plant));

        await world.UseSidecarAccountAsync();

        Assert.DoesNotContain("planted", await ReadAsync(sidecar, "SELECT name FROM llx_oauthbridge_const()"), StringComparison.Ordinal);
        Assert.Contains("must be owner", await ReadAsync(sidecar, "DROP FUNCTION llx_oauthbridge_const()"), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Doctor_warns_where_the_account_may_create_objects_beside_dolibarrs_tables()
    {
        await using var world = await World.CreateAsync(shared.Server);
        Assert.Empty(await FindAsync());
        await world.ExecuteAsync("GRANT CREATE ON SCHEMA public TO PUBLIC");

        var finding = Assert.Single(await FindAsync());

        Assert.Equal(Severity.Warning, finding.Severity);
        Assert.Contains($"GRANT CREATE ON SCHEMA \"public\" TO \"{world.Install.User}\"", finding.Advice, StringComparison.Ordinal);
        Assert.Contains("REVOKE CREATE ON SCHEMA \"public\" FROM PUBLIC", finding.Advice, StringComparison.Ordinal);

        async Task<IReadOnlyList<Finding>> FindAsync() =>
            [.. (await world.Open().Get<Doctor>().ExamineAsync(offline: true)).Where(finding => finding.Code == "account_may_create")];
    }

    [Fact]
    public async Task A_dump_from_before_the_script_loads_after_the_statement_on_the_page_for_dbas()
    {
        await using var world = await World.CreateBareAsync(shared.Server);
        await world.InitAsync();
        var page = await File.ReadAllTextAsync(Path.Combine(AppContext.BaseDirectory, "docs", "dba.md"));
        var statement = page.Split('\n').Single(line => line.StartsWith("DROP FUNCTION IF EXISTS", StringComparison.Ordinal));
        var dump = Path.Combine(world.Install.DirectoryPath, "dump.sql");
        await ShellAsync("pg_dump --clean --if-exists -O -x");
        await world.UseSidecarAccountAsync();

        var refusal = await Record.ExceptionAsync(() => ShellAsync(null));
        await world.ExecuteAsync(statement);
        await ShellAsync(null);
        await world.UseSidecarAccountAsync();
        await world.GrantExpiredAsync();
        await world.Open().TokenAsync();

        Assert.Contains("llx_oauthbridge_entry_of", refusal?.Message, StringComparison.Ordinal);

        Task ShellAsync(string? dumping) =>
            Command.RunAsync(
                "sh",
                [
                    "-ec",
                    dumping is null
                        ? "PGPASSWORD=$2 psql -1 -q -v ON_ERROR_STOP=1 -h 127.0.0.1 -p \"$1\" -U \"$3\" -f \"$4\" \"$3\" >/dev/null"
                        : $"PGPASSWORD=$2 {dumping} -h 127.0.0.1 -p \"$1\" -U \"$3\" \"$3\" > \"$4\"",
                    "sh",
                    $"{shared.Server.Port}",
                    world.Install.Password,
                    world.Install.Database,
                    dump,
                ],
                TestContext.Current.CancellationToken
            );
    }

    private static string Of(string script, string account) => script.Replace("{0}", account, StringComparison.Ordinal);

    private static async Task<string> ScriptAsync(World world)
    {
        await using var database = new DolibarrDatabase(Dolibarr.Configuration.DolibarrConfReader.Read(world.Install.ConfPath));
        return await new DatabasePrivilegeScript(database).SqlAsync(world.SidecarUser);
    }
}
