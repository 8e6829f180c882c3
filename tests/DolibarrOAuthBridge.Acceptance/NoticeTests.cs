// SPDX-License-Identifier: GPL-3.0-or-later

using System.Globalization;
using DolibarrOAuthBridge.Acceptance.Support;

namespace DolibarrOAuthBridge.Acceptance;

/// <summary>A grant ends, and people hear of it by other ways than the dead mail.</summary>
[Collection(AcceptanceCollection.Name)]
[Trait(Feature.Name, Feature.Notices)]
public sealed class NoticeTests(AcceptanceStage stage)
{
    private const string Ended = "The OAuth grant of GENERIC-Ending no longer works.";

    private readonly CancellationToken _cancellationToken = TestContext.Current.CancellationToken;

    [AcceptanceFact]
    public async Task An_ended_grant_is_mailed_shown_and_told_to_whoever_sends_and_its_return_too()
    {
        var install = stage.Site.Install;
        var before = DateTimeOffset.UtcNow.AddMinutes(-5);
        await TestEntries.ConnectAsync(install, stage.Provider, TestEntries.Ending, before, _cancellationToken);
        await UseForMailAsync();
        try
        {
            await stage.Provider.RevokeGrantsAsync(TestEntries.ClientId(TestEntries.Ending));

            // Whoever sends hears it at once: on Dolibarr's page for test mails, which in 23 sends none, or on a user's card.
            stage.Browser.Open(
                DolibarrSource.IsBefore(23) ? "admin/mails.php?action=test&mode=init" : "user/card.php?id=1&action=presend&mode=init"
            );
            stage.Browser.Type("#sendto", "ada@example.com");
            stage.Browser.Press("input[name=sendmail]");
            stage.Browser.WaitForText("This mail cannot be sent: the OAuth grant of GENERIC-Ending no longer works.");
            stage.Browser.Photograph("notice-sender");

            // The administrator gets a mail that does not use the grant, and sees a sign on every page.
            Assert.Contains("no longer works", stage.Site.PhpMail, StringComparison.Ordinal);
            Assert.Contains("Used for: Outgoing mail", stage.Site.PhpMail, StringComparison.Ordinal);
            stage.Browser.Open("index.php?mainmenu=home");
            Assert.Contains("GENERIC-ENDING", stage.Browser.ValueOf(".oauthbridge-alert", "title"), StringComparison.Ordinal);
            stage.Browser.Photograph("notice-sign");
            var events = await stage.Site.RunPhpAsync("events.php", [], cancellationToken: _cancellationToken);
            Assert.Contains(Ended, events, StringComparison.Ordinal);

            // What the bridge itself notices arrives by the next page.
            var length = stage.Site.PhpMail.Length;
            await TestEntries.ConnectAsync(install, stage.Provider, TestEntries.Ending, cancellationToken: _cancellationToken);
            await stage.Bridge.RunAsync(["refresh", TestEntries.Ending]);
            stage.Browser.WaitUntil(
                () =>
                {
                    stage.Site.ForgetPauses();
                    stage.Browser.Open("index.php?mainmenu=home");
                    return !stage.Browser.Sees(".oauthbridge-alert")
                        || !stage.Browser.ValueOf(".oauthbridge-alert", "title").Contains("GENERIC-ENDING", StringComparison.Ordinal);
                },
                "The end of the sign"
            );
            Assert.Contains("works again", stage.Site.PhpMail[length..], StringComparison.Ordinal);
            Assert.Empty(stage.Site.ModuleComplaints);
        }
        finally
        {
            await install.SetConstAsync("MAIN_MAIL_SENDMODE", "mail", cancellationToken: _cancellationToken);
        }
    }

    [AcceptanceFact]
    public void A_test_notice_says_by_which_way_it_went()
    {
        stage.Browser.Open(DolibarrPages.Setup);
        stage.Browser.Press("form:has(input[value=testnotice]) button");
        stage.Browser.WaitForText("A test notice was sent to ada@example.com");
        Assert.Contains("Test notice", stage.Site.PhpMail, StringComparison.Ordinal);
    }

    private async Task UseForMailAsync()
    {
        foreach (
            var (name, value) in new Dictionary<string, string>
            {
                ["MAIN_MAIL_SENDMODE"] = "smtps",
                ["MAIN_MAIL_SMTP_SERVER"] = stage.Mail.Host,
                ["MAIN_MAIL_SMTP_PORT"] = stage.Mail.SubmissionsPort.ToString(CultureInfo.InvariantCulture),
                ["MAIN_MAIL_EMAIL_TLS"] = "1",
                ["MAIN_MAIL_SMTPS_AUTH_TYPE"] = "XOAUTH2",
                ["MAIN_MAIL_SMTPS_ID"] = "ada@example.com",
                ["MAIN_MAIL_SMTPS_OAUTH_SERVICE"] = TestEntries.Ending,
                ["MAIN_MAIL_EMAIL_FROM"] = "ada@example.com",
            }
        )
        {
            await stage.Site.Install.SetConstAsync(name, value, cancellationToken: _cancellationToken);
        }
    }
}
