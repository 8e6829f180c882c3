// SPDX-License-Identifier: GPL-3.0-or-later

using System.Diagnostics;
using DolibarrOAuthBridge.Demo.Mail;
using DolibarrOAuthBridge.IntegrationTests.Support;

namespace DolibarrOAuthBridge.IntegrationTests.Mail;

/// <summary>PHP as the client, with the SMTP dialogue of Dolibarr's own code and a token that the bridge handed out.</summary>
public sealed class PhpClientTests(SharedServer database, MailServers mail)
{
    [Theory]
    [InlineData("starttls")]
    [InlineData("tls")]
    public async Task PHP_sends_a_mail_with_the_bridges_token(string security)
    {
        await using var world = await World.CreateAsync(database.Server);
        await mail.GrantAsync(world);
        var token = (await world.Open().TokenAsync()).Value;
        var subject = $"PHP {Guid.NewGuid()}";

        var (exitCode, said) = await SendAsync(security, MailServers.Ada, subject, token);

        Assert.True(exitCode == 0, said);
        Assert.Contains(subject, await new TokenMailbox(mail.Dovecot, MailServers.Ada, token).ListSubjectsAsync());
    }

    [Fact]
    public async Task PHP_learns_no_more_than_the_challenge_where_the_check_explains_it()
    {
        await using var world = await World.CreateAsync(database.Server);
        var token = await mail.GrantAsync(world);

        var (exitCode, said) = await SendAsync("starttls", MailServers.Grace, "none", token);

        Assert.Equal(1, exitCode);
        Assert.StartsWith("334 ", said, StringComparison.Ordinal);
    }

    private async Task<(int ExitCode, string Said)> SendAsync(string security, string mailbox, string subject, string token)
    {
        var port = security == "tls" ? mail.Dovecot.SubmissionsPort : mail.Dovecot.SubmissionPort;
        string[] arguments =
        [
            Path.Combine(AppContext.BaseDirectory, "php", "submit_mail.php"),
            mail.Dovecot.Host,
            $"{port}",
            security,
            mail.Dovecot.AuthorityPath,
            mailbox,
            MailServers.Ada,
            subject,
        ];
        using var process = Process.Start(
            new ProcessStartInfo("php", arguments)
            {
                RedirectStandardInput = true,
                RedirectStandardOutput = true,
                RedirectStandardError = true,
            }
        )!;
        var output = process.StandardOutput.ReadToEndAsync();
        var error = process.StandardError.ReadToEndAsync();
        await process.StandardInput.WriteAsync(token);
        process.StandardInput.Close();
        await process.WaitForExitAsync().WaitAsync(Eventually.Limit);
        return (process.ExitCode, (await output + await error).Trim());
    }
}
