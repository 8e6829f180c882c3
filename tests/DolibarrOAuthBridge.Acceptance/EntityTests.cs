// SPDX-License-Identifier: GPL-3.0-or-later

using System.Globalization;
using DolibarrOAuthBridge.Acceptance.Support;

namespace DolibarrOAuthBridge.Acceptance;

/// <summary>
/// Two companies in one Dolibarr. The module Multicompany, which manages them, is not here: the second company is made by its rows, and
/// Dolibarr is told at the login which one is meant, as Multicompany tells it.
/// </summary>
[Collection(AcceptanceCollection.Name)]
[Trait(Feature.Name, Feature.Entities)]
public sealed class EntityTests(AcceptanceStage stage)
{
    private const int Second = 2;
    private const string Mailbox = "ada@example.com";

    private readonly CancellationToken _cancellationToken = TestContext.Current.CancellationToken;

    [AcceptanceFact]
    public async Task Each_company_sends_with_its_own_grant_of_an_entry_that_both_have()
    {
        await PrepareAsync();
        var install = stage.Site.Install;
        var past = DateTimeOffset.UtcNow.AddHours(-1);
        await TestEntries.ConnectAsync(install, stage.Provider, TestEntries.Shared, past, _cancellationToken);
        var first = await install.FindTokenRowAsync(TestEntries.Shared, cancellationToken: _cancellationToken);
        var scopes = "email https://mail.google.com/";
        var tokens = await stage.Provider.IssueAsync(TestEntries.ClientId(TestEntries.Branch), null, scopes, _cancellationToken);
        await install.SetTokenAsync(TestEntries.Shared, tokens, past, Second, _cancellationToken);
        stage.Provider.Requests.Clear();

        string[] mail = [Mailbox, Mailbox, "From the branch", Second.ToString(CultureInfo.InvariantCulture)];
        var sent = await stage.Site.RunPhpAsync("send_mail.php", mail, stage.Mail.AuthorityPath, _cancellationToken);

        Assert.True(sent.StartsWith("sent", StringComparison.Ordinal), sent + stage.Mail.Log);
        Assert.Equal(1, stage.Provider.Requests.RefreshCount);
        var after = await install.ReadTokenAsync(TestEntries.Shared, Second, _cancellationToken);
        Assert.NotEqual(tokens.AccessToken, after.AccessToken);
        var firstAfter = await install.FindTokenRowAsync(TestEntries.Shared, cancellationToken: _cancellationToken);
        Assert.Equal(first!.Value, firstAfter!.Value);
    }

    [AcceptanceFact]
    public async Task The_page_of_a_company_shows_its_entries_only()
    {
        await PrepareAsync();
        using var browser = new Browser(stage.Site.BaseAddress);
        browser.Open("index.php");
        browser.Run(
            "var field = document.createElement('input'); field.type = 'hidden'; field.name = 'entity'; field.value = arguments[0];"
                + "document.querySelector('form#login').appendChild(field)",
            Second
        );
        browser.Type("input[name=username]", "admin");
        browser.Type("input[name=password]", stage.Site.AdminPassword);
        browser.Press("form#login input[type=submit]");
        browser.WaitUntil(() => browser.Count("form#login") == 0, "The sign-in");
        browser.Open(DolibarrPages.Status);
        browser.WaitForText("The bridge is running");
        browser.Photograph("second-company", whole: true);

        Assert.Equal(1, browser.Count("[data-entry]"));
        Assert.True(browser.Sees(DolibarrPages.Card(TestEntries.Shared)));
        stage.Pages.OpenStatus();
        Assert.True(stage.Browser.Count("[data-entry]") > 1);
        Assert.Empty(stage.Site.ModuleComplaints);
    }

    private async Task PrepareAsync()
    {
        var said = await stage.Site.RunPhpAsync("entity.php", ["2", "modOauth", "modOauthBridge"], cancellationToken: _cancellationToken);
        Assert.Equal("entity 2\n", said);
        foreach (
            var (name, value) in new Dictionary<string, string>
            {
                ["OAUTHBRIDGE_ADDRESS"] = stage.Sidecar.BaseAddress.AbsoluteUri.TrimEnd('/'),
                [$"OAUTH_{TestEntries.Shared}_ID"] = TestEntries.ClientId(TestEntries.Branch),
                [$"OAUTH_{TestEntries.Shared}_SECRET"] = TestEntries.SecretOf(TestEntries.Branch),
                [$"OAUTH_{TestEntries.Shared}_SCOPE"] = "email,https://mail.google.com/",
                ["MAIN_MAIL_SENDMODE"] = "smtps",
                ["MAIN_MAIL_SMTP_SERVER"] = stage.Mail.Host,
                ["MAIN_MAIL_SMTP_PORT"] = stage.Mail.SubmissionsPort.ToString(CultureInfo.InvariantCulture),
                ["MAIN_MAIL_EMAIL_TLS"] = "1",
                ["MAIN_MAIL_SMTPS_AUTH_TYPE"] = "XOAUTH2",
                ["MAIN_MAIL_SMTPS_ID"] = Mailbox,
                ["MAIN_MAIL_SMTPS_OAUTH_SERVICE"] = TestEntries.Shared,
            }
        )
        {
            await stage.Site.Install.SetConstAsync(name, value, Second, _cancellationToken);
        }
    }
}
