// SPDX-License-Identifier: GPL-3.0-or-later

namespace DolibarrOAuthBridge.Acceptance.Support;

/// <summary>What an administrator does in Dolibarr's own pages.</summary>
internal sealed class DolibarrPages(Browser browser, DolibarrSite site)
{
    /// <summary>The module's status page.</summary>
    public const string Status = "custom/oauthbridge/admin/entries.php";

    /// <summary>The module's setup page.</summary>
    public const string Setup = "custom/oauthbridge/admin/setup.php";

    /// <summary>Dolibarr's own page of OAuth entries.</summary>
    public const string OAuthEntries = "admin/oauth.php";

    private const string Switch = "a[href*='value=modOauthBridge']";

    /// <summary>Signs in with a password.</summary>
    public void SignIn(string login, string password)
    {
        browser.Open("index.php");
        browser.Type("input[name=username]", login);
        browser.Type("input[name=password]", password);
        browser.Press("form#login input[type=submit]");
        browser.WaitUntil(
            () => browser.Count("form#login") == 0 && browser.Sees("#id-top, .side-nav, #topmenu-login-dropdown"),
            "The sign-in"
        );
    }

    /// <summary>Opens the list of modules where the module is.</summary>
    public void OpenModules() => browser.Open("admin/modules.php?mode=commonkanban&search_keyword=oauthbridge");

    /// <summary>Switches the module on in the list of modules.</summary>
    public void EnableModule()
    {
        OpenModules();
        PressSwitch();
        browser.WaitUntil(
            () => browser.Count($"{Switch}[href*='action=reset'], a[href*='action=reset'][href*='OauthBridge']") > 0,
            "Enabling the module"
        );
    }

    /// <summary>Presses the switch of the module, which is off.</summary>
    public void PressSwitch() => browser.Press($"{Switch}[href*='action=set']");

    /// <summary>Switches the module off in the list of modules.</summary>
    public void DisableModule()
    {
        OpenModules();
        browser.Press($"{Switch}[href*='action=reset']");
        browser.WaitUntil(() => browser.Count($"{Switch}[href*='action=set']") > 0, "Disabling the module");
    }

    /// <summary>The card of an entry on the status page.</summary>
    public static string Card(string entry) => $"[data-entry='{entry}']";

    /// <summary>The id of that card.</summary>
    public static string Anchor(string entry) => $"oauthbridge-{entry}";

    /// <summary>Presses a button of an entry's card that changes something.</summary>
    /// <param name="entry">The entry.</param>
    /// <param name="action">What the button's form sends as <c>action</c>.</param>
    public void Begin(string entry, string action)
    {
        OpenStatus();
        Press(entry, $"form:has(input[name=action][value={action}]) button");
    }

    /// <summary>Presses something on an entry's card, which may be in the card's menu.</summary>
    /// <param name="entry">The entry.</param>
    /// <param name="selector">What to press, within the card.</param>
    public void Press(string entry, string selector)
    {
        var wanted = $"{Card(entry)} {selector}";
        browser.WaitUntil(() => browser.Count(wanted) > 0, wanted);
        if (!browser.Sees(wanted))
        {
            browser.Press($"{Card(entry)} .oauthbridge-menu summary");
        }

        browser.Press(wanted);
    }

    /// <summary>Opens the status page.</summary>
    public void OpenStatus()
    {
        browser.Open(Status);
        browser.WaitUntil(() => browser.Sees(".oauthbridge"), "The status page");
    }

    /// <summary>Dolibarr's address.</summary>
    public Uri Address => site.BaseAddress;
}
