// SPDX-License-Identifier: GPL-3.0-or-later

using System.Globalization;
using DolibarrOAuthBridge.Acceptance.Support;

namespace DolibarrOAuthBridge.Acceptance;

/// <summary>An administrator connects an account with the assistant, from nothing to mail settings that use it.</summary>
[Collection(AcceptanceCollection.Name)]
public sealed class AssistantTests(AcceptanceStage stage)
{
    private const string Mailbox = "ada@example.com";

    [AcceptanceFact]
    public async Task The_assistant_leads_from_a_choice_to_mail_settings_that_can_be_put_back()
    {
        var browser = stage.Browser;
        stage.Pages.OpenStatus();
        browser.Press("a[href*='connect.php']");
        browser.Press("input[name=purpose][value=both]");
        browser.Press("input[name=provider][value=GENERIC]");
        browser.Photograph("assistant-1-choose", whole: true);
        browser.Press("form button.butAction");

        browser.WaitUntil(() => browser.Sees("input[name=client_secret]"), "The fields of the application");
        Assert.Contains("custom/oauthbridge/callback.php", browser.Text, StringComparison.Ordinal);
        browser.Type("input[name=label]", "Helpdesk");
        browser.Type("input[name=url]", "http://login.example.com");
        browser.Type("input[name=client_id]", TestEntries.ClientId(TestEntries.Assisted));
        browser.Type("input[name=client_secret]", "no-spaces");
        browser.Type("input[name=scopes]", "openid,email");
        browser.Press("form button.butAction");
        browser.WaitForText("The address begins with https://.");
        Assert.Equal("Helpdesk", browser.ValueOf("input[name=label]"));

        browser.Type("input[name=url]", stage.Provider.BaseAddress.AbsoluteUri.TrimEnd('/'));
        browser.Type("input[name=client_secret]", TestEntries.SecretOf(TestEntries.Assisted));
        browser.Photograph("assistant-2-application", whole: true);
        browser.Press("form button.butAction");

        browser.Press("form:has(input[name=action][value=connect]) button");
        browser.WaitForText("asks for access");
        browser.Press("button[value=allow]");
        browser.WaitUntil(
            () => browser.Sees(".oauthbridge-way") && browser.TextOf(".badge").StartsWith("Connected", StringComparison.Ordinal),
            "The way back"
        );
        browser.Photograph("assistant-3-connected", whole: true);
        Assert.NotNull((await stage.Site.Install.ReadTokenAsync(TestEntries.Assisted)).RefreshToken);

        browser.Press("a.butAction[href*='step=try']");
        browser.Type("#oauthbridge-smtp-host", stage.Mail.Host);
        browser.Type("#oauthbridge-smtp-port", stage.Mail.SubmissionsPort.ToString(CultureInfo.InvariantCulture));
        browser.Run("document.querySelector('#oauthbridge-smtp-security').value = 'tls'");
        browser.Type("#oauthbridge-smtp-username", Mailbox);
        browser.Press("form:has(input[value=checksmtp]) button.butAction");
        browser.WaitUntil(() => browser.Sees(".oauthbridge-check"), "The outcome");
        browser.Photograph("assistant-4-try", whole: true);
        Assert.Contains("works", browser.TextOf(".oauthbridge-check strong"), StringComparison.Ordinal);

        browser.Press("a.butAction[href*='step=use']");
        browser.WaitForText("MAIN_MAIL_SMTPS_OAUTH_SERVICE");
        browser.Photograph("assistant-5-use", whole: true);
        browser.Press("form:has(input[value=usemail]) button.butAction");
        browser.WaitForText($"Dolibarr sends mail with {TestEntries.Assisted}.");
        browser.Press("form:has(input[value=undomail]) button");
        browser.WaitForText("The mail settings from before are back.");
        Assert.True(browser.Sees("form:has(input[value=usemail])"));
        Assert.Empty(stage.Site.ModuleComplaints);
    }

    [AcceptanceFact]
    public void The_assistant_fits_a_phone()
    {
        using var phone = new Browser(stage.Site.BaseAddress, isPhone: true);
        new DolibarrPages(phone, stage.Site).SignIn("admin", stage.Site.AdminPassword);
        phone.Open("custom/oauthbridge/admin/connect.php?step=choose");
        phone.Photograph("assistant-phone", whole: true);
        Assert.Equal(false, phone.Run("var box = document.querySelector('.oauthbridge'); return box.scrollWidth > box.clientWidth + 1"));
    }
}
