// SPDX-License-Identifier: GPL-3.0-or-later

using DolibarrOAuthBridge.Acceptance.Support;

namespace DolibarrOAuthBridge.Acceptance;

[Collection(AcceptanceCollection.Name)]
public sealed class ConnectTests(AcceptanceStage stage)
{
    private static readonly string CodeCard = DolibarrPages.Card(TestEntries.Code);

    [AcceptanceFact]
    [Trait(Feature.Name, Feature.Connect)]
    public async Task Connecting_leads_through_the_providers_page_to_a_token_that_dolibarr_reads()
    {
        stage.Pages.Begin(TestEntries.Code, "connect");
        stage.Browser.WaitForText("asks for access");
        Assert.StartsWith(stage.Provider.BaseAddress.AbsoluteUri, stage.Browser.Address.AbsoluteUri, StringComparison.Ordinal);
        stage.Browser.Press("button[value=allow]");

        stage.Browser.WaitUntil(
            () => stage.Browser.TextOf($"{CodeCard} .badge").StartsWith("Connected", StringComparison.Ordinal),
            "The connection"
        );
        Assert.DoesNotContain("code=", stage.Browser.Address.Query, StringComparison.Ordinal);
        var token = await stage.Site.Install.ReadTokenAsync(TestEntries.Code);
        Assert.NotNull(token.RefreshToken);
        stage.Pages.OpenStatus();
        stage.Browser.Photograph("connected", whole: true);
    }

    [AcceptanceFact]
    [Trait(Feature.Name, Feature.Connect)]
    public void A_refusal_at_the_provider_is_said_and_changes_nothing()
    {
        stage.Pages.Begin(TestEntries.Refused, "connect");
        stage.Browser.Press("button[value=deny]");

        stage.Browser.WaitUntil(() => stage.Browser.Count(DolibarrPages.Card(TestEntries.Refused)) > 0, "The way back");
        Assert.Equal("Not connected", stage.Browser.TextOf($"{DolibarrPages.Card(TestEntries.Refused)} .badge"));
        stage.Browser.WaitForText("You cancelled at the provider. Nothing has changed.");
    }

    [AcceptanceFact]
    [Trait(Feature.Name, Feature.Connect)]
    public async Task An_answer_that_another_session_brings_is_refused_before_the_provider_is_asked()
    {
        stage.Pages.Begin(TestEntries.Refused, "connect");
        stage.Browser.WaitForText("asks for access");
        var answer = await stage.Provider.ApproveAsync(stage.Browser.Address);
        stage.Provider.Requests.Clear();

        using (var other = new Browser(stage.Site.BaseAddress))
        {
            new DolibarrPages(other, stage.Site).SignIn("admin", stage.Site.AdminPassword);
            other.Open(answer.AbsoluteUri);
            other.WaitForText("was not begun here");
        }

        Assert.Equal(0, stage.Provider.Requests.TokenRequestCount);
        Assert.Null(await stage.Site.Install.FindTokenRowAsync(TestEntries.Refused));
    }

    [AcceptanceFact]
    [Trait(Feature.Name, Feature.Device)]
    public async Task A_code_on_another_device_connects_the_entry_while_the_dialog_waits()
    {
        stage.Pages.Begin(TestEntries.Device, "connectdevice");
        var code = stage.Browser.TextOf("dialog.oauthbridge-device .oauthbridge-usercode .clipboardCPValue").Trim();
        stage.Browser.Photograph("device-dialog");

        await stage.Provider.AnswerDeviceAsync(code);

        stage.Browser.WaitUntil(
            () =>
                stage.Browser.TextOf($"{DolibarrPages.Card(TestEntries.Device)} .badge").StartsWith("Connected", StringComparison.Ordinal),
            "The connection"
        );
        Assert.NotNull((await stage.Site.Install.ReadTokenAsync(TestEntries.Device)).RefreshToken);
    }
}
