// SPDX-License-Identifier: GPL-3.0-or-later

using System.Net;
using DolibarrOAuthBridge.Acceptance.Support;

namespace DolibarrOAuthBridge.Acceptance;

/// <summary>Signing in to Dolibarr through the provider, each person with a browser of his own.</summary>
[Collection(AcceptanceCollection.Name)]
[Trait(Feature.Name, Feature.SignIn)]
public sealed class SignInTests(AcceptanceStage stage)
{
    private const string Button = "#oauthbridge-login button[value='" + TestEntries.Login + "']";
    private const string SignedIn = ".login_block, #topmenu-login-dropdown";
    private const string Refused = "Signing in with this account is not possible. Ask your administrator.";
    private const string Password = "a passw0rd of the acceptance run";

    private readonly CancellationToken _cancellationToken = TestContext.Current.CancellationToken;

    [AcceptanceFact]
    public async Task Two_people_sign_in_at_once_and_each_is_himself()
    {
        await PrepareAsync(("grace", "grace@example.com", true), ("lin", "lin@example.com", true));
        using var hers = new Browser(stage.Site.BaseAddress);
        using var his = new Browser(stage.Site.BaseAddress);
        hers.Open("index.php?mainmenu=home&leftmenu=home");
        hers.Photograph("login-page");
        his.Open("index.php");
        var before = hers.Session;
        hers.Press(Button);
        his.Press(Button);
        Choose(his, "1004");
        Choose(hers, "1002");
        Approve(his);
        Approve(hers);
        IsSignedInAs(his, "lin");
        IsSignedInAs(hers, "grace");

        Assert.Contains("leftmenu=home", hers.Address.Query, StringComparison.Ordinal);
        Assert.NotEqual(before.Value, hers.Session.Value);
        Assert.DoesNotContain("grace", await GetAsync(before), StringComparison.OrdinalIgnoreCase);
        var events = (await EventsAsync()).Split('\n');
        Assert.All(["grace", "lin"], login =>
            Assert.Single(events, line =>
                line.StartsWith($"USER_LOGIN {login} ", StringComparison.Ordinal)
                && (DolibarrSource.IsBefore(18) || line.Contains("authmode=oauthbridge", StringComparison.Ordinal)) // 17 says no mode
            )
        );
        Assert.Empty(stage.Site.ModuleComplaints);
    }

    [AcceptanceFact]
    public async Task Whoever_may_not_come_in_learns_nothing()
    {
        await PrepareAsync(("mallory", "mallory@example.com", true), ("emmy", "emmy@example.com", false));
        using var browser = new Browser(stage.Site.BaseAddress);

        // An address that is not verified, a disabled user, an administrator found by his address: all the same to them.
        foreach (var subject in new[] { "1003", "1005", "1001" })
        {
            browser.Open("index.php");
            browser.Press(Button);
            Choose(browser, subject);
            Approve(browser);
            browser.WaitForText(Refused);
            Assert.True(browser.Sees("form#login"));
        }

        var events = await EventsAsync();
        Assert.Contains("email_not_verified", events, StringComparison.Ordinal);
        Assert.Contains("email_unknown", events, StringComparison.Ordinal);
        Assert.Contains("admin_not_linked", events, StringComparison.Ordinal);
    }

    [AcceptanceFact]
    public async Task A_user_links_an_account_on_his_own_card_and_signs_in_with_it()
    {
        await PrepareAsync(("noether", "another@example.com", true));
        using var browser = new Browser(stage.Site.BaseAddress);
        new DolibarrPages(browser, stage.Site).SignIn("noether", Password);
        var id = IdOf(browser);
        browser.Open($"custom/oauthbridge/usersignin.php?id={id}");
        browser.Type("input[name=oauthbridge_password]", "not it");
        browser.Press($"button[value='{TestEntries.Login}']");
        browser.WaitForText("Your password was not right");
        browser.Type("input[name=oauthbridge_password]", Password);
        browser.Press($"button[value='{TestEntries.Login}']");
        Choose(browser, "1005");
        Approve(browser);
        browser.WaitForText("The account is linked.");
        browser.Photograph("login-link");

        SignOut(browser);
        browser.Press(Button);
        Choose(browser, "1005");
        Approve(browser);
        IsSignedInAs(browser, "noether");

        browser.Open($"custom/oauthbridge/usersignin.php?id={id}");
        browser.Press("input[value='unlink'] ~ button");
        browser.WaitForText("The account is no longer linked.");
        Assert.Empty(stage.Site.ModuleComplaints);
    }

    [AcceptanceFact]
    public async Task A_ticket_logs_in_the_browser_that_it_was_made_for_and_only_once()
    {
        await PrepareAsync(("curie", "another@example.com", true));
        using var browser = new Browser(stage.Site.BaseAddress);
        var attempt = DolibarrSource.IsBefore(18) ? "openid_mode=1&" : string.Empty; // what the module adds for Dolibarr 17
        browser.Open($"index.php?{attempt}afteroauthloginreturn=oauthbridge&oauthbridge_ticket=" + new string('a', 64));

        browser.WaitForText("The sign-in could not be completed. Try again.");
        Assert.True(browser.Sees("form#login"));
        browser.Open("custom/oauthbridge/logincallback.php?state=somebody-elses&code=a-code");
        browser.WaitForText("The sign-in could not be completed. Try again.");
    }

    [AcceptanceFact]
    public async Task Without_the_bridge_people_sign_in_with_their_passwords()
    {
        await PrepareAsync(("hopper", "another@example.com", true));
        using var browser = new Browser(stage.Site.BaseAddress);
        await stage.Sidecar.DisposeAsync();
        try
        {
            browser.Open("index.php");
            browser.Press(Button);
            browser.WaitForText("is not possible at the moment. Use your password.");
            new DolibarrPages(browser, stage.Site).SignIn("hopper", Password);
            IsSignedInAs(browser, "hopper");
        }
        finally
        {
            await stage.StartSidecarAsync(_cancellationToken);
        }
    }

    [AcceptanceFact]
    public async Task What_users_gave_themselves_is_remembered_whichever_of_their_parameters_they_delete()
    {
        await PrepareAsync(("eve", "eve@example.com", true));
        var known = await stage.Site.RunPhpAsync(
            "own_address.php",
            ["eve", "Somebody.Else@Example.com", "OAUTHBRIDGE_OWN_ADDRESSES"],
            cancellationToken: _cancellationToken
        );
        Assert.Equal("somebody.else@example.com\n", known);
    }

    private async Task PrepareAsync(params (string Login, string Email, bool Enabled)[] users)
    {
        foreach (var name in new[] { "OAUTHBRIDGE_LOGIN_LINK_BY_EMAIL", "MAIN_LOGEVENTS_USER_LOGIN", "MAIN_LOGEVENTS_USER_LOGIN_FAILED" })
        {
            await stage.Site.Install.SetConstAsync(name, "1", cancellationToken: _cancellationToken);
        }

        var said = await stage.Site.RunPhpAsync(
            "users.php",
            users.Select(user => $"{user.Login},{user.Email},{(user.Enabled ? 1 : 0)},{Password}"),
            cancellationToken: _cancellationToken
        );
        Assert.Equal("done\n", said);
    }

    private Task<string> EventsAsync() => stage.Site.RunPhpAsync("events.php", [], cancellationToken: _cancellationToken);

    private static string IdOf(Browser browser) =>
        browser.ValueOf("a[accesskey=u], a[href*='/user/card.php?id=']", "href").Split("id=")[1].Split('&')[0];

    // Dolibarr's own card says who one is.
    private static void IsSignedInAs(Browser browser, string login)
    {
        browser.WaitUntil(() => browser.Sees(SignedIn), "The sign-in");
        var name = browser.Run("return document.querySelector('#topmenu-login-dropdown').textContent") as string ?? string.Empty;
        Assert.Contains(login, name, StringComparison.OrdinalIgnoreCase);
    }

    private static void Choose(Browser browser, string subject) => browser.Press($"input[name=subject][value='{subject}']");

    private static void Approve(Browser browser) => browser.Press("button[name=decision][value=allow]");

    private static void SignOut(Browser browser)
    {
        browser.Open("user/logout.php?token=" + browser.Run("return document.querySelector('meta[name=anti-csrf-newtoken]').content"));
        browser.WaitUntil(() => browser.Sees("form#login"), "Signing out");
    }

    private async Task<string> GetAsync((string Name, string Value) session)
    {
        var cookies = new CookieContainer();
        cookies.Add(stage.Site.BaseAddress, new Cookie(session.Name, session.Value));
        using var handler = new HttpClientHandler { CookieContainer = cookies };
        using var http = new HttpClient(handler);
        return await http.GetStringAsync(stage.Site.BaseAddress, _cancellationToken);
    }
}
