// SPDX-License-Identifier: GPL-3.0-or-later

using DolibarrOAuthBridge.Diagnosis;
using DolibarrOAuthBridge.Dolibarr.Database;
using DolibarrOAuthBridge.Dolibarr.Entries;
using DolibarrOAuthBridge.IntegrationTests.Support;
using DolibarrOAuthBridge.Storage;
using Npgsql;
using static DolibarrOAuthBridge.IntegrationTests.Support.AccountConnections;

namespace DolibarrOAuthBridge.IntegrationTests.Database;

/// <summary>
/// The function and the policies of sql/pgsql/grants.sql: the sidecar's own account sees OAuth settings and rows of known entries, and
/// reads, changes and adds nothing else; nothing changes for anybody else, for Dolibarr's upgrades and for dumps.
/// </summary>
public sealed class SidecarPolicyTests(PostgreSqlServer shared) : IClassFixture<PostgreSqlServer>
{
    private const string Hidden = "hidden-from-the-sidecar";
    private const string HiddenIv = "0123456789abcdef";

    private const string Others = $"""
        INSERT INTO llx_const (name, value, entity) VALUES ('MAIN_MAIL_SMTPS_PW', '{Hidden}', 1),
            ('MAIN_MAIL_SMTPS_PW_EMAILING', '{Hidden}', 1), ('OAUTHBRIDGE_NOTICE_SMTP_PASSWORD', '{Hidden}', 1),
            ('OAUTHBRIDGE_OWN_ADDRESSES_7', '{Hidden}', 0),
            ('STRIPE_LIVE_SECRET_KEY', 'dolcrypt:AES-256-CTR:{HiddenIv}:{Hidden}', 1), ('MAIN_MAIL_SMTPS_ID', 'a mailbox', 1);
        INSERT INTO llx_oauth_token (service, token, tokenstring, state, entity) VALUES
            ('dolibarr_rest_api', '{Hidden}', '{Hidden}', '{Hidden}', 1);
        INSERT INTO llx_oauth_token (service, token, entity, fk_user) VALUES ('Google-Mail', '{Hidden}', 1, 7);
        INSERT INTO llx_oauth_token (service, token, entity, fk_soc) VALUES ('Google-Mail', '{Hidden}', 1, 7);
        INSERT INTO llx_oauth_token (service, token, entity) VALUES ('Google-Gone', '{Hidden}', 1), ('Google-Mail', '{Hidden}', 9),
            ('Facebook-Mail', '{Hidden}', 1), ('Google-Mail ', '{Hidden}', 1);
        """;

    // Ways around a policy: what says aloud what it is given before the policy is asked, statistics, and something else in the place of
    // what the policies use.
    private static readonly string[] Tries =
    [
        "SELECT name FROM llx_const WHERE value::integer = 1",
        "SELECT name FROM llx_oauthbridge_const() WHERE value::integer = 1 AND name = 'MAIN_MAIL_SMTPS_PW'",
        "SELECT rowid FROM llx_oauth_token WHERE token::integer = 1 OR tokenstring::integer = 1 OR state::integer = 1",
        "CREATE FUNCTION pg_temp.tell(text) RETURNS boolean LANGUAGE plpgsql COST 0.0000001 AS "
            + "$$ BEGIN RAISE EXCEPTION 'told %', $1; END $$",
        "SELECT name FROM llx_const WHERE name LIKE 'MAIN_MAIL_SMTPS_PW%' AND pg_temp.tell(value)",
        "SELECT name FROM llx_oauthbridge_const() WHERE name LIKE 'MAIN_MAIL_SMTPS_PW%' AND pg_temp.tell(value)",
        "SELECT rowid FROM llx_oauth_token WHERE service LIKE 'dol%' AND pg_temp.tell(token)",
        "UPDATE llx_oauth_token SET token = 'x' WHERE service LIKE 'dol%' AND pg_temp.tell(token)",
        "DELETE FROM llx_oauth_token WHERE service LIKE 'dol%' AND pg_temp.tell(token)",
        "SELECT most_common_vals::text || histogram_bounds::text FROM pg_stats WHERE tablename = 'llx_const' AND attname = 'value'",
        "SET row_security = off; SELECT value FROM llx_const",
        "SET row_security = on; SET standard_conforming_strings = off; SELECT value FROM llx_oauthbridge_const()",
        "SET standard_conforming_strings = on; SET search_path = pg_temp, public",
        "CREATE TEMPORARY TABLE llx_const (name text, entity integer, value text)",
        "INSERT INTO pg_temp.llx_const VALUES ('OAUTH_GOOGLE-Gone_ID', 1, 'x'), ('OAUTH_dolibarr_rest_api_ID', 1, 'x')",
        "SELECT token FROM public.llx_oauth_token",
        "SELECT value FROM public.llx_oauthbridge_const()",
        "RESET search_path; DROP TABLE pg_temp.llx_const; UPDATE llx_oauth_token SET token = 'x' WHERE rowid > 4",
        "DELETE FROM llx_oauth_token WHERE service LIKE 'dol%' OR rowid > 4",
        "SELECT name || origin FROM llx_oauthbridge_const_origin() UNION SELECT origin FROM llx_oauthbridge_oauth_token_origin()",
        "ALTER TABLE llx_oauth_token DISABLE ROW LEVEL SECURITY",
        "CREATE POLICY more ON llx_oauth_token USING (true)",
        "CREATE OR REPLACE FUNCTION public.llx_oauthbridge_entries() RETURNS SETOF text LANGUAGE sql "
            + "AS 'SELECT token FROM llx_oauth_token'",
        "ALTER FUNCTION public.llx_oauthbridge_const() SET search_path = pg_temp",
    ];

    [Fact]
    public async Task No_mail_password_and_no_row_of_another_owner_can_be_read_changed_deleted_or_added()
    {
        await using var world = await World.CreateAsync(shared.Server);
        await world.ExecuteAsync(Others + "ANALYZE llx_const; ANALYZE llx_oauth_token");
        const string All =
            "SELECT rowid, service, token, tokenstring, state, entity FROM llx_oauth_token WHERE token LIKE 'hid%' ORDER BY rowid";
        var before = await world.QueryAsync(All);
        await using var connection = await ConnectAsync(world, world.SidecarUser, world.SidecarPassword);

        var settings = await ReadAsync(connection, "SELECT name || '=' || value FROM llx_oauthbridge_const()");
        var rows = await ReadAsync(connection, "SELECT concat_ws(' ', service, token, tokenstring, state) FROM llx_oauth_token");

        Assert.Contains("MAIN_MAIL_SMTPS_ID=a mailbox", settings, StringComparison.Ordinal);
        Assert.Contains("OAUTH_GOOGLE-Mail_ID=", settings, StringComparison.Ordinal);
        Assert.DoesNotContain(Hidden, settings, StringComparison.Ordinal);
        Assert.Contains("Google-Mail dolcrypt:", rows, StringComparison.Ordinal);
        Assert.DoesNotContain(Hidden, rows, StringComparison.Ordinal);
        foreach (var sql in Tries)
        {
            Assert.DoesNotContain(Hidden[..10], await ReadAsync(connection, sql), StringComparison.Ordinal);
        }

        foreach (var service in new[] { "dolibarr_rest_api", "Google-Gone", "Facebook-Mail", "Google-Mail " })
        {
            var insert = $"INSERT INTO llx_oauth_token (service, token, entity) VALUES ('{service}', 'x', 1)";
            Assert.Contains("row-level security policy", await ReadAsync(connection, insert), StringComparison.Ordinal);
        }

        Assert.Equal(before, await world.QueryAsync(All));
    }

    [Fact]
    public async Task A_copy_of_a_secret_that_the_account_does_not_see_is_found()
    {
        await using var world = await World.CreateAsync(shared.Server);
        await world.ExecuteAsync(Others);
        await world.ExecuteAsync($"UPDATE llx_oauth_token SET token = 'dolcrypt:AES-256-CTR:fedcba9876543210:x' WHERE fk_user = 7");
        var copies = world.Open().Get<EncryptedCopies>();

        Assert.True(await copies.IsSettingAsync(HiddenIv[..12], "OAUTH_*"));
        Assert.False(await copies.IsSettingAsync(HiddenIv[..12], "STRIPE_*"));
        Assert.False(await copies.IsSettingAsync("0123456789ab".Replace('b', '_'), "OAUTH_*"));
        Assert.True(await copies.IsTokenAsync("fedcba987654"));
        Assert.False(await copies.IsTokenAsync(HiddenIv[..12]));
        Assert.Contains(("STRIPE_LIVE_SECRET_KEY", HiddenIv[..12]), await copies.ListSettingsAsync());
    }

    [Fact]
    public async Task Other_accounts_see_what_they_saw_and_a_second_sidecar_sees_what_the_first_does()
    {
        await using var world = await World.CreateAsync(shared.Server);
        await world.ExecuteAsync(Others);
        var (reporter, second, member) = (world.Install.User + "r", world.Install.User + "s", world.Install.User + "m");
        await shared.Server.CreateUserAsync(reporter, "secret", []);
        await shared.Server.CreateUserAsync(member, "secret", [world.SidecarUser]);
        await world.ExecuteAsync($"GRANT SELECT, UPDATE (note) ON llx_const TO {reporter}; GRANT SELECT ON llx_oauth_token TO {reporter}");
        await world.Install.AddSidecarAccountAsync(second, "secret");
        const string Count = "SELECT COUNT(rowid) FROM llx_oauth_token";
        const string Settings = "SELECT COUNT(*) FROM llx_oauthbridge_const()";
        const string OfTable = "SELECT COUNT(*) FROM llx_const";
        var all = await world.QueryAsync(Count);

        Assert.Equal(all, await CountAsync(world.Install.User, world.Install.Password));
        Assert.Equal(all, await CountAsync(reporter, "secret"));
        var part = await CountAsync(world.SidecarUser, world.SidecarPassword);
        Assert.NotEqual(all, part);
        Assert.Equal(part, await CountAsync(second, "secret"));
        Assert.Equal(part, await CountAsync(member, "secret"));
        var settings = await CountAsync(world.SidecarUser, world.SidecarPassword, Settings);
        Assert.Equal(settings, await CountAsync(second, "secret", Settings));
        Assert.Equal(settings, await CountAsync(member, "secret", Settings));
        Assert.Contains("permission denied", await CountAsync(reporter, "secret", Settings), StringComparison.Ordinal);
        Assert.Equal(await world.QueryAsync(OfTable), await CountAsync(reporter, "secret", OfTable));

        async Task<string> CountAsync(string user, string password, string sql = Count)
        {
            await using var connection = await ConnectAsync(world, user, password);
            return await ReadAsync(connection, sql);
        }
    }

    [Fact]
    public async Task Columns_can_be_altered_as_before_and_the_account_works_on()
    {
        await using var world = await World.CreateAsync(shared.Server);
        await world.ExecuteAsync(Others);
        await world.GrantExpiredAsync();
        await using (var owner = await ConnectAsync(world, world.Install.User, world.Install.Password))
        {
            const string Upgrade = """
                ALTER TABLE llx_const ALTER COLUMN name TYPE varchar(255);
                ALTER TABLE llx_const ALTER COLUMN value TYPE varchar(100000);
                ALTER TABLE llx_const ALTER COLUMN entity TYPE bigint;
                ALTER TABLE llx_oauth_token ALTER COLUMN service TYPE varchar(255);
                ALTER TABLE llx_oauth_token ALTER COLUMN token TYPE varchar(100000);
                ALTER TABLE llx_oauth_token ALTER COLUMN fk_user TYPE bigint;
                ALTER TABLE llx_oauth_token ADD COLUMN more integer;
                ALTER TABLE llx_oauth_token DROP COLUMN restricted_ips;
                """;
            Assert.Equal(string.Empty, await ReadAsync(owner, Upgrade));
        }

        await world.Open().TokenAsync();

        await using var connection = await ConnectAsync(world, world.SidecarUser, world.SidecarPassword);
        Assert.DoesNotContain(Hidden, await ReadAsync(connection, "SELECT token FROM llx_oauth_token"), StringComparison.Ordinal);
        Assert.Equal(1, world.Authority.Granted);
    }

    [Fact]
    public async Task Doctor_says_what_the_account_lacks_and_what_it_may_more_than_it_needs()
    {
        await using var world = await World.CreateAsync(shared.Server);
        var user = world.SidecarUser;
        await world.GrantAsync(TimeSpan.FromHours(1));
        Assert.Empty(await FindAsync());

        await world.ExecuteAsync(
            $"""
            REVOKE USAGE ON SEQUENCE llx_oauth_token_rowid_seq FROM {user};
            REVOKE EXECUTE ON FUNCTION llx_oauthbridge_oauth_token_origin FROM {user};
            GRANT SELECT (name, value, entity) ON llx_const TO {user}
            """
        );
        var findings = await FindAsync();
        var missing = Assert.Single(findings, finding => finding.Code == "privilege_missing");
        Assert.Contains("USAGE on its sequence", missing.Evidence, StringComparison.Ordinal);
        Assert.Contains("compare secrets with those of llx_oauth_token", missing.Evidence, StringComparison.Ordinal);
        var more = Assert.Single(findings, finding => finding.Code == "account_sees_all");
        Assert.Contains("mail passwords", more.Evidence, StringComparison.Ordinal);
        Assert.DoesNotContain("llx_oauth_token", more.Evidence, StringComparison.Ordinal);

        await world.UseSidecarAccountAsync();
        Assert.Empty(await FindAsync());
        await world.ExecuteAsync(
            $"DROP POLICY llx_oauthbridge_all ON llx_oauth_token; REVOKE ALL ON FUNCTION llx_oauthbridge_const FROM {user}"
        );
        findings = await FindAsync();
        Assert.Contains(findings, finding => finding.Evidence.Contains("see any row of llx_oauth_token", StringComparison.Ordinal));
        Assert.Contains(findings, finding => finding.Evidence.Contains("read the settings", StringComparison.Ordinal));

        async Task<IReadOnlyList<Finding>> FindAsync() =>
            [
                .. (await world.Open().Get<Doctor>().ExamineAsync(offline: true)).Where(finding =>
                    finding.Code is "privilege_missing" or "account_sees_all" or "account_too_broad" or "check_failed"
                ),
            ];
    }

    [Fact]
    public async Task A_sidecar_whose_account_is_narrowed_while_it_runs_goes_on()
    {
        await using var world = await World.CreateAsync(shared.Server);
        await world.ExecuteAsync(Others);
        var user = world.SidecarUser;
        await world.ExecuteAsync($"GRANT SELECT (name, value, entity) ON llx_const TO {user}; DROP POLICY {user} ON llx_oauth_token");
        await world.GrantExpiredAsync();
        var host = world.Open();
        Assert.False(await host.Get<DolibarrDatabase>().SeesPartAsync());
        Assert.Contains("llx_const", await host.Get<DolibarrDatabase>().SourceAsync("const"), StringComparison.Ordinal);

        await world.UseSidecarAccountAsync();
        // The statement that finds the right taken away fails, and the next one does not.
        await host.TokenFailsAsync(ProblemCode.StoreNotWritable);
        await host.TokenAsync();

        Assert.True(await host.Get<DolibarrDatabase>().SeesPartAsync());
        Assert.True(await host.Get<EncryptedCopies>().IsSettingAsync(HiddenIv[..12], "OAUTH_*"));
    }

    [Fact]
    public async Task The_script_names_accounts_whose_dumps_need_an_option_now()
    {
        await using var world = await World.CreateAsync(shared.Server);
        var backup = world.Install.User + "k";
        await shared.Server.CreateUserAsync(backup, "secret", ["pg_read_all_data"]);
        await using var superuser = (NpgsqlConnection)await world.ConnectAsync();
        var warnings = new List<string>();
        superuser.Notice += (_, notice) => warnings.Add(notice.Notice.MessageText);

        await using var database = new DolibarrDatabase(Dolibarr.Configuration.DolibarrConfReader.Read(world.Install.ConfPath));
        var script = await new DatabasePrivilegeScript(database).SqlAsync(world.SidecarUser);
        await using var command = new NpgsqlCommand(script, superuser);
        await command.ExecuteNonQueryAsync();

        var warning = Assert.Single(warnings, text => text.Contains("dumps", StringComparison.Ordinal));
        Assert.Contains(backup, warning, StringComparison.Ordinal);
    }
}
