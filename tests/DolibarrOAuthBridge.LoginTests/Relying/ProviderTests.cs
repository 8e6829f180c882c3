// SPDX-License-Identifier: GPL-3.0-or-later

using System.Text.Json.Nodes;
using DolibarrOAuthBridge.Login;
using DolibarrOAuthBridge.LoginTests.Support;

namespace DolibarrOAuthBridge.LoginTests.Relying;

/// <summary>What is special at Google and Microsoft, and the entry's restrictions.</summary>
public sealed class ProviderTests
{
    private const string Tenant = "11111111-2222-3333-4444-555555555555";
    private const string OtherTenant = "99999999-2222-3333-4444-555555555555";
    private const string Consumers = "9188040d-6c67-4c5b-b112-36a304b66dad";

    [Theory]
    [InlineData("https://accounts.google.com", null)]
    [InlineData("accounts.google.com", null)]
    [InlineData("http://accounts.google.com", RejectionReason.IssuerMismatch)]
    [InlineData("https://accounts.google.com/", RejectionReason.IssuerMismatch)]
    [InlineData("https://accounts.google.com.evil.example", RejectionReason.IssuerMismatch)]
    public async Task Google_spells_its_issuer_in_two_ways_and_is_one_issuer(string issuer, string? reason)
    {
        await using var signIn = await GoogleAsync();
        signIn.Authority.ChangeClaims = claims => claims["iss"] = issuer;
        if (reason is not null)
        {
            await signIn.RejectAsync(reason);
            return;
        }

        Assert.Equal("https://accounts.google.com", (await signIn.RunAsync()).Issuer);
    }

    [Theory]
    [InlineData("example.com", null)]
    [InlineData("EXAMPLE.com", null)]
    [InlineData("other.example", RejectionReason.HostedDomainNotAllowed)]
    [InlineData("badexample.com", RejectionReason.HostedDomainNotAllowed)]
    [InlineData(null, RejectionReason.HostedDomainNotAllowed)]
    public async Task A_domain_in_the_settings_keeps_everybody_else_out(string? domain, string? reason)
    {
        await using var signIn = await GoogleAsync();
        signIn.Entry = SignIn.MakeEntry("GOOGLE-Login", domains: ["example.com"]);
        signIn.Authority.ChangeClaims = claims =>
            (claims["iss"], claims["hd"], claims["email"]) = ("https://accounts.google.com", domain, "ada@example.com");
        if (reason is not null)
        {
            await signIn.RejectAsync(reason);
            return;
        }

        Assert.Equal(domain, (await signIn.RunAsync()).HostedDomain);
    }

    [Theory]
    [InlineData(Tenant, Tenant, Tenant, null)]
    [InlineData(Tenant, OtherTenant, OtherTenant, RejectionReason.TenantNotAllowed)]
    [InlineData(Tenant, OtherTenant, Tenant, RejectionReason.TenantNotAllowed)]
    [InlineData(Tenant, Tenant, OtherTenant, RejectionReason.IssuerMismatch)]
    [InlineData(Tenant, Tenant, "{tenantid}", RejectionReason.IssuerMismatch)]
    [InlineData(Tenant, null, Tenant, RejectionReason.TenantMissing)]
    [InlineData(Tenant, Consumers, Consumers, RejectionReason.TenantNotAllowed)]
    [InlineData("consumers", Consumers, Consumers, null)]
    [InlineData("consumers", Tenant, Tenant, RejectionReason.TenantNotAllowed)]
    [InlineData("common", OtherTenant, OtherTenant, null)]
    [InlineData("common", Tenant, Tenant, RejectionReason.TenantNotAllowed)]
    [InlineData("organizations", Consumers, Consumers, RejectionReason.TenantNotAllowed)]
    public async Task A_microsoft_token_is_of_an_allowed_tenant_and_says_so_twice(
        string setting,
        string? claim,
        string inIssuer,
        string? reason
    )
    {
        await using var signIn = await MicrosoftAsync();
        signIn.Entry = SignIn.MakeEntry(
            "MICROSOFT-Login",
            tenant: setting,
            tenants: setting is "common" or "organizations" ? [OtherTenant] : []
        );
        signIn.Authority.ChangeClaims = claims =>
        {
            (claims["iss"], claims["tid"]) = ($"https://login.microsoftonline.com/{inIssuer}/v2.0", claim);
            claims.Remove("email_verified");
        };
        if (reason is not null)
        {
            await signIn.RejectAsync(reason);
            return;
        }

        var identity = await signIn.RunAsync();
        Assert.Equal(
            ($"https://login.microsoftonline.com/{claim}/v2.0", claim, false),
            (identity.Issuer, identity.TenantId, identity.EmailVerified)
        );
    }

    [Theory]
    [InlineData("common")]
    [InlineData("organizations")]
    [InlineData("example.com")]
    public async Task Whose_accounts_may_sign_in_must_be_said_before_anybody_is_sent_to_microsoft(string tenant)
    {
        await using var signIn = await MicrosoftAsync();
        signIn.Entry = SignIn.MakeEntry("MICROSOFT-Login", tenant: tenant);

        var exception = await Assert.ThrowsAsync<BridgeException>(() => signIn.RunAsync());

        Assert.Equal(ProblemCode.EntryIncomplete, exception.Code);
        Assert.Contains("OAUTHBRIDGE_LOGIN_TENANTS", exception.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("true", true)]
    [InlineData("\"1\"", true)]
    [InlineData("1", true)]
    [InlineData("\"true\"", true)]
    [InlineData("\"0\"", false)]
    [InlineData("0", false)]
    [InlineData("false", false)]
    public async Task A_microsoft_address_is_verified_where_microsoft_knows_the_owner_of_its_domain(string json, bool expected)
    {
        await using var signIn = await MicrosoftAsync();
        signIn.Entry = SignIn.MakeEntry("MICROSOFT-Login", tenant: Tenant);
        signIn.Authority.ChangeClaims = claims =>
            (claims["iss"], claims["tid"], claims["xms_edov"]) = (
                $"https://login.microsoftonline.com/{Tenant}/v2.0",
                Tenant,
                JsonNode.Parse(json)
            );

        Assert.Equal(expected, (await signIn.RunAsync()).EmailVerified);
    }

    [Theory]
    [InlineData("GITHUB-Login")]
    [InlineData("STRIPETEST-Login")]
    [InlineData("MICROSOFTAPP-Login")]
    public async Task Nobody_signs_in_where_there_is_no_openid_connect(string entry)
    {
        await using var signIn = await SignIn.CreateAsync();
        signIn.Entry = SignIn.MakeEntry(entry, tenant: Tenant);

        Assert.Equal(ProblemCode.InvalidRequest, (await Assert.ThrowsAsync<BridgeException>(() => signIn.RunAsync())).Code);
    }

    [Fact]
    public async Task An_issuer_in_the_configuration_is_discovered_and_takes_the_place_of_the_catalogue()
    {
        await using var signIn = await SignIn.CreateAsync(static authority => new() { ["Providers:Google:Issuer"] = authority.Issuer });
        signIn.Entry = SignIn.MakeEntry("GOOGLE-Login");

        Assert.Equal(signIn.Authority.Issuer, (await signIn.RunAsync()).Issuer);
        signIn.Authority.ChangeClaims = static claims => claims["iss"] = "https://accounts.google.com";
        await signIn.RejectAsync(RejectionReason.IssuerMismatch, OpenIdAuthority.TokenPath);
    }

    [Fact]
    public async Task A_tenant_in_a_configured_issuer_is_the_entrys_at_sign_in_as_at_consent()
    {
        await using var signIn = await SignIn.CreateAsync(static authority =>
            new() { ["Providers:Generic:Issuer"] = authority.Issuer.Replace("127.0.0.1", "{tenant}", StringComparison.Ordinal) }
        );
        signIn.Entry = SignIn.MakeEntry("GENERIC-Login", url: "https://unused.example", tenant: "127.0.0.1");

        Assert.Equal(signIn.Authority.Issuer, (await signIn.RunAsync()).Issuer);
    }

    [Theory]
    [InlineData("authorization_endpoint", "javascript:alert(1)")]
    [InlineData("authorization_endpoint", "http://login.example.com/")]
    [InlineData("token_endpoint", "https://user@login.example.com/")]
    [InlineData("jwks_uri", "file:///etc/passwd")]
    public async Task Metadata_with_an_address_that_must_not_be_used_is_not_used(string member, string url)
    {
        await using var signIn = await SignIn.CreateAsync();
        signIn.Authority.Metadata[member] = url;

        Assert.Equal(ProblemCode.ProviderUnavailable, (await Assert.ThrowsAsync<BridgeException>(() => signIn.RunAsync())).Code);
        Assert.Equal([OpenIdAuthority.DiscoveryPath], signIn.Authority.Paths);
    }

    [Fact]
    public async Task A_provider_that_signs_with_nothing_acceptable_is_said_so()
    {
        await using var signIn = await SignIn.CreateAsync();
        signIn.Authority.Metadata["id_token_signing_alg_values_supported"] = new JsonArray("HS256", "none");

        Assert.Equal(ProblemCode.ProviderRejected, (await Assert.ThrowsAsync<BridgeException>(() => signIn.RunAsync())).Code);
    }

    private static Task<SignIn> GoogleAsync() => KnownAsync("Google", "GOOGLE-Login");

    private static Task<SignIn> MicrosoftAsync() => KnownAsync("Microsoft", "MICROSOFT-Login");

    // The provider's own endpoints lead to the stand-in; its issuer stays what it is.
    private static async Task<SignIn> KnownAsync(string provider, string entry)
    {
        var signIn = await SignIn.CreateAsync(authority =>
            new()
            {
                [$"Providers:{provider}:AuthorizationEndpoint"] = authority.Issuer + "/oauth/authorize",
                [$"Providers:{provider}:TokenEndpoint"] = authority.Issuer + OpenIdAuthority.TokenPath,
                [$"Providers:{provider}:JwksUri"] = authority.Issuer + OpenIdAuthority.JwksPath,
                [$"Providers:{provider}:UserInfoEndpoint"] = authority.Issuer + OpenIdAuthority.UserInfoPath,
            }
        );
        signIn.Entry = SignIn.MakeEntry(entry);
        signIn.ChangeResponse = static response => response.Remove("iss");
        return signIn;
    }
}
