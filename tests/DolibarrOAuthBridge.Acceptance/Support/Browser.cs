// SPDX-License-Identifier: GPL-3.0-or-later

using System.Drawing;
using System.Globalization;
using OpenQA.Selenium;
using OpenQA.Selenium.Chrome;

namespace DolibarrOAuthBridge.Acceptance.Support;

/// <summary>A headless Chromium in the hands of a person: opens pages, reads what is visible, fills in and presses.</summary>
internal sealed class Browser : IDisposable
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(30);
    private static readonly string[] Flags =
    [
        "--headless=new",
        "--no-sandbox",
        "--disable-gpu",
        "--disable-quic",
        "--no-first-run",
        "--disable-background-networking",
        "--disable-component-update",
        "--disable-sync",
        "--disable-dev-shm-usage",
        "--hide-scrollbars",
        "--lang=en-US",
    ];

    private const string PhoneAgent =
        "Mozilla/5.0 (iPhone; CPU iPhone OS 17_5 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) Version/17.5 "
        + "Mobile/15E148 Safari/604.1";

    private readonly ChromeDriver _driver;
    private readonly Uri _home;

    /// <summary>Starts a browser with an empty profile.</summary>
    /// <param name="home">The site to which paths are relative.</param>
    /// <param name="isPhone">Whether it is that of a phone, for which Dolibarr makes other menus.</param>
    /// <param name="isDark">Whether the person prefers dark pages.</param>
    public Browser(Uri home, bool isPhone = false, bool isDark = false)
    {
        _home = home;
        var options = new ChromeOptions { BinaryLocation = Program("chromium", "google-chrome") };
        options.AddArguments(Flags);
        options.AddArguments(isPhone ? [$"--user-agent={PhoneAgent}", "--window-size=500,950"] : ["--window-size=1280,1100"]);
        options.SetLoggingPreference(LogType.Browser, LogLevel.Warning);
        var service = ChromeDriverService.CreateDefaultService(Program("chromedriver"));
        service.SuppressInitialDiagnosticInformation = true;
        _driver = new ChromeDriver(service, options);
        if (isPhone)
        {
            Resize(390, 844);
        }

        if (isDark)
        {
            _driver.ExecuteCdpCommand(
                "Emulation.setEmulatedMedia",
                new Dictionary<string, object?>
                {
                    ["features"] = new[]
                    {
                        new Dictionary<string, object> { ["name"] = "prefers-color-scheme", ["value"] = "dark" },
                    },
                }
            );
        }
    }

    /// <summary>The address of the page.</summary>
    public Uri Address => new(_driver.Url);

    /// <summary>The HTML of the page as the server sent it, more or less.</summary>
    public string Source => _driver.PageSource;

    /// <summary>The visible text of the page.</summary>
    public string Text => _driver.FindElement(By.TagName("body")).Text;

    /// <summary>What the browser complained about since the last look, such as scripts that the content security policy forbids.</summary>
    public IReadOnlyList<string> Complaints => [.. _driver.Manage().Logs.GetLog(LogType.Browser).Select(entry => entry.Message)];

    /// <summary>Dolibarr's session as the browser knows it: name and value of its cookie.</summary>
    public (string Name, string Value) Session =>
        _driver
            .Manage()
            .Cookies.AllCookies.Where(cookie => cookie.Name.StartsWith("DOLSESSID_", StringComparison.Ordinal))
            .Select(cookie => (cookie.Name, cookie.Value))
            .Single();

    /// <summary>Opens a page.</summary>
    /// <param name="page">Relative to the site, or absolute.</param>
    public void Open(string page) => _driver.Navigate().GoToUrl(new Uri(_home, page));

    /// <summary>Opens a page in a tab of its own, does something there and comes back.</summary>
    public void InAnotherTab(string page, Action act)
    {
        var here = _driver.CurrentWindowHandle;
        _driver.SwitchTo().NewWindow(WindowType.Tab);
        Open(page);
        act();
        _driver.Close();
        _driver.SwitchTo().Window(here);
    }

    /// <summary>Whether an element is there and visible now.</summary>
    public bool Sees(string selector) => _driver.FindElements(By.CssSelector(selector)).Any(element => element.Displayed);

    /// <summary>How many elements there are.</summary>
    public int Count(string selector) => _driver.FindElements(By.CssSelector(selector)).Count;

    /// <summary>The visible text of an element, waiting for it.</summary>
    public string TextOf(string selector) => Find(selector).Text;

    /// <summary>An attribute or property of an element; empty if it has none.</summary>
    public string ValueOf(string selector, string attribute = "value") => Find(selector).GetAttribute(attribute) ?? string.Empty;

    /// <summary>Presses a button or follows a link.</summary>
    public void Press(string selector)
    {
        var element = Find(selector);
        Run("arguments[0].scrollIntoView({block: 'center'})", element);
        element.Click();
    }

    /// <summary>Types into a field in place of what it holds.</summary>
    public void Type(string selector, string text)
    {
        var field = Find(selector);
        field.Clear();
        field.SendKeys(text);
    }

    /// <summary>Presses keys where the focus is.</summary>
    public void Keys(string keys) => _driver.SwitchTo().ActiveElement().SendKeys(keys);

    /// <summary>Chooses an option of a list by its value; Dolibarr hides lists behind its own widget.</summary>
    public void Choose(string selector, string value) =>
        Run(
            "arguments[0].value = arguments[1]; arguments[0].dispatchEvent(new Event('change', {bubbles: true}))",
            _driver.FindElement(By.CssSelector(selector)),
            value
        );

    /// <summary>Runs a script in the page.</summary>
    public object? Run(string script, params object[] arguments) => _driver.ExecuteScript(script, arguments);

    /// <summary>Waits until something is so.</summary>
    /// <exception cref="TimeoutException">It is not so after half a minute; the message says what the page shows instead.</exception>
    public void WaitUntil(Func<bool> condition, string what)
    {
        for (var start = TimeProvider.System.GetTimestamp(); TimeProvider.System.GetElapsedTime(start) < Patience;)
        {
            try
            {
                if (condition())
                {
                    return;
                }
            }
            catch (WebDriverException)
            {
                // The page changed while it was looked at.
            }

            Thread.Sleep(25);
        }

        throw new TimeoutException($"{what} did not happen. {Address} shows:\n{Text}");
    }

    /// <summary>Waits until a text is visible in the page.</summary>
    public void WaitForText(string text) => WaitUntil(() => Text.Contains(text, StringComparison.Ordinal), $"'{text}'");

    /// <summary>Sets the size of the page's window, as on a phone.</summary>
    public void Resize(int width, int height) =>
        _driver.ExecuteCdpCommand(
            "Emulation.setDeviceMetricsOverride",
            new Dictionary<string, object?>
            {
                ["width"] = width,
                ["height"] = height,
                ["deviceScaleFactor"] = 1,
                ["mobile"] = false,
            }
        );

    /// <summary>Saves what the window shows among the artifacts.</summary>
    /// <param name="name">The file's name without extension.</param>
    /// <param name="whole">Whether the whole page is shown rather than the window.</param>
    public void Photograph(string name, bool whole = false)
    {
        Directory.CreateDirectory(DolibarrSource.Artifacts);
        var size = new Size(Number("innerWidth"), Number("innerHeight"));
        if (whole)
        {
            Resize(
                size.Width,
                Math.Max(size.Height, Convert.ToInt32(Run("return document.documentElement.scrollHeight"), CultureInfo.InvariantCulture))
            );
        }

        _driver.GetScreenshot().SaveAsFile(Path.Combine(DolibarrSource.Artifacts, name + ".png"));
        if (whole)
        {
            Resize(size.Width, size.Height);
        }
    }

    /// <summary>What axe finds in the module's part of the page that is serious or worse; nothing where axe is not installed.</summary>
    public IReadOnlyList<string> AccessibilityProblems()
    {
        if (!File.Exists(DolibarrSource.Axe))
        {
            return [];
        }

        Run(File.ReadAllText(DolibarrSource.Axe));
        var found = _driver.ExecuteAsyncScript(
            """
            var done = arguments[arguments.length - 1];
            axe.run(document.querySelector('.oauthbridge') || document.body).then(function (results) {
                done(results.violations.filter(function (one) { return one.impact === 'serious' || one.impact === 'critical'; })
                    .map(function (one) {
                        return one.id + ': ' + one.nodes.map(function (node) {
                            return node.html.slice(0, 200) + ' ' + node.any.map(function (check) { return check.message; }).join(' ');
                        }).join(' | ');
                    }));
            });
            """
        );
        return found is IEnumerable<object> list ? [.. list.Cast<string>()] : [];
    }

    /// <summary>Accepts or declines the question that the browser itself asks.</summary>
    public void Answer(bool yes)
    {
        var alert = _driver.SwitchTo().Alert();
        if (yes)
        {
            alert.Accept();
        }
        else
        {
            alert.Dismiss();
        }
    }

    /// <inheritdoc />
    public void Dispose() => _driver.Dispose();

    private int Number(string property) => Convert.ToInt32(Run($"return window.{property}"), CultureInfo.InvariantCulture);

    private IWebElement Find(string selector)
    {
        IWebElement? found = null;
        WaitUntil(
            () => (found = _driver.FindElements(By.CssSelector(selector)).FirstOrDefault(element => element.Displayed)) is not null,
            $"An element {selector}"
        );
        return found!;
    }

    private static string Program(params string[] programs) =>
        (Environment.GetEnvironmentVariable("PATH") ?? string.Empty)
            .Split(':')
            .SelectMany(directory => programs.Select(program => Path.Combine(directory, program)))
            .FirstOrDefault(File.Exists)
        ?? throw new InvalidOperationException($"{programs[0]} is missing: run build/prerequisites.sh acceptance.");
}
