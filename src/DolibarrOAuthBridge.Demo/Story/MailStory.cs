// SPDX-License-Identifier: GPL-3.0-or-later

using System.Security.Cryptography;
using DolibarrOAuthBridge.Demo.Mail;
using DolibarrOAuthBridge.Demo.Processes;

namespace DolibarrOAuthBridge.Demo.Story;

/// <summary>What the tokens are for: a mail goes out and is read back with one, and a refused one is explained.</summary>
public sealed class MailStory(Stage stage, Narrator narrator)
{
    private const string Mailbox = "ada@example.com";

    /// <summary>Plays the chapters.</summary>
    public async Task PlayAsync(CancellationToken cancellationToken)
    {
        narrator.Chapter("A mail, sent and read back with the token");
        narrator.Show(await stage.RunAsync(SmtpCheck, cancellationToken));
        var token = (await stage.CallAsync(HttpMethod.Get, $"/v1/entries/{TokenStory.Entry}/token", cancellationToken))
            .GetProperty("access_token")
            .GetString()!;
        var mailbox = new TokenMailbox(stage.Mail, Mailbox, token);
        await narrator.StepAsync("A mail is submitted with the token and read back over IMAP", async () =>
        {
            var subject = NewSubject("Invoice");
            await mailbox.SendAsync(Mailbox, subject, cancellationToken);
            return await FindAsync(mailbox, subject, cancellationToken);
        });
        await narrator.StepAsync("PHP sends another one with the same SMTP dialogue as Dolibarr's own client", async () =>
        {
            var subject = NewSubject("Reminder");
            var script = Path.Combine(AppContext.BaseDirectory, "php", "submit_mail.php");
            string[] arguments =
            [
                script,
                stage.Mail.Host,
                $"{stage.Mail.SubmissionPort}",
                "starttls",
                stage.Mail.AuthorityPath,
                Mailbox,
                Mailbox,
                subject,
            ];
            await Command.RunAsync("php", arguments, token, cancellationToken);
            return await FindAsync(mailbox, subject, cancellationToken);
        });

        narrator.Chapter("A token that the server refuses");
        await narrator.StepAsync("The grant is ended at the provider; the token in the row looks good still", async () =>
        {
            await stage.Provider.RevokeGrantsAsync(cancellationToken: cancellationToken);
            var refused = await stage.Bridge.RunAsync(SmtpCheck, cancellationToken);
            Narrator.Require(refused.ExitStatus == 1, $"The check ended with {refused.ExitStatus}: {refused.Output}{refused.Error}");
            Narrator.Require(!refused.Output.Contains(token, StringComparison.Ordinal), "The token was printed.");
            narrator.Show(refused.Output);
            return "the check fails and says why";
        });
    }

    private string[] SmtpCheck =>
        [
            "check",
            "smtp",
            TokenStory.Entry,
            "--host",
            stage.Mail.Host,
            "--port",
            $"{stage.Mail.SubmissionPort}",
            "--security",
            "starttls",
            "--username",
            Mailbox,
        ];

    private static string NewSubject(string kind) => $"{kind} {RandomNumberGenerator.GetHexString(8)}";

    private static async Task<string> FindAsync(TokenMailbox mailbox, string subject, CancellationToken cancellationToken)
    {
        var subjects = await mailbox.ListSubjectsAsync(cancellationToken);
        Narrator.Require(subjects.Contains(subject), $"INBOX has {string.Join(", ", subjects)}, not {subject}.");
        return $"\"{subject}\" is in INBOX, {subjects.Count} in all";
    }
}
