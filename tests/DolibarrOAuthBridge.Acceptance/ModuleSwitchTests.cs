// SPDX-License-Identifier: GPL-3.0-or-later

using DolibarrOAuthBridge.Acceptance.Support;

namespace DolibarrOAuthBridge.Acceptance;

[Collection(AcceptanceCollection.Name)]
public sealed class ModuleSwitchTests(AcceptanceStage stage)
{
    private const string Assistant = "a[href$='/oauthbridge/admin/connect.php']";
    private const string Tab = "a[href*='/oauthbridge/admin/entries.php']";

    [AcceptanceFact]
    [Trait(Feature.Name, Feature.Enable)]
    public void Dolibarrs_own_oauth_pages_show_the_tab()
    {
        stage.Browser.Open(DolibarrPages.OAuthEntries);

        Assert.True(stage.Browser.Sees(Tab));
        stage.Browser.Press(Tab);
        stage.Browser.WaitForText("The bridge is running");
    }

    [AcceptanceFact]
    [Trait(Feature.Name, Feature.Disable)]
    public async Task Disabling_takes_the_tab_and_the_key_away_and_keeps_entries_and_tokens()
    {
        var token = await TestEntries.ConnectAsync(stage.Site.Install, stage.Provider, TestEntries.Renewed);
        stage.Pages.DisableModule();
        try
        {
            stage.Browser.Open(DolibarrPages.OAuthEntries);
            Assert.False(stage.Browser.Sees(Tab));
            Assert.Contains(TestEntries.ClientId(TestEntries.Renewed), stage.Browser.Source, StringComparison.Ordinal);
            Assert.Equal(token.RefreshToken, (await stage.Site.Install.ReadTokenAsync(TestEntries.Renewed)).RefreshToken);
        }
        finally
        {
            stage.Pages.EnableModule();
        }

        stage.Browser.WaitUntil(() => stage.Browser.Sees(Assistant), "The link to the assistant in the list of modules");
        stage.Browser.Photograph("enabled");
        stage.Browser.WaitUntil(
            () =>
            {
                stage.Browser.Open(DolibarrPages.Status);
                return stage.Browser.Text.Contains("The bridge is running", StringComparison.Ordinal);
            },
            "The bridge with the key of the module enabled again"
        );
    }

    [TooOldFact]
    [Trait(Feature.Name, Feature.TooOld)]
    public void A_dolibarr_that_is_too_old_says_so_and_stays_as_it_was()
    {
        stage.Pages.OpenModules();
        stage.Pages.PressSwitch();

        stage.Browser.WaitForText("requires Dolibarr version 17");
        stage.Browser.Photograph("too-old");
        stage.Browser.Open(DolibarrPages.OAuthEntries);
        Assert.False(stage.Browser.Sees(Tab));
    }
}
