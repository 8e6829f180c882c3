// SPDX-License-Identifier: GPL-3.0-or-later

using DolibarrOAuthBridge.Dolibarr.Entries;
using static DolibarrOAuthBridge.Providers.ProviderEndpoint;

namespace DolibarrOAuthBridge.Providers;

/// <summary>
/// Every provider that Dolibarr knows. Adding one is adding a record here and its spelling to <see cref="EntryProvider"/>.
/// </summary>
internal static class ProviderCatalogue
{
    private const string MicrosoftHost = "https://login.microsoftonline.com/{tenant}";
    private const string Exchange = "https://outlook.office365.com";

    private static readonly Dictionary<ProviderEndpoint, string> MicrosoftEndpoints = new()
    {
        [AuthorizationEndpoint] = $"{MicrosoftHost}/oauth2/v2.0/authorize",
        [TokenEndpoint] = $"{MicrosoftHost}/oauth2/v2.0/token",
        [DeviceAuthorizationEndpoint] = $"{MicrosoftHost}/oauth2/v2.0/devicecode",
        [Issuer] = $"{MicrosoftHost}/v2.0",
        [JwksUri] = $"{MicrosoftHost}/discovery/v2.0/keys",
        [UserInfoEndpoint] = "https://graph.microsoft.com/oidc/userinfo",
    };

    private static readonly Provider MicrosoftDelegated = new()
    {
        Name = "Microsoft",
        Keys = ["MICROSOFT"],
        Application = ApplicationCatalogue.Microsoft,
        Endpoints = MicrosoftEndpoints,
        SendScopeOnRefresh = true,
        RequiredSettings = ["tenant"],
        MayRefuseSecret = true,
        SecretsHaveIds = true,
        RefreshTokenIdleLifetime = TimeSpan.FromDays(90),
        KeepsOldRefreshTokens = true, // learn.microsoft.com: old refresh tokens are not revoked when they are used
        DefaultResource = "https://graph.microsoft.com",
        ResourceAliases = new Dictionary<string, string> { ["https://outlook.office.com"] = Exchange },
        AlwaysAskedScopes = ["offline_access"],
        NeedsScopes = true,
        AccountPrompt = "select_account", // prompt=consent would ask for an administrator again and again
        ScopeNeeds =
        [
            new(EntryPurpose.SendMail, Exchange + "/SMTP.Send", "/SMTP.Send", "/.default"),
            new(EntryPurpose.ReadMail, Exchange + "/IMAP.AccessAsUser.All", "/IMAP.AccessAsUser.All", "/.default"),
            new(EntryPurpose.SignIn, "openid"),
            new(EntryPurpose.SignIn, "email"),
        ],
        IdentityScopes = ["openid", "profile", "email", "offline_access", "User.Read", "https://graph.microsoft.com/User.Read"],
        Identity = new IdentityFacts
        {
            TenantClaim = "tid",
            TenantIds = new Dictionary<string, string> { ["consumers"] = "9188040d-6c67-4c5b-b112-36a304b66dad" },
            EmailVerifiedValues = ["1", "true"], // its documentation names none; these are seen, as a text and as a number
            EmailVerifiedClaim = "xms_edov", // optional claim; Entra has no email_verified and lets tenants write any address into email
        },
        Smtp = new MailHost("smtp.office365.com", 587, MailSecurity.StartTls),
        Imap = new MailHost("outlook.office365.com", 993, MailSecurity.Tls),
        SaslMechanisms = [SaslName.XOAuth2],
    };

    private static readonly Provider Google = new()
    {
        Name = "Google",
        Keys = ["GOOGLE"],
        Application = ApplicationCatalogue.Google,
        Endpoints = new Dictionary<ProviderEndpoint, string>
        {
            [AuthorizationEndpoint] = "https://accounts.google.com/o/oauth2/v2/auth",
            [TokenEndpoint] = "https://oauth2.googleapis.com/token",
            [RevocationEndpoint] = "https://oauth2.googleapis.com/revoke",
            [DeviceAuthorizationEndpoint] = "https://oauth2.googleapis.com/device/code",
            [Issuer] = "https://accounts.google.com",
            [JwksUri] = "https://www.googleapis.com/oauth2/v3/certs",
            [UserInfoEndpoint] = "https://openidconnect.googleapis.com/v1/userinfo",
        },
        ScopeNames = GoogleScopes.Names,
        KeepsOldRefreshTokens = true, // developers.google.com: up to 100 refresh tokens per account are valid at once
        RefreshTokenIdleLifetime = TimeSpan.FromDays(180),
        TestingGrantLifetime = TimeSpan.FromDays(7),
        ScopeNeeds =
        [
            new(EntryPurpose.SendMail, GoogleScopes.Mail, GoogleScopes.MailWithoutSlash),
            new(EntryPurpose.ReadMail, GoogleScopes.Mail, GoogleScopes.MailWithoutSlash),
            new(EntryPurpose.SignIn, "openid"),
            new(EntryPurpose.SignIn, "email", GoogleScopes.Email),
        ],
        IdentityScopes = ["openid", "profile", "email", GoogleScopes.Email, GoogleScopes.Profile],
        Identity = new IdentityFacts { OtherIssuers = ["accounts.google.com"], HostedDomainClaim = "hd" },
        DeviceScopes = GoogleScopes.ByDevice,
        AuthorizationParameters = new Dictionary<string, string> { ["access_type"] = "offline" },
        Smtp = new MailHost("smtp.gmail.com", 465, MailSecurity.Tls),
        Imap = new MailHost("imap.gmail.com", 993, MailSecurity.Tls),
        NeedsScopes = true,
        RefreshTokenPrompt = "consent",
    };

    // Stripe Connect, whose client secret is the API's secret key. Dolibarr itself exchanges no code there, but reads the account.
    private static readonly Provider Stripe = new()
    {
        Name = "StripeTest",
        Keys = ["STRIPETEST", "STRIPE_TEST"],
        Endpoints = new Dictionary<ProviderEndpoint, string>
        {
            [AuthorizationEndpoint] = "https://connect.stripe.com/oauth/authorize",
            [TokenEndpoint] = "https://connect.stripe.com/oauth/token",
            [RevocationEndpoint] = "https://connect.stripe.com/oauth/deauthorize",
        },
        Revocation = RevocationStyle.StripeDeauthorization,
        MissingExpiry = MissingExpiry.Never,
        DefaultScopes = ["read_write"],
        LoginHintParameter = "stripe_user[email]",
        AccountMember = "stripe_user_id",
        TokenStringMembers = ["stripe_user_id"],
    };

    /// <summary>The providers.</summary>
    public static IReadOnlyList<Provider> All { get; } =
    [
        Google with
        {
            ServiceAccountVariant = Google with { Renewal = RenewalGrant.ServiceAccount, RefreshTokenIdleLifetime = null, Identity = null },
        },
        WithVariants(MicrosoftDelegated),
        WithVariants(MicrosoftDelegated with { Name = "Microsoft2", Family = "Microsoft", Keys = ["MICROSOFT2"] }),
        WithVariants(MicrosoftDelegated with { Name = "Microsoft3", Family = "Microsoft", Keys = ["MICROSOFT3"] }),
        AppOnly(MicrosoftDelegated with { Name = "MicrosoftApp", Family = "Microsoft", Keys = ["MICROSOFTAPP"] }),
        new()
        {
            Name = "Generic",
            Keys = ["GENERIC"],
            Application = ApplicationCatalogue.Generic,
            Endpoints = new Dictionary<ProviderEndpoint, string>
            {
                [AuthorizationEndpoint] = "{url}/oauth/authorize",
                [TokenEndpoint] = "{url}/oauth/token",
            },
            RequiredSettings = ["url"],
            ScopeNeeds = [new(EntryPurpose.SignIn, "openid")],
            DiscoversEndpoints = true,
            OfflineAccessPrompt = "consent",
            Identity = new IdentityFacts(),
            MissingExpiry = MissingExpiry.Never,
        },
        new()
        {
            Name = "GitHub",
            Keys = ["GITHUB"],
            Application = ApplicationCatalogue.GitHub,
            Endpoints = new Dictionary<ProviderEndpoint, string>
            {
                [AuthorizationEndpoint] = "https://github.com/login/oauth/authorize",
                [TokenEndpoint] = "https://github.com/login/oauth/access_token",
                [DeviceAuthorizationEndpoint] = "https://github.com/login/device/code",
                [RevocationEndpoint] = "https://api.github.com/applications/{client_id}/grant",
            },
            Revocation = RevocationStyle.GitHubGrant,
            ScopeSeparator = ',',
            LoginHintParameter = "login",
            MissingExpiry = MissingExpiry.Never,
            RefreshTokenIdleLifetime = TimeSpan.FromDays(180),
        },
        Stripe,
        Stripe with
        {
            Name = "StripeLive",
            Keys = ["STRIPELIVE", "STRIPE_LIVE"],
        },
    ];

    // Personal accounts (outlook.com, hotmail.com) send by a server of their own (support.microsoft.com, "POP, IMAP and SMTP settings
    // for Outlook.com").
    private static Provider WithVariants(Provider provider)
    {
        var personal = provider with { Smtp = new MailHost("smtp-mail.outlook.com", 587, MailSecurity.StartTls) };
        return provider with
        {
            AppOnlyVariant = AppOnly(provider),
            TenantVariants = new Dictionary<string, Provider>
            {
                ["consumers"] = personal,
                ["9188040d-6c67-4c5b-b112-36a304b66dad"] = personal,
            },
        };
    }

    private static Provider AppOnly(Provider provider) =>
        provider with
        {
            Renewal = RenewalGrant.ClientCredentials,
            AppOnlyResource = Exchange,
            Application = ApplicationCatalogue.MicrosoftApp,
            ScopeNeeds = [], // an administrator grants permissions at the provider, not by scopes
            // AADSTS9001023; the last is consumers
            UnusableTenants = ["common", "organizations", "consumers", "9188040d-6c67-4c5b-b112-36a304b66dad"],
            RefreshTokenIdleLifetime = null,
            Identity = null,
        };

    /// <summary>The provider of an entry: by its name, its server's host, its tenant, and how its application asks.</summary>
    public static Provider Of(OAuthEntry entry)
    {
        var provider = Of(entry.Name);
        return entry.ServiceAccount is not null && provider.ServiceAccountVariant is { } variant ? variant
            : entry.IsAppOnly && provider.AppOnlyVariant is { } appOnly ? appOnly
            : provider.TenantVariants.TryGetValue(entry.Tenant.ToLowerInvariant(), out var tenant) ? tenant
            : provider.DiscoversEndpoints ? ServerPresets.Of(provider, entry.Url)
            : provider;
    }

    /// <summary>The provider that a name stands for. An entry's settings may make more of it: see <see cref="Of(OAuthEntry)"/>.</summary>
    public static Provider Of(EntryName name)
    {
        return All.First(provider => provider.Keys.Contains(name.Provider.Key, StringComparer.Ordinal));
    }
}
