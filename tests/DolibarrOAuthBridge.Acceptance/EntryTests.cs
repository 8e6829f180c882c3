// SPDX-License-Identifier: GPL-3.0-or-later

using DolibarrOAuthBridge.Acceptance.Support;

namespace DolibarrOAuthBridge.Acceptance;

[Collection(AcceptanceCollection.Name)]
public sealed class EntryTests(AcceptanceStage stage)
{
    [AcceptanceFact]
    [Trait(Feature.Name, Feature.Renew)]
    public async Task Renewing_brings_a_new_access_token_and_counts()
    {
        var before = await TestEntries.ConnectAsync(stage.Site.Install, stage.Provider, TestEntries.Renewed);

        stage.Pages.Begin(TestEntries.Renewed, "renew");

        stage.Browser.WaitForText("has a new access token");
        Assert.NotEqual(before.AccessToken, (await stage.Site.Install.ReadTokenAsync(TestEntries.Renewed)).AccessToken);
        Assert.Matches("[1-9][0-9]* renewal", stage.Browser.TextOf(DolibarrPages.Card(TestEntries.Renewed)));
    }

    [AcceptanceFact]
    [Trait(Feature.Name, Feature.Renew)]
    public async Task Dolibarrs_own_button_refreshes_a_token_that_is_still_good_or_says_why_not()
    {
        const string Button = "a[href*='action=refreshtoken'][href*='Microsoft-Office']";
        var before = await TestEntries.ConnectAsync(stage.Site.Install, stage.Provider, TestEntries.Renewed);
        stage.Browser.Open("admin/oauthlogintokens.php");
        if (!stage.Browser.Sees(Button))
        {
            return; // older releases have none
        }

        stage.Browser.Press(Button);
        stage.Browser.WaitForText("it has been refreshed");
        Assert.NotEqual(before.AccessToken, (await stage.Site.Install.ReadTokenAsync(TestEntries.Renewed)).AccessToken);

        await stage.Provider.RevokeGrantsAsync(TestEntries.ClientId(TestEntries.Renewed));
        stage.Browser.Open("admin/oauthlogintokens.php"); // without the message, which may lie over the button
        stage.Browser.Press(Button);
        stage.Browser.WaitForText("consent_required");
        Assert.DoesNotContain("it has been refreshed", stage.Browser.Text, StringComparison.Ordinal);
    }

    [AcceptanceFact]
    [Trait(Feature.Name, Feature.DeadGrant)]
    public async Task A_dead_grant_is_said_on_its_card_and_in_the_widget()
    {
        await TestEntries.ConnectAsync(stage.Site.Install, stage.Provider, TestEntries.Dead);
        await stage.Provider.RevokeGrantsAsync(TestEntries.ClientId(TestEntries.Dead));

        stage.Pages.Begin(TestEntries.Dead, "renew");

        stage.Browser.WaitUntil(
            () => stage.Browser.TextOf($"{DolibarrPages.Card(TestEntries.Dead)} .badge") == "Consent needed",
            "The end of the grant"
        );
        Assert.Contains(
            "somebody must give consent again",
            stage.Browser.TextOf(DolibarrPages.Card(TestEntries.Dead)),
            StringComparison.Ordinal
        );
        stage.Browser.Open("index.php?mainmenu=home");
        stage.Browser.WaitForText("OAuth entries that need a person");
        Assert.Contains(TestEntries.Dead, stage.Browser.Text, StringComparison.Ordinal);
        Assert.Contains(TestEntries.Incomplete, stage.Browser.Text, StringComparison.Ordinal);
        stage.Browser.Photograph("widget", whole: true);
    }

    [AcceptanceFact]
    [Trait(Feature.Name, Feature.Revoke)]
    public async Task Revoking_asks_first_then_tells_the_provider_and_deletes_the_token()
    {
        await TestEntries.ConnectAsync(stage.Site.Install, stage.Provider, TestEntries.Revoked);
        var card = DolibarrPages.Card(TestEntries.Revoked);
        var dialog = $"dialog#{DolibarrPages.Anchor(TestEntries.Revoked)}-revoke";

        stage.Pages.OpenStatus();
        stage.Pages.Press(TestEntries.Revoked, ".butActionDelete");
        stage.Browser.Photograph("revoke-dialog");
        stage.Browser.Press($"{dialog} button[formmethod=dialog]");
        Assert.False(stage.Browser.Sees(dialog));
        Assert.NotNull(await stage.Site.Install.FindTokenRowAsync(TestEntries.Revoked));

        stage.Pages.Press(TestEntries.Revoked, ".butActionDelete");
        stage.Browser.Press($"{dialog} button.butActionDelete");
        stage.Browser.WaitForText("was revoked and its token deleted");
        Assert.Equal("Not connected", stage.Browser.TextOf($"{card} .badge"));
        Assert.Null(await stage.Site.Install.FindTokenRowAsync(TestEntries.Revoked));
    }

    [AcceptanceFact]
    [Trait(Feature.Name, Feature.StatusPage)]
    public async Task The_page_holds_no_token_and_no_secret()
    {
        var tokens = await TestEntries.ConnectAsync(stage.Site.Install, stage.Provider, TestEntries.Renewed);

        stage.Pages.OpenStatus();

        Assert.DoesNotContain(tokens.AccessToken, stage.Browser.Source, StringComparison.Ordinal);
        Assert.DoesNotContain(tokens.RefreshToken!, stage.Browser.Source, StringComparison.Ordinal);
        Assert.DoesNotContain(TestEntries.SecretOf(TestEntries.Mail), stage.Browser.Source, StringComparison.Ordinal);
        Assert.Empty(stage.Site.ModuleComplaints);
    }

    [AcceptanceFact]
    [Trait(Feature.Name, Feature.StatusPage)]
    public void A_change_without_dolibarrs_token_or_by_get_is_refused()
    {
        stage.Pages.OpenStatus();

        Assert.Equal(
            403L,
            stage.Browser.Run(
                $"return fetch('{new Uri(stage.Pages.Address, DolibarrPages.Status)}', {{method: 'POST', body: new "
                    + $"URLSearchParams({{action: 'revoke', entry: '{TestEntries.Mail}'}})}}).then(answer => answer.status)"
            )
        );
        var token = stage.Browser.Run("return document.querySelector('meta[name=anti-csrf-newtoken]').content");
        stage.Browser.Open($"{DolibarrPages.Status}?entry={TestEntries.Code}&action=connect&token={token}");
        Assert.StartsWith(stage.Site.BaseAddress.AbsoluteUri, stage.Browser.Address.AbsoluteUri, StringComparison.Ordinal);
    }

    [AcceptanceFact]
    [Trait(Feature.Name, Feature.StatusPage)]
    public void It_fits_on_a_phone()
    {
        using var phone = new Browser(stage.Site.BaseAddress, isPhone: true);
        var pages = new DolibarrPages(phone, stage.Site);
        pages.SignIn("admin", stage.Site.AdminPassword);
        pages.OpenStatus();
        phone.Photograph("phone", whole: true);

        Assert.Empty(
            (IEnumerable<object>)
                phone.Run(
                    "return [...document.querySelectorAll('.oauthbridge *')].filter(element => "
                        + "element.getBoundingClientRect().right > 390).map(element => element.outerHTML.slice(0, 200))"
                )!
        );
    }
}
