// SPDX-License-Identifier: GPL-3.0-or-later

using System.Globalization;
using DolibarrOAuthBridge.Acceptance.Support;

namespace DolibarrOAuthBridge.Acceptance;

/// <summary>The assistant, from nothing to a mail that is sent and one that is collected.</summary>
[Collection(AcceptanceCollection.Name)]
[Trait(Feature.Name, Feature.Assistant)]
public sealed class AssistantTests(AcceptanceStage stage)
{
    private const string Mailbox = "ada@example.com";
    private const string Page = "custom/oauthbridge/admin/connect.php?step=choose";

    [AcceptanceFact]
    public async Task The_assistant_leads_to_sent_and_collected_mail_at_google_and_back() => await LeadAsync("GOOGLE-Helpdesk", "google");

    [AcceptanceFact]
    public async Task The_assistant_leads_to_sent_and_collected_mail_at_microsoft_and_back() =>
        await LeadAsync("MICROSOFT-Helpdesk", "microsoft");

    [AcceptanceFact]
    public async Task The_assistant_leads_to_sent_and_collected_mail_at_another_server_and_back() =>
        await LeadAsync("GENERIC-Helpdesk", "generic");

    [AcceptanceFact]
    public void Mistakes_are_named_and_what_was_typed_stays()
    {
        var browser = stage.Browser;
        Choose("MICROSOFT", "login");
        browser.Type("input[name=tenant]", "https://login.microsoftonline.com/x");
        browser.Type("input[name=client_id]", "my app");
        browser.Type("input[name=client_secret]", "11111111-2222-3333-4444-555555555555");
        browser.Run("document.querySelector('form:has(input[value=application])').noValidate = true");
        browser.Press("form:has(input[value=application]) button.butAction");
        browser.WaitForText("This is the ID of the secret.");
        Assert.Contains("A Microsoft client ID is a GUID", browser.Text, StringComparison.Ordinal);
        Assert.Contains("The tenant is a directory ID or a domain", browser.Text, StringComparison.Ordinal);
        Assert.Equal("my app", browser.ValueOf("input[name=client_id]"));

        // Left, and resumed without a step.
        browser.Open("index.php");
        browser.Open("custom/oauthbridge/admin/connect.php");
        Assert.Equal("my app", browser.ValueOf("input[name=client_id]"));
    }

    [AcceptanceFact]
    public void What_a_provider_cannot_do_cannot_be_chosen()
    {
        stage.Browser.Open(Page);
        stage.Browser.Press("input[name=purpose][value=login]");
        Assert.Equal("true", stage.Browser.ValueOf("input[name=provider][value=GITHUB]", "disabled"));
        stage.Browser.Press("input[name=purpose][value=api]");
        Assert.Equal("true", stage.Browser.ValueOf("input[name=provider][value=GOOGLE]", "disabled"));
        Assert.Equal(string.Empty, stage.Browser.ValueOf("input[name=provider][value=GITHUB]", "disabled"));
    }

    [AcceptanceFact]
    public async Task App_only_entries_are_offered_where_dolibarr_finds_their_tokens()
    {
        stage.Browser.Open(Page);
        Assert.Equal(await stage.KnowsAsync("MICROSOFTAPP") ? 1 : 0, stage.Browser.Count("input[name=provider][value=MICROSOFTAPP]"));
    }

    [AcceptanceFact]
    public async Task A_known_server_brings_its_address_and_scopes()
    {
        Assert.SkipUnless(await stage.KnowsAsync("GENERIC"), "Its mail code knows no other servers.");
        var browser = stage.Browser;
        browser.Open(Page);
        browser.Press("input[name=purpose][value=send]");
        browser.Press("input[name=provider][value=GOOGLE]");
        Assert.False(browser.Sees("#oauthbridge-preset"));
        browser.Press("input[name=provider][value=GENERIC]");
        Assert.Equal("true", browser.ValueOf("#oauthbridge-preset option[value=nextcloud]", "disabled"));
        browser.Choose("#oauthbridge-preset", "yandex");
        browser.Photograph("assistant-preset-1-choose", whole: true);
        browser.Press("form:has(input[value=choose]) button.butAction");
        browser.WaitForText("The bridge knows the endpoints and the mail servers of Yandex");
        browser.Photograph("assistant-preset-2-application", whole: true);
        Assert.Equal("https://oauth.yandex.com", browser.ValueOf("input[name=url]"));
        Assert.Equal("mail:smtp", browser.ValueOf("input[name=scopes]"));

        // Another choice takes the proposals back.
        Choose("GENERIC", "send", () => browser.Choose("#oauthbridge-preset", string.Empty));
        Assert.Equal(string.Empty, browser.ValueOf("input[name=url]"));
    }

    [AcceptanceFact]
    public void It_works_by_keyboard_alone()
    {
        var browser = stage.Browser;
        browser.Open(Page);
        browser.Run("document.querySelector('input[name=purpose][value=login]').focus()");
        browser.Keys(" ");
        browser.Run("document.querySelector('input[name=provider][value=GENERIC]').focus()");
        browser.Keys(" ");
        browser.Keys(OpenQA.Selenium.Keys.Enter);
        browser.WaitUntil(() => browser.Sees("input[name=client_secret]"), "The fields of the application");
    }

    [AcceptanceFact]
    public void The_assistant_fits_a_phone()
    {
        using var phone = new Browser(stage.Site.BaseAddress, isPhone: true);
        new DolibarrPages(phone, stage.Site).SignIn("admin", stage.Site.AdminPassword);
        phone.Open(Page);
        Assert.Equal(false, phone.Run("var box = document.querySelector('.oauthbridge'); return box.scrollWidth > box.clientWidth + 1"));
    }

    private async Task LeadAsync(string entry, string name)
    {
        var browser = stage.Browser;
        var provider = entry.Split('-')[0];
        if (!await stage.FindsForMailAsync(provider))
        {
            browser.Open(Page);
            browser.Press("input[name=purpose][value=send]");
            Assert.Equal("true", browser.ValueOf($"input[name=provider][value={provider}]", "disabled"));
            return;
        }

        Assert.Null(await stage.Site.Install.FindTokenRowAsync(entry));
        stage.Pages.OpenStatus();
        browser.Press("a.butAction[href*='connect.php']");
        browser.WaitUntil(() => browser.Sees(".oauthbridge-way"), "The assistant");
        Choose(provider, "both", () => browser.Photograph($"assistant-{name}-1-choose", whole: true));
        Assert.Contains("custom/oauthbridge/callback.php", browser.Text, StringComparison.Ordinal);
        browser.Type("input[name=label]", "Helpdesk");
        if (provider == "GENERIC")
        {
            browser.Type("input[name=url]", stage.Provider.BaseAddress.AbsoluteUri.TrimEnd('/'));
            browser.Type("input[name=scopes]", "openid,email");
        }
        else if (provider == "MICROSOFT")
        {
            browser.Type("input[name=tenant]", "contoso.example");
        }

        browser.Type("input[name=client_id]", TestEntries.ClientId(entry));
        browser.Type("input[name=client_secret]", TestEntries.SecretOf(entry));
        browser.Photograph($"assistant-{name}-2-application", whole: true);
        browser.Press("form:has(input[value=application]) button.butAction");

        browser.Press("form:has(input[name=action][value=connect]) button");
        browser.WaitForText("asks for access");
        browser.Press("button[value=allow]");
        browser.WaitUntil(
            () => browser.Sees(".oauthbridge-way") && browser.TextOf(".badge").StartsWith("Connected", StringComparison.Ordinal),
            "The way back"
        );
        browser.Photograph($"assistant-{name}-3-connected", whole: true);
        Assert.NotNull((await stage.Site.Install.ReadTokenAsync(entry)).RefreshToken);

        browser.Press("a.butAction[href*='step=try']");
        Try("smtp", stage.Mail.SubmissionsPort, () => browser.Type("#oauthbridge-smtp-send_to", Mailbox));
        Assert.Contains("Test mail:", browser.TextOf("section:has(input[value=checksmtp]) .oauthbridge-check"), StringComparison.Ordinal);
        Try("imap", stage.Mail.ImapsPort, static () => { });
        browser.Photograph($"assistant-{name}-4-try", whole: true);

        browser.Press("a.butAction[href*='step=use']");
        browser.WaitForText("MAIN_MAIL_SMTPS_OAUTH_SERVICE");
        browser.Photograph($"assistant-{name}-5-use", whole: true);
        browser.Press("form:has(input[value=usemail]) button");
        browser.WaitForText($"Dolibarr sends mail with {entry}.");
        browser.Press("form:has(input[value=usecollector]) button");
        browser.WaitForText("The collector is there, switched off");
        browser.Photograph($"assistant-{name}-6-used", whole: true);

        var sent = await stage.Site.RunPhpAsync("send_mail.php", [Mailbox, Mailbox, $"By {entry}"], authority: stage.Mail.AuthorityPath);
        Assert.True(sent.StartsWith("sent", StringComparison.Ordinal), sent + stage.Mail.Log);
        await stage.CollectAsync([entry, "", "", "", entry], Mailbox);
        stage.Pages.OpenStatus();
        Assert.Contains("Outgoing mail", browser.TextOf(DolibarrPages.Card(entry)), StringComparison.Ordinal);
        Assert.Contains($"E-mail collector {entry}", browser.TextOf(DolibarrPages.Card(entry)), StringComparison.Ordinal);
        Assert.Contains("example.com", browser.TextOf(DolibarrPages.Card(entry)), StringComparison.Ordinal);

        browser.Open("custom/oauthbridge/admin/connect.php?step=use");
        browser.Press("form:has(input[value=undomail]) button");
        browser.WaitForText("The mail settings from before are back.");
        browser.Press("form:has(input[value=undocollector]) button");
        browser.WaitForText("The collector is as it was before.");
        Assert.True(browser.Sees("form:has(input[value=usemail])") && browser.Sees("form:has(input[value=usecollector])"));
        Assert.Empty(stage.Site.ModuleComplaints);
    }

    private void Choose(string provider, string purpose, Action? look = null)
    {
        stage.Browser.Open(Page);
        stage.Browser.Press($"input[name=purpose][value={purpose}]");
        stage.Browser.Press($"input[name=provider][value={provider}]");
        look?.Invoke();
        stage.Browser.Press("form:has(input[value=choose]) button.butAction");
        stage.Browser.WaitUntil(() => stage.Browser.Sees("input[name=client_secret]"), "The fields of the application");
    }

    private void Try(string protocol, int port, Action more)
    {
        var browser = stage.Browser;
        browser.Type($"#oauthbridge-{protocol}-host", stage.Mail.Host);
        browser.Type($"#oauthbridge-{protocol}-port", port.ToString(CultureInfo.InvariantCulture));
        browser.Run($"document.querySelector('#oauthbridge-{protocol}-security').value = 'tls'");
        browser.Type($"#oauthbridge-{protocol}-username", Mailbox);
        more();
        browser.Press($"form:has(input[value=check{protocol}]) button.butAction");
        var outcome = $"section:has(input[value=check{protocol}]) .oauthbridge-check strong";
        browser.WaitUntil(() => browser.Sees(outcome), "The outcome");
        Assert.Contains("works", browser.TextOf(outcome), StringComparison.Ordinal);
    }
}
