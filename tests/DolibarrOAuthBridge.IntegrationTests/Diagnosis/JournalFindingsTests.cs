// SPDX-License-Identifier: GPL-3.0-or-later

using DolibarrOAuthBridge.Dolibarr.Php;
using DolibarrOAuthBridge.Dolibarr.Tokens;
using DolibarrOAuthBridge.IntegrationTests.Support;

namespace DolibarrOAuthBridge.IntegrationTests.Diagnosis;

/// <summary>What doctor finds in the journal and its directory, and what ends it.</summary>
public sealed class JournalFindingsTests(SharedServer shared)
{
    [Fact]
    public async Task A_directory_that_cannot_be_used_is_found()
    {
        await using var world = await Patient.CreateAsync(shared.Server);
        var path = Path.Combine(world.Install.DirectoryPath, "state-that-is-a-file");
        await File.WriteAllTextAsync(path, string.Empty);

        var missing = await Sidecar.RunAsync([.. Doctor(world), "--state-directory", path + "-not-there"], null);
        var unusable = await Sidecar.RunAsync([.. Doctor(world), "--state-directory", path], null);

        Assert.Contains("[state_directory_missing]", missing.Output, StringComparison.Ordinal);
        Assert.Contains("[state_directory_unusable]", unusable.Output, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_token_that_has_ended_and_cannot_be_renewed_is_an_error_where_mail_uses_it()
    {
        await using var world = await Patient.CreateAsync(shared.Server);
        await world.Install.SetTokenAsync(
            World.Entry,
            new StoredToken("at-canary", null, EndOfLife.At(DateTimeOffset.UnixEpoch), PhpArray.Empty)
        );
        await world.ExecuteAsync(
            "INSERT INTO llx_const (name, value, entity) VALUES ('MAIN_MAIL_SENDMODE', 'smtps', 1), ('MAIN_MAIL_SMTPS_AUTH_TYPE', "
                + "'XOAUTH2', 1), ('MAIN_MAIL_SMTP_PORT', '465', 1), ('MAIN_MAIL_EMAIL_TLS', '1', 1), "
                + "('MAIN_MAIL_SMTPS_OAUTH_SERVICE', 'GOOGLE-Mail', 1)"
        );

        Patient.Expect(await Patient.ExamineAsync(world), "no_refresh_token", Severity.Error);
    }

    [Theory]
    [InlineData("SET NEW.token = LEFT(NEW.token, 100)")]
    [InlineData("SIGNAL SQLSTATE '45000' SET MESSAGE_TEXT = 'not today'")]
    [Trait("Database", "MariaDB")]
    public async Task A_trigger_that_refuses_or_cuts_is_found_before_a_refresh_token_is_spent(string body)
    {
        await using var world = await Patient.CreateAsync(shared.Server);
        await world.GrantExpiredAsync();
        await world.ExecuteAsync($"CREATE TRIGGER guard BEFORE UPDATE ON llx_oauth_token FOR EACH ROW {body}");

        await world.Open().TokenFailsAsync(ProblemCode.StoreNotWritable);
        var finding = Patient.Expect(await Patient.ExamineAsync(world), "token_not_writable", Severity.Error);

        Assert.Equal(0, world.Authority.Granted);
        Assert.NotEmpty(finding.Evidence);
    }

    private static string[] Doctor(World world) => ["doctor", "--offline", "--dolibarr-conf", world.Install.ConfPath];
}
