using DolibarrOAuthBridge.Acceptance.Support;

namespace DolibarrOAuthBridge.Acceptance;

[Collection(AcceptanceCollection.Name)]
public sealed class ModuleSwitchTests(AcceptanceStage stage)
{
    [AcceptanceFact]
    public void The_stock_oauth_pages_show_the_bridges_tab()
    {
        stage.Browser.Open(DolibarrPages.OAuthEntries);

        Assert.True(stage.Browser.Sees("a[href*='/oauthbridge/admin/entries.php']"));
        stage.Browser.Photograph("stock-oauth-page");
    }
}
