// SPDX-License-Identifier: GPL-3.0-or-later

using DolibarrOAuthBridge.Acceptance.Support;

namespace DolibarrOAuthBridge.Acceptance;

/// <summary>What somebody sees who is no administrator.</summary>
[Collection(AcceptanceCollection.Name)]
[Trait(Feature.Name, Feature.ReadRight)]
public sealed class ReaderTests(AcceptanceStage stage)
{
    private const string Password = "a passw0rd of the acceptance run";
    private const string MenuEntry = "#id-left a[href*='/oauthbridge/admin/entries.php']";

    private readonly CancellationToken _cancellationToken = TestContext.Current.CancellationToken;

    [AcceptanceFact]
    public async Task A_reader_finds_the_page_in_the_menu_and_can_change_nothing()
    {
        await MakeUserAsync("reader", mayRead: true);
        await TestEntries.ConnectAsync(stage.Site.Install, stage.Provider, TestEntries.Renewed, cancellationToken: _cancellationToken);
        var before = await stage.Site.Install.ReadTokenAsync(TestEntries.Renewed, cancellationToken: _cancellationToken);
        using var browser = SignIn("reader");

        browser.Open("index.php?mainmenu=tools&leftmenu=");
        browser.Press(MenuEntry);
        browser.WaitForText("The bridge is running");
        browser.Photograph("reader", whole: true);

        Assert.True(browser.Sees(DolibarrPages.Card(TestEntries.Renewed)));
        Assert.Equal(0, browser.Count(".oauthbridge form"));
        Assert.Equal(0, browser.Count("a[href*='/admin/oauth.php'], a[href*='/oauthbridge/admin/setup.php'], a[href*='connect.php']"));
        Assert.Equal(1, browser.Count(".tabs a.tab"));
        browser.Run(
            "var data = new URLSearchParams({action: 'renew', entry: arguments[0], token: document.querySelector("
                + "'meta[name=anti-csrf-newtoken]').content}); return fetch(location.href, {method: 'POST', body: data})"
                + ".then(answer => answer.status)",
            TestEntries.Renewed
        );
        var after = await stage.Site.Install.ReadTokenAsync(TestEntries.Renewed, cancellationToken: _cancellationToken);
        Assert.Equal(before.AccessToken, after.AccessToken);
        Assert.Empty(stage.Site.ModuleComplaints);
    }

    [AcceptanceFact]
    public async Task A_reader_sees_the_entries_while_the_bridge_is_down()
    {
        await MakeUserAsync("watcher", mayRead: true);
        await TestEntries.ConnectAsync(stage.Site.Install, stage.Provider, TestEntries.Renewed, cancellationToken: _cancellationToken);
        using var browser = SignIn("watcher");
        await stage.Site.Install.SetConstAsync("OAUTHBRIDGE_ADDRESS", "http://127.0.0.1:9", cancellationToken: _cancellationToken);
        try
        {
            browser.Open(DolibarrPages.Status);
            browser.WaitForText("The bridge does not answer");
            browser.Photograph("reader-down", whole: true);
            Assert.True(browser.Sees(DolibarrPages.Card(TestEntries.Renewed)));
            Assert.Equal(0, browser.Count(".oauthbridge form"));
        }
        finally
        {
            var address = stage.Sidecar.BaseAddress.AbsoluteUri.TrimEnd('/');
            await stage.Site.Install.SetConstAsync("OAUTHBRIDGE_ADDRESS", address, cancellationToken: _cancellationToken);
        }

        Assert.Empty(stage.Site.ModuleComplaints);
    }

    [AcceptanceFact]
    public async Task Without_the_right_there_is_no_menu_entry_and_no_page()
    {
        await MakeUserAsync("stranger", mayRead: false);
        using var browser = SignIn("stranger");
        browser.Open("index.php?mainmenu=tools&leftmenu=");
        Assert.Equal(0, browser.Count(MenuEntry));

        browser.Open(DolibarrPages.Status);
        Assert.Equal(0, browser.Count(".oauthbridge-card"));
        Assert.Contains("Access denied", browser.Text, StringComparison.OrdinalIgnoreCase);
    }

    private async Task MakeUserAsync(string login, bool mayRead)
    {
        var user = $"{login},{login}@example.com,1,{Password}";
        Assert.Equal("done\n", await stage.Site.RunPhpAsync("users.php", [user], cancellationToken: _cancellationToken));
        if (mayRead)
        {
            Assert.Equal("done\n", await stage.Site.RunPhpAsync("rights.php", [login], cancellationToken: _cancellationToken));
        }
    }

    private Browser SignIn(string login)
    {
        var browser = new Browser(stage.Site.BaseAddress);
        new DolibarrPages(browser, stage.Site).SignIn(login, Password);
        return browser;
    }
}
