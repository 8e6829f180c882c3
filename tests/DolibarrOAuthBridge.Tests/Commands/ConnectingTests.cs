// SPDX-License-Identifier: GPL-3.0-or-later

using DolibarrOAuthBridge.Commands.Connecting;
using DolibarrOAuthBridge.Providers;

namespace DolibarrOAuthBridge.Tests.Commands;

public sealed class ConnectingTests
{
    [Theory]
    [InlineData("GOOGLE", "", "both send collect login api")]
    [InlineData("MICROSOFTAPP", "", "both send collect")]
    [InlineData("GITHUB", "", "api")]
    [InlineData("GENERIC", "https://login.example.com", "both send collect login api")]
    [InlineData("GENERIC", "https://accounts.zoho.eu", "collect api")]
    [InlineData("GENERIC", "https://gitlab.com", "login api")]
    [InlineData("GENERIC", "https://api.login.yahoo.com", "both send collect login api")]
    public void A_provider_is_offered_for_what_it_can(string key, string url, string expected) =>
        Assert.Equal(expected, string.Join(' ', EntryUsage.Of(ProviderOf(key, url)).Select(usage => usage.Word)));

    [Theory]
    [InlineData("GOOGLE", "", "send", "openid,email,gmail_full")]
    [InlineData("GOOGLE", "", "login", "openid,email,profile")]
    [InlineData("MICROSOFT", "", "send", "openid,email,offline_access,https://outlook.office365.com/SMTP.Send")]
    [InlineData("MICROSOFTAPP", "", "both", "https://outlook.office365.com/.default")]
    [InlineData("GITHUB", "", "api", "user,public_repo")]
    [InlineData("GENERIC", "https://login.example.com", "both", "openid,email,offline_access")]
    [InlineData("GENERIC", "https://oauth.yandex.com", "both", "mail:smtp,mail:imap_full")]
    [InlineData("GENERIC", "https://accounts.zoho.eu", "api", "")]
    public void The_scopes_follow_from_the_choice(string key, string url, string use, string expected)
    {
        var provider = ProviderOf(key, url);

        Assert.Equal(expected, EntryUsage.Of(provider).Single(usage => usage.Word == use).Scopes(provider));
    }

    [Theory]
    [InlineData("mail.example.org", "mail.example.org", null, null)]
    [InlineData("mail.example.org:587", "mail.example.org", 587, null)]
    [InlineData("localhost:40123 TLS", "localhost", 40123, "Tls")]
    [InlineData("[::1]:993 starttls", "[::1]", 993, "StartTls")]
    public void A_mail_server_is_named_by_host_port_and_encryption(string text, string host, int? port, string? security)
    {
        var check = MailDialog.Parse(text, MailProtocol.Imap)!;

        Assert.Equal((host.Trim('[', ']'), port, security), (check.Host!.Trim('[', ']'), check.Port, check.Security?.ToString()));
    }

    [Theory]
    [InlineData("")]
    [InlineData("https://mail.example.org")]
    [InlineData("mail.example.org/inbox")]
    [InlineData("ada@mail.example.org")]
    [InlineData("mail.example.org:587 ssl")]
    [InlineData("mail.example.org 587 tls")]
    public void What_is_no_mail_server_is_asked_for_again(string text) => Assert.Null(MailDialog.Parse(text, MailProtocol.Smtp));

    private static Provider ProviderOf(string key, string url) =>
        ServerPresets.Of(ProviderCatalogue.All.First(provider => provider.Keys.Contains(key)), url);
}
