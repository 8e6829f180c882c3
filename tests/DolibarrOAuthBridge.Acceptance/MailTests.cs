// SPDX-License-Identifier: GPL-3.0-or-later

using System.Globalization;
using DolibarrOAuthBridge.Acceptance.Support;

namespace DolibarrOAuthBridge.Acceptance;

[Collection(AcceptanceCollection.Name)]
public sealed class MailTests(AcceptanceStage stage)
{
    private const string Mailbox = "ada@example.com";

    [AcceptanceFact]
    public async Task The_mail_tests_log_in_with_what_dolibarr_is_set_to()
    {
        await UseForMailAsync();
        await TestEntries.ConnectAsync(stage.Site.Install, stage.Provider, TestEntries.Mail);
        stage.Pages.OpenStatus();
        var (card, anchor) = (DolibarrPages.Card(TestEntries.Mail), DolibarrPages.Anchor(TestEntries.Mail));

        stage.Pages.Press(TestEntries.Mail, "[data-oauthbridge-open$='-smtp']");
        Assert.Equal(Number(stage.Mail.SubmissionsPort), stage.Browser.ValueOf($"#{anchor}-smtp-port"));
        stage.Browser.Photograph("smtp-dialog");
        stage.Browser.Press($"dialog#{anchor}-smtp button.butAction");
        stage.Browser.WaitUntil(() => stage.Browser.Sees($"{card} .oauthbridge-check"), "The outcome");
        Assert.Contains("works", stage.Browser.TextOf($"{card} .oauthbridge-check strong"), StringComparison.Ordinal);

        stage.Pages.Press(TestEntries.Mail, "[data-oauthbridge-open$='-imap']");
        stage.Browser.Type($"#{anchor}-imap-host", stage.Mail.Host);
        stage.Browser.Type($"#{anchor}-imap-port", Number(stage.Mail.ImapsPort));
        stage.Browser.Type($"#{anchor}-imap-username", "grace@example.com");
        stage.Browser.Press($"dialog#{anchor}-imap button.butAction");
        stage.Browser.WaitUntil(() => stage.Browser.Sees($"{card} .oauthbridge-check-failed"), "The refusal of another mailbox");
        stage.Browser.Photograph("mail-tests", whole: true);
    }

    [AcceptanceFact]
    public async Task Dolibarr_sends_and_collects_mail_with_an_expired_token_that_the_bridge_renews_once_each()
    {
        await UseForMailAsync();
        await TestEntries.ConnectAsync(stage.Site.Install, stage.Provider, TestEntries.Mail, DateTimeOffset.UnixEpoch.AddYears(50));
        stage.Provider.Requests.Clear();

        var sent = await stage.Site.RunPhpAsync("send_mail.php", [Mailbox, Mailbox, "From Dolibarr"], authority: stage.Mail.AuthorityPath);
        Assert.True(sent.StartsWith("sent", StringComparison.Ordinal), sent + stage.Mail.Log);
        Assert.Equal(1, stage.Provider.Requests.RefreshCount);

        // The collector of this release renews before every run; the bridge makes one renewal of each.
        var collected = await stage.Site.RunPhpAsync(
            "collect_mail.php",
            [TestEntries.Mail, stage.Mail.Host, Number(stage.Mail.ImapsPort), Mailbox],
            authority: stage.Mail.AuthorityPath
        );
        Assert.False(collected.StartsWith("failed", StringComparison.Ordinal), collected + stage.Mail.Log);
        Assert.Contains(" 1 ", $" {collected} ", StringComparison.Ordinal);
        Assert.All(stage.Provider.Requests.All.Where(request => request.IsRefresh), request =>
            Assert.Equal(Demo.Provider.StandInRequest.Ok, request.Outcome)
        );
        var entry = (await stage.Bridge.RunAsync(["entries", "--json"])).Output;
        Assert.DoesNotContain("consent_required", entry.Split(TestEntries.Mail)[1].Split("\"entry\"")[0], StringComparison.Ordinal);
    }

    private async Task UseForMailAsync()
    {
        foreach (
            var (name, value) in new Dictionary<string, string>
            {
                ["MAIN_MAIL_SENDMODE"] = "smtps",
                ["MAIN_MAIL_SMTP_SERVER"] = stage.Mail.Host,
                ["MAIN_MAIL_SMTP_PORT"] = Number(stage.Mail.SubmissionsPort),
                ["MAIN_MAIL_EMAIL_TLS"] = "1",
                ["MAIN_MAIL_SMTPS_AUTH_TYPE"] = "XOAUTH2",
                ["MAIN_MAIL_SMTPS_ID"] = Mailbox,
                ["MAIN_MAIL_SMTPS_OAUTH_SERVICE"] = TestEntries.Mail,
                ["MAIN_IMAP_USE_PHPIMAP"] = "1",
            }
        )
        {
            await stage.Site.Install.SetConstAsync(name, value);
        }
    }

    private static string Number(int number) => number.ToString(CultureInfo.InvariantCulture);
}
