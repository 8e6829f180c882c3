// SPDX-License-Identifier: GPL-3.0-or-later

using System.Net;
using System.Reflection;
using System.Text.RegularExpressions;
using DolibarrOAuthBridge.Dolibarr.Entries;
using DolibarrOAuthBridge.Providers;
using DolibarrOAuthBridge.Tests.Support;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.Logging.Abstractions;

namespace DolibarrOAuthBridge.Tests.Providers;

public sealed class ServerPresetTests
{
    [Theory]
    [InlineData("https://accounts.zoho.com", "https://accounts.zoho.com/oauth/v2/token")]
    [InlineData("https://accounts.zoho.eu", "https://accounts.zoho.eu/oauth/v2/token")]
    [InlineData("https://accounts.zoho.com.au/", "https://accounts.zoho.com.au/oauth/v2/token")]
    [InlineData("https://accounts.zohocloud.ca", "https://accounts.zohocloud.ca/oauth/v2/token")]
    [InlineData("https://nextcloud.example.org", "https://nextcloud.example.org/index.php/apps/oauth2/api/v1/token")]
    [InlineData("https://login.yahoo.com", "https://api.login.yahoo.com/oauth2/get_token")]
    [InlineData("https://oauth.yandex.com", "https://oauth.yandex.com/token")]
    [InlineData("https://api.fastmail.com", "https://api.fastmail.com/oauth/refresh")]
    [InlineData("https://gitlab.example.org", "https://gitlab.example.org/oauth/token")]
    [InlineData("https://mastodon.social", "https://mastodon.social/oauth/token")]
    [InlineData("https://oauth.mail.ru", "https://oauth.mail.ru/token")]
    [InlineData("https://evil.example/accounts.zoho.com", "https://evil.example/accounts.zoho.com/oauth/token")]
    [InlineData("https://accounts.zoho.com.evil.example", "https://accounts.zoho.com.evil.example/oauth/token")]
    public async Task The_host_of_the_entrys_url_tells_the_endpoints(string url, string endpoint)
    {
        var found = await Directory().FindAsync(Entry(url), ProviderEndpoint.TokenEndpoint, TestContext.Current.CancellationToken);

        Assert.Equal(endpoint, found!.AbsoluteUri);
    }

    [Fact]
    public async Task An_entrys_own_setting_counts_before_the_preset()
    {
        var found = await Directory(("Entries:GENERIC-Mail:TokenEndpoint", "https://other.example/t"))
            .FindAsync(Entry("https://accounts.zoho.eu"), ProviderEndpoint.TokenEndpoint, TestContext.Current.CancellationToken);

        Assert.Equal("https://other.example/t", found!.AbsoluteUri);
    }

    [Fact]
    public async Task A_server_that_publishes_nothing_is_not_asked_for_metadata()
    {
        var handler = StubHandler.Of(HttpStatusCode.NotFound, string.Empty);

        await Directory(handler)
            .FindAsync(Entry("https://accounts.zoho.eu"), ProviderEndpoint.AuthorizationEndpoint, TestContext.Current.CancellationToken);

        Assert.Empty(handler.Requests);
    }

    [Theory]
    [InlineData("https://accounts.zoho.eu", "smtp.zoho.eu", "imap.zoho.eu")]
    [InlineData("https://login.yahoo.com", "smtp.mail.yahoo.com", "imap.mail.yahoo.com")]
    [InlineData("https://oauth.yandex.ru", "smtp.yandex.ru", "imap.yandex.ru")]
    [InlineData("https://api.login.aol.com", "smtp.aol.com", "imap.aol.com")]
    [InlineData("https://api.fastmail.com", "smtp.fastmail.com", "imap.fastmail.com")]
    [InlineData("https://o2.mail.ru", "smtp.mail.ru", "imap.mail.ru")]
    public void A_preset_brings_mail_servers(string url, string smtp, string imap)
    {
        var provider = ProviderCatalogue.Of(Entry(url));

        Assert.Equal((smtp, imap, "Generic"), (provider.Smtp!.Host, provider.Imap!.Host, provider.Name));
    }

    [Theory]
    [InlineData("consumers", "smtp-mail.outlook.com")]
    [InlineData("9188040D-6C67-4C5B-B112-36A304B66DAD", "smtp-mail.outlook.com")]
    [InlineData("contoso.example", "smtp.office365.com")]
    public void Personal_Outlook_accounts_send_by_their_own_server(string tenant, string host)
    {
        var provider = ProviderCatalogue.Of(Make.Entry("MICROSOFT3-Mail", tenant: tenant));

        Assert.Equal((host, "Microsoft3"), (provider.Smtp!.Host, provider.Name));
    }

    [Fact]
    public void No_host_belongs_to_two_presets()
    {
        var hosts = ServerPresets.All.SelectMany(static preset => preset.Hosts).ToList();

        Assert.Equal(hosts.Count, hosts.Distinct(StringComparer.OrdinalIgnoreCase).Count());
        Assert.All(ServerPresets.All.SelectMany(static preset => preset.Endpoints.Values), static url =>
            Assert.Matches("^(https://|[{]url[}]/)", url)
        );
    }

    [Fact]
    public void The_module_proposes_the_servers_that_are_known_here()
    {
        var text = ModuleText();
        var names = Regex.Matches(text, "'name' => '([^']+)'").Select(match => match.Groups[1].Value);
        var urls = Regex.Matches(text, "'urls' => array\\(([^)]*)\\)").SelectMany(match => Regex.Matches(match.Value, "https://[^']+"));
        var beginnings = Regex.Matches(text, "'begins' => '([^']+)[.]'").Select(match => match.Groups[1].Value);

        Assert.Equal(ServerPresets.All.Select(preset => preset.Name).Distinct().Order(), names.Order());
        Assert.All(urls, url => Assert.Contains(ServerPresets.All, preset => preset.Fits(new Uri(url.Value))));
        Assert.Equal(ServerPresets.All.Select(preset => preset.FirstLabel).OfType<string>().Order(), beginnings.Order());
    }

    [Theory]
    [InlineData("yahoo", "https://api.login.yahoo.com")]
    [InlineData("aol", "https://api.login.aol.com")]
    [InlineData("yandex", "https://oauth.yandex.com")]
    [InlineData("mailru", "https://oauth.mail.ru")]
    [InlineData("fastmail", "https://api.fastmail.com")]
    [InlineData("zoho", "https://accounts.zoho.eu")]
    public void The_scopes_that_the_module_proposes_meet_the_needs_that_are_known_here(string key, string url)
    {
        var text = ModuleText();
        var start = text.IndexOf($"'{key}' => array(", StringComparison.Ordinal);
        var part = text[start..text.IndexOf("\n\t\t),", start, StringComparison.Ordinal)]
            .Replace("self::YAHOO", "'send' => 'mail-w', 'collect' => 'mail-r'", StringComparison.Ordinal);
        var provider = ProviderCatalogue.Of(Entry(url));

        foreach (var (word, purpose) in new[] { ("send", EntryPurpose.SendMail), ("collect", EntryPurpose.ReadMail) })
        {
            var needs = provider.ScopeNeeds.Where(need => need.Purpose == purpose).ToList();
            var scopes = Regex.Match(part, $"'{word}' => '([^']*)'").Groups[1].Value.Split(',', StringSplitOptions.RemoveEmptyEntries);
            Assert.Equal(needs.Count == 0, scopes.Length == 0);
            Assert.All(needs, need => Assert.True(need.IsMetBy(provider, scopes), $"{key}: {need.Scope}"));
        }
    }

    [Fact]
    public void Nextclouds_answers_are_understood()
    {
        var provider = ProviderCatalogue.Of(Entry("https://nextcloud.example.org"));
        using var answer = System.Text.Json.JsonDocument.Parse("""{"access_token":"a","user_id":"ada"}""");

        Assert.Equal("ada", GrantAccount.Of(TokenResponse.Parse(answer.RootElement), provider)?.ToString());
        Assert.Equal(["invalid_request"], provider.UnknownGrantErrors);
        Assert.Empty(ProviderCatalogue.Of(Entry("https://other.example.org")).UnknownGrantErrors);
    }

    [Theory]
    [InlineData("https://accounts.zoho.eu", "invalid_code")]
    [InlineData("https://api.login.yahoo.com", "INVALID_REFRESH_TOKEN")]
    [InlineData("https://api.login.aol.com", "INVALID_GRANT")]
    public void A_server_with_a_word_of_its_own_for_a_dead_refresh_token_is_understood(string url, string error) =>
        Assert.Contains(error, ProviderCatalogue.Of(Entry(url)).UnknownGrantErrors);

    private static string ModuleText()
    {
        var root = typeof(ServerPresetTests)
            .Assembly.GetCustomAttributes<AssemblyMetadataAttribute>()
            .First(d => d.Key == "RepositoryRoot");
        return File.ReadAllText(Path.Combine(root.Value!, "dolibarr-module/oauthbridge/class/admin/oauthbridgepresets.class.php"));
    }

    private static OAuthEntry Entry(string url) => Make.Entry("GENERIC-Mail", url: url.TrimEnd('/'));

    private static ProviderDirectory Directory(params (string Key, string Value)[] settings) =>
        Directory(StubHandler.Of(HttpStatusCode.NotFound, string.Empty), settings);

    private static ProviderDirectory Directory(StubHandler handler, params (string Key, string Value)[] settings) =>
        new(
            new ConfigurationBuilder()
                .AddInMemoryCollection(settings.Select(setting => new KeyValuePair<string, string?>(setting.Key, setting.Value)))
                .Build(),
            new ServerMetadataCache(
                new ProviderDocuments(new HttpClient(handler), TimeProvider.System, new BridgeOptions()),
                new DiscoveredHosts(new ConfigurationBuilder().Build()),
                TimeProvider.System,
                NullLogger<ServerMetadataCache>.Instance
            )
        );
}
