// SPDX-License-Identifier: GPL-3.0-or-later

using DolibarrOAuthBridge.Acceptance.Support;

namespace DolibarrOAuthBridge.Acceptance;

[Collection(AcceptanceCollection.Name)]
[Trait(Feature.Name, Feature.Setup)]
public sealed class SetupTests(AcceptanceStage stage)
{
    [AcceptanceFact]
    public async Task Settings_are_kept_and_an_address_elsewhere_is_refused()
    {
        var address = stage.Sidecar.BaseAddress.AbsoluteUri.TrimEnd('/');
        stage.Browser.Open(DolibarrPages.Setup);
        stage.Browser.Photograph("setup", whole: true);
        stage.Browser.Type("#OAUTHBRIDGE_ADDRESS", "http://192.0.2.1:8765");
        stage.Browser.Press("button.button-save");
        stage.Browser.WaitForText("is no address on this machine");
        Assert.Equal("http://192.0.2.1:8765", stage.Browser.ValueOf("#OAUTHBRIDGE_ADDRESS"));

        stage.Browser.Type("#OAUTHBRIDGE_ADDRESS", address);
        stage.Browser.Choose("#OAUTHBRIDGE_RENEWAL", "on_demand");
        stage.Browser.Type("#OAUTHBRIDGE_LOGIN_HOSTED_DOMAIN", "example.com, Example.org");
        stage.Browser.Press("button.button-save");
        stage.Browser.WaitForText("Setup saved");
        Assert.Equal("on_demand", stage.Browser.ValueOf("#OAUTHBRIDGE_RENEWAL"));
        Assert.Equal("example.com,example.org", stage.Browser.ValueOf("#OAUTHBRIDGE_LOGIN_HOSTED_DOMAIN"));
        Assert.Contains("The bridge is running", stage.Browser.Text, StringComparison.Ordinal);

        await stage.Site.Install.DeleteConstAsync("OAUTHBRIDGE_RENEWAL");
        await stage.Site.Install.DeleteConstAsync("OAUTHBRIDGE_LOGIN_HOSTED_DOMAIN");
    }

    [AcceptanceFact]
    public void A_new_key_is_taken_over_by_the_bridge_within_seconds()
    {
        stage.Browser.Open(DolibarrPages.Setup);
        stage.Browser.Press("form:has(input[value=renewkey]) button[type=submit]");
        stage.Browser.WaitForText("A new key is in place");

        stage.Browser.WaitUntil(
            () =>
            {
                stage.Browser.Open(DolibarrPages.Status);
                return stage.Browser.Text.Contains("The bridge is running", StringComparison.Ordinal);
            },
            "The bridge with the new key"
        );
    }

    [AcceptanceFact]
    public async Task A_bridge_that_is_down_is_said_with_how_to_start_it()
    {
        await stage.Site.Install.SetConstAsync("OAUTHBRIDGE_ADDRESS", "http://127.0.0.1:9");
        try
        {
            stage.Browser.Open(DolibarrPages.Status);
            stage.Browser.WaitForText("The bridge does not answer");
            Assert.Contains("systemctl start dolibarr-oauth-bridge", stage.Browser.Text, StringComparison.Ordinal);
            stage.Browser.Photograph("down");
        }
        finally
        {
            await stage.Site.Install.SetConstAsync("OAUTHBRIDGE_ADDRESS", stage.Sidecar.BaseAddress.AbsoluteUri.TrimEnd('/'));
        }
    }
}
