// SPDX-License-Identifier: GPL-3.0-or-later

using System.Globalization;
using DolibarrOAuthBridge.Acceptance.Support;
using DolibarrOAuthBridge.Dolibarr.Tokens;

namespace DolibarrOAuthBridge.Acceptance;

[Collection(AcceptanceCollection.Name)]
public sealed class MailTests(AcceptanceStage stage)
{
    private const string Mailbox = "ada@example.com";

    [AcceptanceFact]
    [Trait(Feature.Name, Feature.MailTests)]
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
    [Trait(Feature.Name, Feature.SmtpOwn)]
    public Task Dolibarr_sends_with_its_own_smtp_and_an_expired_token_that_the_bridge_renews_once() => SendAsync("smtps");

    [AcceptanceFact]
    [Trait(Feature.Name, Feature.SmtpSwift)]
    public Task Dolibarr_sends_with_swiftmailer_and_an_expired_token_that_the_bridge_renews_once() => SendAsync("swiftmailer");

    [AcceptanceFact]
    [Trait(Feature.Name, Feature.AppOnly)]
    public async Task Dolibarr_sends_with_an_app_only_entry_where_it_finds_its_token_and_the_card_says_so_elsewhere()
    {
        await UseForMailAsync(TestEntries.AppOnly);
        try
        {
            var consent = await stage.Bridge.RunAsync(["consent", TestEntries.AppOnly, "--client-credentials"]);
            Assert.True(consent.ExitStatus == 0, consent.Error);
            var isFound = await stage.FindsForMailAsync("MICROSOFT");
            foreach (var mode in (string[])["smtps", "swiftmailer"])
            {
                await stage.Site.Install.SetConstAsync("MAIN_MAIL_SENDMODE", mode);
                var token = await stage.Site.Install.ReadTokenAsync(TestEntries.AppOnly);
                await stage.Site.Install.SetTokenAsync(
                    TestEntries.AppOnly,
                    token with
                    {
                        EndOfLife = EndOfLife.At(DateTimeOffset.UtcNow.AddHours(-1)),
                    }
                );
                stage.Provider.Requests.Clear();
                var sent = await SendAMailAsync($"App-only, {mode}");
                if (!isFound)
                {
                    Assert.StartsWith("not sent", sent, StringComparison.Ordinal);
                    continue;
                }

                Assert.True(sent.StartsWith("sent", StringComparison.Ordinal), sent + stage.Mail.Log);
                Assert.Equal(1, stage.Provider.Requests.TokenRequestCount);
            }

            stage.Pages.OpenStatus();
            var card = stage.Browser.TextOf(DolibarrPages.Card(TestEntries.AppOnly));
            Assert.Equal(!isFound, card.Contains("Mail does not work with it", StringComparison.Ordinal));
        }
        finally
        {
            await stage.Site.Install.SetConstAsync("MAIN_MAIL_SENDMODE", "mail");
        }
    }

    [AcceptanceFact]
    [Trait(Feature.Name, Feature.AppOnly)]
    public async Task Mail_goes_out_with_an_app_only_provider_where_dolibarr_knows_it_and_the_card_says_so_elsewhere()
    {
        await UseForMailAsync(TestEntries.AppOnlyByProvider);
        try
        {
            var consent = await stage.Bridge.RunAsync(["consent", TestEntries.AppOnlyByProvider, "--client-credentials"]);
            Assert.True(consent.ExitStatus == 0, consent.Error);
            var isKnown = await stage.KnowsAsync("MICROSOFTAPP");

            var sent = await SendAMailAsync("By a provider of its own");
            stage.Pages.OpenStatus();
            var card = stage.Browser.TextOf(DolibarrPages.Card(TestEntries.AppOnlyByProvider));

            Assert.Equal(isKnown, sent.StartsWith("sent", StringComparison.Ordinal));
            Assert.Equal(!isKnown, card.Contains("Mail does not work with it", StringComparison.Ordinal));
        }
        finally
        {
            await stage.Site.Install.SetConstAsync("MAIN_MAIL_SENDMODE", "mail");
        }
    }

    [AcceptanceFact]
    [Trait(Feature.Name, Feature.Imap)]
    public async Task Dolibarr_collects_mail_with_an_expired_token_that_the_bridge_renews()
    {
        await UseForMailAsync();
        await ExpireAsync();
        var sent = await SendAMailAsync("To be collected");
        Assert.True(sent.StartsWith("sent", StringComparison.Ordinal), sent + stage.Mail.Log);
        await ExpireAsync();

        // The collector of some releases renews before every run, and before every mail; the bridge makes one renewal of each.
        string[] collector = [TestEntries.Mail, stage.Mail.Host, Number(stage.Mail.ImapsPort), Mailbox];
        var collected = await stage.CollectAsync(collector, Mailbox);
        Assert.NotEqual(0, stage.Provider.Requests.RefreshCount);
        Assert.SkipWhen(collected == AcceptanceStage.CannotRead, collected);
        Assert.Matches("[1-9]", collected);
        await AssertNothingWasRefusedAsync();
    }

    private async Task SendAsync(string mode)
    {
        await UseForMailAsync();
        await stage.Site.Install.SetConstAsync("MAIN_MAIL_SENDMODE", mode);
        try
        {
            await ExpireAsync();
            var sent = await SendAMailAsync($"From Dolibarr, {mode}");

            Assert.True(sent.StartsWith("sent", StringComparison.Ordinal), sent + stage.Mail.Log);
            Assert.Equal(1, stage.Provider.Requests.RefreshCount);
            await AssertNothingWasRefusedAsync();
        }
        finally
        {
            await stage.Site.Install.SetConstAsync("MAIN_MAIL_SENDMODE", "mail");
        }
    }

    private async Task ExpireAsync()
    {
        await TestEntries.ConnectAsync(stage.Site.Install, stage.Provider, TestEntries.Mail, DateTimeOffset.UtcNow.AddHours(-1));
        stage.Provider.Requests.Clear();
    }

    private Task<string> SendAMailAsync(string subject) =>
        stage.Site.RunPhpAsync("send_mail.php", [Mailbox, Mailbox, subject], authority: stage.Mail.AuthorityPath);

    private async Task AssertNothingWasRefusedAsync()
    {
        Assert.All(stage.Provider.Requests.All.Where(request => request.IsRefresh), request =>
            Assert.Equal(Demo.Provider.StandInRequest.Ok, request.Outcome)
        );
        var entry = (await stage.Bridge.RunAsync(["entries", "--json"])).Output;
        Assert.DoesNotContain("consent_required", entry.Split(TestEntries.Mail)[1].Split("\"entry\"")[0], StringComparison.Ordinal);
    }

    private async Task UseForMailAsync(string entry = TestEntries.Mail)
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
                ["MAIN_MAIL_SMTPS_OAUTH_SERVICE"] = entry,
                ["MAIN_IMAP_USE_PHPIMAP"] = "1",
            }
        )
        {
            await stage.Site.Install.SetConstAsync(name, value);
        }
    }

    private static string Number(int number) => number.ToString(CultureInfo.InvariantCulture);
}
