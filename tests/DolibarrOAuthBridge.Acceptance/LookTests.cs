// SPDX-License-Identifier: GPL-3.0-or-later

using DolibarrOAuthBridge.Acceptance.Support;

namespace DolibarrOAuthBridge.Acceptance;

/// <summary>Every page of the module in every dress: photographed for people to look at, and examined by axe.</summary>
[Collection(AcceptanceCollection.Name)]
[Trait(Feature.Name, Feature.Look)]
public sealed class LookTests(AcceptanceStage stage)
{
    private static readonly (string Name, string Address)[] Pages =
    [
        ("status", DolibarrPages.Status),
        ("doctor", DolibarrPages.Status + "?doctor=1"),
        ("history", DolibarrPages.Status + "?open=" + TestEntries.Renewed + "%20history"),
        ("setup", DolibarrPages.Setup),
        ("assistant", "custom/oauthbridge/admin/connect.php?step=choose"),
        ("sign-in", "custom/oauthbridge/usersignin.php?id=1"),
        ("home", "index.php?mainmenu=home"),
    ];

    private readonly CancellationToken _cancellationToken = TestContext.Current.CancellationToken;

    [AcceptanceFact]
    public Task Light() => LookAsync("light", []);

    [AcceptanceFact]
    public Task Dark() => LookAsync("dark", [("THEME_DARKMODEENABLED", "2")], isDark: true);

    [AcceptanceFact]
    public Task On_a_phone() => LookAsync("phone", [], isPhone: true);

    [AcceptanceFact]
    public Task In_french() => LookAsync("french", [("MAIN_LANG_DEFAULT", "fr_FR")]);

    [AcceptanceFact]
    public Task In_the_other_theme() => LookAsync("md", [("MAIN_THEME", "md")]);

    private async Task LookAsync(string dress, (string Name, string Value)[] constants, bool isPhone = false, bool isDark = false)
    {
        await TestEntries.ConnectAsync(stage.Site.Install, stage.Provider, TestEntries.Renewed, cancellationToken: _cancellationToken);
        await stage.Bridge.RunAsync(["refresh", TestEntries.Renewed]);
        foreach (var (name, value) in constants)
        {
            await stage.Site.Install.SetConstAsync(name, value, cancellationToken: _cancellationToken);
        }

        try
        {
            using var browser = new Browser(stage.Site.BaseAddress, isPhone, isDark);
            browser.Open("index.php");
            browser.Photograph($"look-{dress}-login");
            new DolibarrPages(browser, stage.Site).SignIn("admin", stage.Site.AdminPassword);
            var problems = new List<string>();
            foreach (var (name, address) in Pages)
            {
                browser.Open(address);
                browser.WaitUntil(() => browser.Sees("#id-right, .fiche"), address);
                browser.Photograph($"look-{dress}-{name}", whole: true);
                if (browser.Count(".oauthbridge") > 0)
                {
                    problems.AddRange(browser.AccessibilityProblems().Select(problem => $"{name}: {problem}"));
                    Assert.Equal(
                        false,
                        browser.Run("var box = document.querySelector('.oauthbridge'); return box.scrollWidth > box.clientWidth + 1")
                    );
                }
            }

            Assert.True(problems.Count == 0, string.Join('\n', problems));
        }
        finally
        {
            foreach (var (name, _) in constants)
            {
                await stage.Site.Install.SetConstAsync(
                    name,
                    name switch
                    {
                        "MAIN_LANG_DEFAULT" => "en_US",
                        "MAIN_THEME" => "eldy",
                        _ => "0",
                    },
                    cancellationToken: _cancellationToken
                );
            }
        }
    }
}
