// SPDX-License-Identifier: GPL-3.0-or-later

using DolibarrOAuthBridge.Dolibarr.Entries;
using static DolibarrOAuthBridge.Providers.ProviderEndpoint;

namespace DolibarrOAuthBridge.Providers;

/// <summary>
/// What is known of servers that Generic entries are made for, chosen by the host of the entry's URL: endpoints that no metadata tells,
/// mail servers and scopes. The sources are the providers' own documentation, named at each.
/// </summary>
internal static class ServerPresets
{
    // zoho.com/accounts/protocol/oauth/multi-dc.html: one server for each data centre.
    private static readonly string[] ZohoDomains =
    [
        "zoho.com",
        "zoho.eu",
        "zoho.in",
        "zoho.com.au",
        "zoho.jp",
        "zoho.sa",
        "zoho.uk",
        "zoho.com.cn",
        "zohocloud.ca",
    ];

    /// <summary>Every preset.</summary>
    public static IReadOnlyList<ServerPreset> All { get; } =
    [
        .. ZohoDomains.Select(Zoho),
        // docs.nextcloud.com, administration manual, OAuth2; the answers are those of its source, apps/oauth2 (OauthApiController)
        new()
        {
            Name = "Nextcloud",
            FirstLabel = "nextcloud",
            PublishesMetadata = false,
            Endpoints = new Dictionary<ProviderEndpoint, string>
            {
                [AuthorizationEndpoint] = "{url}/index.php/apps/oauth2/authorize",
                [TokenEndpoint] = "{url}/index.php/apps/oauth2/api/v1/token",
            },
            AccountMember = "user_id",
            UnknownGrantErrors = ["invalid_request"],
        },
        // docs.gitlab.com, OAuth 2.0 identity provider API
        new()
        {
            Name = "GitLab",
            Hosts = ["gitlab.com"],
            FirstLabel = "gitlab",
            Endpoints = new Dictionary<ProviderEndpoint, string>
            {
                [AuthorizationEndpoint] = "{url}/oauth/authorize",
                [TokenEndpoint] = "{url}/oauth/token",
                [RevocationEndpoint] = "{url}/oauth/revoke",
                [DeviceAuthorizationEndpoint] = "{url}/oauth/authorize_device", // since 17.1; its metadata does not name it
                [UserInfoEndpoint] = "{url}/oauth/userinfo",
            },
        },
        // docs.joinmastodon.org, OAuth API methods
        new()
        {
            Name = "Mastodon",
            Hosts = ["mastodon.social", "mastodon.online"],
            FirstLabel = "mastodon",
            Endpoints = new Dictionary<ProviderEndpoint, string>
            {
                [AuthorizationEndpoint] = "{url}/oauth/authorize",
                [TokenEndpoint] = "{url}/oauth/token",
                [RevocationEndpoint] = "{url}/oauth/revoke",
            },
        },
        // developer.yahoo.com/oauth2/guide; senders.yahooinc.com/developer/documentation
        Yahoo("Yahoo", "yahoo.com", "mail.yahoo.com"),
        Yahoo("AOL", "aol.com", "aol.com"),
        // yandex.ru/dev/id; yandex.ru/support, OAuth authorization in Yandex Mail
        Yandex("yandex.com"),
        Yandex("yandex.ru"),
        // id.vk.ru, OAuth Mail; o2.mail.ru is the name that mail programs use
        MailRu("oauth.mail.ru"),
        MailRu("o2.mail.ru"),
        // fastmail.com/for-developers/oauth
        new()
        {
            Name = "Fastmail",
            Hosts = ["api.fastmail.com", "www.fastmail.com", "fastmail.com"],
            Endpoints = new Dictionary<ProviderEndpoint, string>
            {
                [AuthorizationEndpoint] = "https://api.fastmail.com/oauth/authorize",
                [TokenEndpoint] = "https://api.fastmail.com/oauth/refresh",
            },
            Smtp = new MailHost("smtp.fastmail.com", 465, MailSecurity.Tls),
            Imap = new MailHost("imap.fastmail.com", 993, MailSecurity.Tls),
            ScopeNeeds =
            [
                new(EntryPurpose.SendMail, "https://www.fastmail.com/dev/protocol-smtp"),
                new(EntryPurpose.ReadMail, "https://www.fastmail.com/dev/protocol-imap"),
            ],
        },
    ];

    /// <summary>A provider with what is known of the server of an entry's URL.</summary>
    /// <param name="provider">What holds for every server.</param>
    /// <param name="url">The entry's URL.</param>
    public static Provider Of(Provider provider, string url) =>
        Uri.TryCreate(url, UriKind.Absolute, out var server) && All.FirstOrDefault(preset => preset.Fits(server)) is { } preset
            ? preset.On(provider)
            : provider;

    private static ServerPreset Zoho(string domain) =>
        new()
        {
            Name = "Zoho",
            Hosts = [$"accounts.{domain}", domain],
            PublishesMetadata = false,
            Endpoints = new Dictionary<ProviderEndpoint, string>
            {
                [AuthorizationEndpoint] = $"https://accounts.{domain}/oauth/v2/auth",
                [TokenEndpoint] = $"https://accounts.{domain}/oauth/v2/token",
                [RevocationEndpoint] = $"https://accounts.{domain}/oauth/v2/token/revoke",
            },
            ScopeSeparator = ',',
            AuthorizationParameters = new Dictionary<string, string> { ["access_type"] = "offline" },
            RefreshTokenPrompt = "consent",
            UnknownGrantErrors = ["invalid_code"],
            Smtp = new MailHost($"smtp.{domain}", 465, MailSecurity.Tls),
            Imap = new MailHost($"imap.{domain}", 993, MailSecurity.Tls),
            // zoho.com/mail/help/sasl-xoauth2-smtp-imap-pop-protocol-exchange.html names none for SMTP
            ScopeNeeds = [new(EntryPurpose.ReadMail, "ZOHOMAIL.PROTOCOL.IMAP")],
            SaslMechanisms = [SaslName.XOAuth2],
        };

    private static ServerPreset Yahoo(string name, string domain, string mail) =>
        new()
        {
            Name = name,
            Hosts = [$"api.login.{domain}", $"login.{domain}", domain],
            Endpoints = new Dictionary<ProviderEndpoint, string>
            {
                [AuthorizationEndpoint] = $"https://api.login.{domain}/oauth2/request_auth",
                [TokenEndpoint] = $"https://api.login.{domain}/oauth2/get_token",
            },
            UnknownGrantErrors = ["INVALID_REFRESH_TOKEN", "TOKEN_EXPIRED", "INVALID_GRANT", "ACCOUNT_NOT_AUTHORIZED"],
            Smtp = new MailHost($"smtp.{mail}", 465, MailSecurity.Tls),
            Imap = new MailHost($"imap.{mail}", 993, MailSecurity.Tls),
            ScopeNeeds = [new(EntryPurpose.SendMail, "mail-w"), new(EntryPurpose.ReadMail, "mail-w", "mail-r")],
        };

    private static ServerPreset Yandex(string domain) =>
        new()
        {
            Name = "Yandex",
            Hosts = [$"oauth.{domain}", $"login.{domain}"],
            PublishesMetadata = false,
            Endpoints = new Dictionary<ProviderEndpoint, string>
            {
                [AuthorizationEndpoint] = $"https://oauth.{domain}/authorize",
                [TokenEndpoint] = $"https://oauth.{domain}/token",
            },
            Smtp = new MailHost($"smtp.{domain}", 465, MailSecurity.Tls),
            Imap = new MailHost($"imap.{domain}", 993, MailSecurity.Tls),
            ScopeNeeds = [new(EntryPurpose.SendMail, "mail:smtp"), new(EntryPurpose.ReadMail, "mail:imap_full", "mail:imap_ro")],
            SaslMechanisms = [SaslName.XOAuth2],
            UnlistedImapMechanisms = [SaslName.XOAuth2],
        };

    private static ServerPreset MailRu(string host) =>
        new()
        {
            Name = "Mail.ru",
            Hosts = [host],
            PublishesMetadata = false,
            Endpoints = new Dictionary<ProviderEndpoint, string>
            {
                [AuthorizationEndpoint] = $"https://{host}/login",
                [TokenEndpoint] = $"https://{host}/token",
            },
            Smtp = new MailHost("smtp.mail.ru", 465, MailSecurity.Tls),
            Imap = new MailHost("imap.mail.ru", 993, MailSecurity.Tls),
            // the second is granted with the first only
            ScopeNeeds =
            [
                new(EntryPurpose.SendMail, "userinfo", "openid"),
                new(EntryPurpose.SendMail, "mail.imap"),
                new(EntryPurpose.ReadMail, "userinfo", "openid"),
                new(EntryPurpose.ReadMail, "mail.imap"),
            ],
            SaslMechanisms = [SaslName.XOAuth2],
        };
}
