// SPDX-License-Identifier: GPL-3.0-or-later

using System.Text.Json;
using DolibarrOAuthBridge.Demo.Database;
using DolibarrOAuthBridge.Demo.Processes;
using DolibarrOAuthBridge.Dolibarr.Php;
using DolibarrOAuthBridge.Dolibarr.Tokens;
using DolibarrOAuthBridge.IntegrationTests.Support;

namespace DolibarrOAuthBridge.IntegrationTests.Diagnosis;

/// <summary>doctor on a real database, each finding seeded into one that is healthy otherwise.</summary>
public sealed class DoctorTests(SharedServer shared)
{
    private const string AsDolibarr = "--Bridge:DatabaseUser="; // sees the rows of everybody

    [Theory]
    [MemberData(nameof(SeededFindings.Cases), MemberType = typeof(SeededFindings))]
    [MemberData(nameof(SeededFaults.Cases), MemberType = typeof(SeededFaults))]
    public async Task Finds(string code, string severity, string illness)
    {
        Assert.SkipWhen(
            ScratchDatabase.IsPostgreSql && illness.EndsWith("ENGINE=MyISAM", StringComparison.Ordinal),
            "PostgreSQL has no engines."
        );
        await using var world = await Patient.CreateAsync(shared.Server);
        if (code.StartsWith("row", StringComparison.Ordinal) || code == "value_unreadable")
        {
            await world.UseTablesAsync(); // rows and settings that are no entry's
        }

        await world.ExecuteAsync(illness);

        Patient.Expect(await Patient.ExamineAsync(world), code, severity);
    }

    [Theory]
    [Trait("Database", "MariaDB")]
    [MemberData(nameof(SeededFaults.OfMariaDb), MemberType = typeof(SeededFaults))]
    public Task Finds_what_was_done_to_tables_of_MariaDB(string code, string severity, string fault) => Finds(code, severity, fault);

    [Fact]
    [Trait("Database", "MariaDB")]
    public async Task What_is_tried_leaves_no_row_where_the_table_cannot_take_a_change_back()
    {
        await using var world = await Patient.CreateAsync(shared.Server);
        await world.ExecuteAsync("ALTER TABLE llx_oauth_token ENGINE=MyISAM");
        var before = await world.QueryAsync("SELECT COUNT(*) FROM llx_oauth_token");

        await Patient.ExamineAsync(world);

        Assert.Equal(before, await world.QueryAsync("SELECT COUNT(*) FROM llx_oauth_token"));
    }

    [Fact]
    [Trait("Database", "MariaDB")]
    public async Task Finds_a_view_of_another_account_that_the_sidecars_own_has_no_right_to_and_init_drops_it()
    {
        await using var world = await Patient.CreateAsync(shared.Server);
        await world.ExecuteAsync("CREATE DEFINER = 'gone'@'elsewhere' VIEW llx_oauthbridge_v_rows AS SELECT rowid FROM llx_oauth_token");

        var finding = Patient.Expect(await Patient.ExamineAsync(world), "view_left", Severity.Warning);

        Assert.Contains("gone@elsewhere", finding.Evidence, StringComparison.Ordinal);
        Assert.Contains("Dropped the views llx_oauthbridge_v_rows", (await world.RunAsync("init")).Output, StringComparison.Ordinal);
        Assert.DoesNotContain("view_left", (await world.RunAsync("doctor", "--offline")).Output, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_healthy_instance_with_a_running_sidecar_gives_no_finding()
    {
        await using var world = await Patient.CreateAsync(shared.Server);
        var sidecar = await world.ServeAsync();

        var table = await world.RunAsync("doctor", "--sidecar", sidecar.Address.AbsoluteUri);
        var json = await world.RunAsync("doctor", "--json", "--sidecar", sidecar.Address.AbsoluteUri);

        Assert.Equal((0, "Nothing is wrong.\n"), (table.ExitCode, table.Output));
        var report = JsonDocument.Parse(json.Output).RootElement;
        Assert.True(report.GetProperty("healthy").GetBoolean());
        Assert.Equal(0, report.GetProperty("findings").GetArrayLength());
    }

    [Fact]
    public async Task Errors_leave_status_one_and_warnings_zero_and_the_gravest_come_first()
    {
        await using var world = await Patient.CreateAsync(shared.Server);
        await world.ExecuteAsync(
            "INSERT INTO llx_oauth_token (service, token, entity) SELECT 'Google-Gone', token, 1 FROM llx_oauth_token"
        );
        var warned = await Sidecar.RunAsync([.. world.Arguments("doctor", "--offline"), AsDolibarr], null);
        await world.ExecuteAsync(
            "INSERT INTO llx_oauth_token (service, token, entity) SELECT 'Google-Mail', token, 1 FROM llx_oauth_token"
        );
        var failed = await Sidecar.RunAsync([.. world.Arguments("doctor", "--offline", "--json"), AsDolibarr], null);

        Assert.Equal((0, 1), (warned.ExitCode, failed.ExitCode));
        Assert.Matches(
            @"^warning token row \d+ \(Google-Gone, entity 1\)  \[row_without_entry\]\n        .*\n        → .*\n1 warning\.\n$",
            warned.Output
        );
        var findings = JsonDocument.Parse(failed.Output).RootElement.GetProperty("findings").EnumerateArray().ToList();
        Assert.Equal(["duplicate_rows", "row_without_entry"], findings.Select(finding => finding.GetProperty("code").GetString()));
        Assert.All(findings, finding =>
            Assert.Equal(["code", "severity", "subject", "evidence", "advice"], finding.EnumerateObject().Select(member => member.Name))
        );
    }

    [Fact]
    public async Task Finds_a_wrong_key()
    {
        await using var world = await Patient.CreateAsync(shared.Server);
        await world.Install.WriteConfAsync("another key");

        var finding = Patient.Expect(await Patient.ExamineAsync(world), "key_wrong", Severity.Error);

        Assert.Contains("restored without its conf.php", finding.Evidence, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Finds_the_key_of_the_public_container_image()
    {
        await using var world = await Patient.CreateAsync(shared.Server);
        await world.Install.WriteConfAsync("myinstanceuniquekey");

        Patient.Expect(await Patient.ExamineAsync(world), "key_public", Severity.Error);
    }

    [Fact]
    public async Task Finds_no_key_at_all()
    {
        await using var world = await Patient.CreateAsync(shared.Server);
        await world.Install.WriteConfAsync("0");

        Patient.Expect(await Patient.ExamineAsync(world), "key_missing", Severity.Warning);
    }

    [Theory]
    [InlineData("conf_readable_by_all", "warning", UnixFileMode.OtherRead)]
    [InlineData("conf_writable_by_all", "error", UnixFileMode.OtherRead | UnixFileMode.OtherWrite)]
    public async Task Finds_a_conf_php_open_to_all(string code, string severity, UnixFileMode others)
    {
        await using var world = await Patient.CreateAsync(shared.Server);
        File.SetUnixFileMode(world.Install.ConfPath, UnixFileMode.UserRead | UnixFileMode.UserWrite | others);

        Patient.Expect(await Patient.ExamineAsync(world), code, severity);
    }

    [Fact]
    public async Task Finds_a_file_with_a_secret_that_is_open_to_all_and_the_log_says_so_at_the_start()
    {
        await using var world = await Patient.CreateAsync(shared.Server);
        var path = Path.Combine(world.StateDirectory, "webhook-secret");
        await File.WriteAllTextAsync(path, "canary-of-the-webhook");
        File.SetUnixFileMode(path, UnixFileMode.UserRead | UnixFileMode.OtherRead);
        world.Settings = new Dictionary<string, string?> { ["Bridge:Notify:WebhookSecretFile"] = path };

        var doctor = await world.RunAsync("doctor", "--offline");
        var sidecar = await world.ServeAsync();
        File.SetUnixFileMode(path, UnixFileMode.UserRead);
        var mended = await world.RunAsync("doctor", "--offline");

        Assert.Contains("[secret_file_exposed]", doctor.Output, StringComparison.Ordinal);
        Assert.Contains(
            $"can read or change {path}, which Bridge:Notify:WebhookSecretFile names",
            sidecar.Output,
            StringComparison.Ordinal
        );
        Assert.DoesNotContain("secret_file_exposed", mended.Output, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("url_root_missing", "$dolibarr_main_url_root='';")]
    [InlineData("url_root_not_https", "$dolibarr_main_url_root='http://erp.example.com';")]
    public async Task Finds_a_url_that_no_provider_leads_back_to(string code, string line)
    {
        await using var world = await Patient.CreateAsync(shared.Server, new() { MoreConf = [line] });

        Patient.Expect(await Patient.ExamineAsync(world), code, Severity.Warning);
    }

    [Fact]
    public async Task Finds_a_conf_php_that_is_not_literal_and_one_that_is_not_there()
    {
        await using var world = await Patient.CreateAsync(shared.Server);
        await File.AppendAllTextAsync(world.Install.ConfPath, "$dolibarr_main_db_name=name();\n");

        var computed = await world.RunAsync("doctor", "--json", "--offline");
        var missing = await Sidecar.RunAsync(["doctor", "--dolibarr-conf", "/nowhere/conf.php"], null);

        Assert.Equal((1, 1), (computed.ExitCode, missing.ExitCode));
        Assert.Equal(
            "conf_unusable",
            JsonDocument.Parse(computed.Output).RootElement.GetProperty("findings")[0].GetProperty("code").GetString()
        );
        Assert.Contains("$dolibarr_main_db_name is not a plain value", computed.Output, StringComparison.Ordinal);
        Assert.Contains("[conf_unusable]", missing.Output, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Finds_a_database_that_does_not_answer_and_says_nothing_else_of_it()
    {
        await using var world = await Patient.CreateAsync(shared.Server);
        await File.AppendAllTextAsync(world.Install.ConfPath, $"$dolibarr_main_db_port='{FreePort.Find()}';\n");

        var finding = Assert.Single(await Patient.ExamineAsync(world));

        Assert.Equal(("database_unreachable", Severity.Error), (finding.Code, finding.Severity));
    }

    [Fact]
    public async Task Finds_missing_privileges_by_name()
    {
        await using var world = await Patient.CreateAsync(shared.Server);
        await world.ExecuteAsync(
            $"REVOKE DELETE ON {world.TokensOfTheSidecar()} FROM '{world.SidecarUser}'@'localhost'; REVOKE UPDATE ON "
                + $"`{world.Install.Database}`.llx_oauthbridge_grant FROM '{world.SidecarUser}'@'localhost'"
        );

        var finding = Patient.Expect(await Patient.ExamineAsync(world), "privilege_missing", Severity.Error);

        Assert.Equal("It may not delete a token, nor change llx_oauthbridge_grant.", finding.Evidence);
    }

    [Fact]
    public async Task Finds_an_account_with_rights_on_the_whole_server()
    {
        await using var world = await Patient.CreateAsync(shared.Server);
        await world.ExecuteAsync($"GRANT FILE, PROCESS ON *.* TO '{world.SidecarUser}'@'localhost'");

        var finding = Patient.Expect(await Patient.ExamineAsync(world), "account_too_broad", Severity.Warning);

        Assert.Contains(ScratchDatabase.IsPostgreSql ? "SUPERUSER" : "FILE", finding.Evidence, StringComparison.Ordinal);
        Assert.DoesNotContain("PASSWORD", finding.Evidence, StringComparison.Ordinal);
    }

    [Fact]
    [Trait("Database", "MariaDB")] // PostgreSQL has no text with the zero bytes of PHP's serialized objects
    public async Task Finds_a_token_in_the_clear_and_one_without_refresh_token()
    {
        await using var world = await Patient.CreateAsync(shared.Server);
        await world.Install.SetTokenAsync(
            World.Entry,
            new StoredToken("at-canary", null, EndOfLife.At(DateTimeOffset.UnixEpoch), PhpArray.Empty),
            form: StoredForm.Plain
        );

        var findings = await Patient.ExamineAsync(world);

        Patient.Expect(findings, "token_in_clear", Severity.Warning);
        Patient.Expect(findings, "no_refresh_token", Severity.Warning);
    }

    [Fact]
    public async Task Finds_a_dead_grant()
    {
        await using var world = await Patient.CreateAsync(shared.Server);
        await world.GrantExpiredAsync();
        world.Authority.Always = Authority.Error("invalid_grant");
        await world.Open().TokenFailsAsync(ProblemCode.ConsentRequired);

        Patient.Expect(await Patient.ExamineAsync(world), "consent_required", Severity.Error);
    }

    [Fact]
    public async Task Finds_a_module_of_another_version()
    {
        using var root = new TemporaryModule("0.0.1");
        await using var world = await Patient.CreateAsync(
            shared.Server,
            new() { MoreConf = [$"$dolibarr_main_document_root='{root.Path}';"] }
        );

        Patient.Expect(await Patient.ExamineAsync(world), "module_version", Severity.Warning);
    }
}
