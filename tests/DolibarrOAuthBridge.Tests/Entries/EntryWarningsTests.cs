// SPDX-License-Identifier: GPL-3.0-or-later

using DolibarrOAuthBridge.Dolibarr.Entries;
using DolibarrOAuthBridge.Dolibarr.Php;
using DolibarrOAuthBridge.Dolibarr.Tokens;
using DolibarrOAuthBridge.Entries;
using DolibarrOAuthBridge.Grants;
using DolibarrOAuthBridge.Reports;
using DolibarrOAuthBridge.Tests.Support;

namespace DolibarrOAuthBridge.Tests.Entries;

public sealed class EntryWarningsTests
{
    private const string Smtp = "https://outlook.office365.com/SMTP.Send";
    private const string Imap = "https://outlook.office365.com/IMAP.AccessAsUser.All";

    [Fact]
    public void An_entry_in_order_has_none()
    {
        Assert.Empty(Codes(Google("gmail_full"), Make.Grant(TimeSpan.FromHours(1))));
        Assert.Empty(Codes(Make.Entry("GITHUB-Dev"), Make.Grant((TimeSpan?)null, null)));
        Assert.Empty(Codes(Make.Entry("MICROSOFTAPP-Mail", tenant: "contoso.example"), Make.Grant(TimeSpan.FromHours(1), null)));
    }

    [Fact]
    public void What_the_client_lacks_is_named()
    {
        Assert.Equal(["client_secret_missing", "url_missing"], Codes(Make.Entry("GENERIC-X", secret: string.Empty)));
        Assert.Equal(["tenant_missing"], Codes(Make.Entry("MICROSOFT-X", scopes: [Smtp])));
        Assert.Equal(
            ["client_secret_unreadable"],
            Codes(
                new OAuthEntry
                {
                    Name = Make.Name("GOOGLE-Mail"),
                    Entity = 1,
                    ClientId = "c",
                    ClientSecretProblem = "why",
                    Scopes = ["gmail_full"],
                }
            )
        );
        Assert.Equal(["label_too_long"], Codes(Make.Entry("GOOGLE-" + new string('x', 40), scopes: ["gmail_full"])));
    }

    [Theory]
    [InlineData("MICROSOFT-Mail", "0f8fad5b-d9cb-469f-a165-70867728950e", "contoso.example", "client_secret_is_id", "error")]
    [InlineData("MICROSOFT-Mail", "s3cret", "https://login.microsoftonline.com/contoso", "tenant_is_url", "error")]
    public void A_setting_that_holds_something_else_is_named_before_anything_fails(
        string name,
        string secret,
        string tenant,
        string code,
        string severity
    )
    {
        var warning = Assert.Single(Of(Facts(Make.Entry(name, secret, tenant, scopes: [Smtp]))));

        Assert.Equal((code, severity), (warning.Code, warning.Severity));
        Assert.DoesNotContain(secret, warning.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("MICROSOFTAPP-Mail", "common", "tenant_unusable")]
    [InlineData("MICROSOFTAPP-Mail", "9188040d-6c67-4c5b-b112-36a304b66dad", "tenant_unusable")]
    [InlineData("MICROSOFTAPP-Mail", "", "tenant_missing")]
    [InlineData("MICROSOFT-Mail", "common", null)]
    public void A_tenant_that_names_no_directory_is_named_where_it_cannot_work(string name, string tenant, string? code) =>
        Assert.Equal(code is null ? [] : [code], Codes(Make.Entry(name, tenant: tenant, scopes: [Smtp])));

    [Fact]
    public void A_certificate_does_instead_of_a_secret_and_is_watched()
    {
        Assert.Empty(Of(Facts(App("/app.pem"), certificate: new(Make.Now.AddDays(31), null, null))));
        Assert.Equal(
            ["certificate_ending"],
            Of(Facts(App("/app.pem"), certificate: new(Make.Now.AddDays(29), null, null))).Select(warning => warning.Code)
        );
        Assert.Equal(
            ["certificate_unusable"],
            Of(Facts(App("/app.pem"), certificate: new(null, "why", null))).Select(warning => warning.Code)
        );
        Assert.Equal(
            ["certificate_readable_by_all"],
            Of(Facts(App("/app.pem"), certificate: new(Make.Now.AddDays(31), null, "/app.pem"))).Select(warning => warning.Code)
        );
        Assert.Equal(["client_secret_missing"], Of(Facts(App(null))).Select(warning => warning.Code));

        static OAuthEntry App(string? certificate) =>
            new()
            {
                Name = Make.Name("MICROSOFTAPP-Mail"),
                Entity = 1,
                ClientId = "c",
                ClientCertificate = certificate,
                Tenant = "contoso.example",
            };
    }

    [Fact]
    public void Scopes_of_two_apis_are_named_with_both()
    {
        var warning = Assert.Single(Of(Facts(Microsoft("openid", "User.Read", Smtp, Imap, "offline_access"))));

        Assert.Equal("scopes_mixed", warning.Code);
        Assert.Contains(
            $"https://graph.microsoft.com (User.Read) and https://outlook.office365.com ({Smtp}, {Imap})",
            warning.Message,
            StringComparison.Ordinal
        );
        Assert.Empty(Of(Facts(Microsoft("openid", Smtp, "https://outlook.office.com/IMAP.AccessAsUser.All", "offline_access"))));
    }

    [Theory]
    [InlineData(EntryPurpose.SendMail, "smtp_scope_missing", Smtp, Imap)]
    [InlineData(EntryPurpose.ReadMail, "imap_scope_missing", Imap, Smtp)]
    public void A_microsoft_entry_needs_the_scope_of_its_use(EntryPurpose purpose, string code, string needed, string other)
    {
        Assert.Empty(Codes(Microsoft(needed), uses: purpose));
        Assert.Empty(Codes(Microsoft(other)));
        Assert.Empty(Codes(Microsoft("https://outlook.office.com/.default"), uses: purpose));
        Assert.Empty(Codes(Microsoft("https://outlook.office365.us" + needed[needed.LastIndexOf('/')..]), uses: purpose));
        Assert.Equal([code], Codes(Microsoft("https://graph.microsoft.com" + needed[needed.LastIndexOf('/')..]), uses: purpose));

        var warning = Assert.Single(Of(Facts(Microsoft(other), uses: purpose)));
        Assert.Equal(code, warning.Code);
        Assert.Contains(needed, warning.Message, StringComparison.Ordinal);
        Assert.Contains("the place", warning.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void At_google_one_scope_does_for_all_mail()
    {
        Assert.Empty(Codes(Google("gmail_full"), uses: [EntryPurpose.SendMail, EntryPurpose.ReadMail]));
        Assert.Empty(Codes(Google("gmail_imap_smtp"), uses: [EntryPurpose.SendMail, EntryPurpose.ReadMail]));
        Assert.Equal(
            ["smtp_scope_missing", "imap_scope_missing"],
            Codes(Google("gmail_send"), uses: [EntryPurpose.SendMail, EntryPurpose.ReadMail])
        );
    }

    [Fact]
    public void The_entry_for_signing_in_needs_openid_and_the_address()
    {
        Assert.Empty(Codes(Google("openid", "userinfo_email"), uses: EntryPurpose.SignIn));
        Assert.Equal(["login_scope_missing"], Codes(Google("openid", "profile"), uses: EntryPurpose.SignIn));
        Assert.Equal(["login_scope_missing", "login_scope_missing"], Codes(Microsoft("User.Read"), uses: EntryPurpose.SignIn));
    }

    [Fact]
    public void An_entry_without_any_scope_or_without_one_for_mail_is_named()
    {
        Assert.Equal(["scope_missing"], Codes(Google()));
        Assert.Equal(["mail_scope_missing"], Codes(Google("openid", "userinfo_email")));
        Assert.Equal(["mail_scope_missing"], Codes(Microsoft("openid", "offline_access", "User.Read")));
        Assert.Empty(Codes(Google("calendar")));
        Assert.Empty(Codes(Make.Entry("GENERIC-X", url: "https://social.example")));
    }

    [Fact]
    public void A_box_that_was_unticked_is_named()
    {
        Assert.Equal(["scope_not_granted"], Codes(Google("gmail_full", "openid"), Granted("openid")));
        Assert.Empty(
            Codes(
                Google("gmail_full", "userinfo_email"),
                Granted("https://mail.google.com/ https://www.googleapis.com/auth/userinfo.email openid")
            )
        );
        // Nobody signs in with it.
        Assert.Empty(Codes(Google("gmail_full", "openid", "userinfo_email"), Granted("https://mail.google.com/")));
        Assert.Equal(["scope_not_granted"], Codes(Google("openid", "userinfo_email"), Granted("openid"), uses: EntryPurpose.SignIn));
        Assert.Empty(Codes(Google("gmail_full"), Make.Grant(TimeSpan.FromHours(1)))); // the provider did not say
        Assert.Equal(["scope_not_granted"], Codes(Microsoft(Smtp, Imap), Granted(Smtp)));
        Assert.Empty(Codes(Microsoft(Smtp, Imap), Granted($"{Smtp} {Imap}")));
    }

    [Fact]
    public void Two_rows_are_named_with_their_numbers()
    {
        var lookup = new TokenLookup([new TokenRow { RowId = 3 }, new TokenRow { RowId = 8 }]);

        var warning = Assert.Single(
            Of(
                new EntryFacts
                {
                    Entry = Google("gmail_full"),
                    Lookup = lookup,
                    Now = Make.Now,
                }
            )
        );

        Assert.Equal("duplicate_rows", warning.Code);
        Assert.Contains("3 and 8", warning.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_grant_that_cannot_be_read_or_renewed_is_named()
    {
        Assert.Equal(
            ["token_unreadable"],
            Of(
                    new EntryFacts
                    {
                        Entry = Google("gmail_full"),
                        Lookup = new TokenLookup([]),
                        Unreadable = new TokenUnreadableException(TokenUnreadableReason.NotAToken, "It is no token.", "Consent."),
                        Now = Make.Now,
                    }
                )
                .Select(warning => warning.Code)
        );
        Assert.Equal(["no_refresh_token"], Codes(Google("gmail_full"), Make.Grant(TimeSpan.FromHours(1), null)));
        Assert.Equal(
            ["consent_required"],
            Codes(Google("gmail_full"), Make.Grant(TimeSpan.Zero), new GrantRecord { DeadHash = SecretHash.Of("refresh") })
        );
        Assert.Empty(
            Codes(Google("gmail_full"), Make.Grant(TimeSpan.Zero), new GrantRecord { DeadHash = SecretHash.Of("an earlier one") })
        );
    }

    [Theory]
    [InlineData(0.6, 0.3, false)] // it is refreshed when a third of it is over
    [InlineData(0.6, 0.1, true)]
    [InlineData(7, 4.0, false)]
    [InlineData(7, 2.0, true)]
    [InlineData(7, -1.0, true)]
    [InlineData(180, 15.0, false)]
    [InlineData(180, 13.0, true)]
    public void An_end_that_the_provider_told_is_named_in_time_for_a_person_to_act(double whole, double daysLeft, bool named)
    {
        var end = Make.Now.UtcDateTime.AddDays(daysLeft);
        var memory = new GrantRecord { RefreshTokenExpiresAt = end, GrantedAt = end.AddDays(-whole) };

        var warnings = Of(Facts(Google("gmail_full"), Make.Grant(TimeSpan.Zero), memory));

        Assert.Equal(named ? ["refresh_token_ending"] : [], warnings.Select(warning => warning.Code));
        Assert.All(warnings, warning => Assert.Contains("Testing gets 7 days", warning.Message, StringComparison.Ordinal));
    }

    [Theory]
    [InlineData("GOOGLE-Mail", 165, null)]
    [InlineData("GOOGLE-Mail", 167, "180 days")]
    [InlineData("GOOGLE-Mail", 181, "probably dead")]
    [InlineData("MICROSOFT-Mail", 75, null)]
    [InlineData("MICROSOFT-Mail", 77, "90 days")]
    [InlineData("GENERIC-X", 4000, null)]
    public void A_refresh_token_that_dies_of_not_being_used_is_named(string name, int daysAgo, string? words)
    {
        var entry = name[0] switch
        {
            'G' when name == "GOOGLE-Mail" => Google("gmail_full"),
            'M' => Microsoft(Smtp),
            _ => Make.Entry(name, url: "https://social.example"),
        };
        var warnings = Of(
            Facts(entry, Make.Grant(TimeSpan.Zero), new GrantRecord { RefreshedAt = Make.Now.UtcDateTime.AddDays(-daysAgo) })
        );

        Assert.Equal(words is null ? [] : ["refresh_token_idle"], warnings.Select(warning => warning.Code));
        Assert.All(warnings, warning => Assert.Contains(words!, warning.Message, StringComparison.Ordinal));
    }

    private static OAuthEntry Google(params string[] scopes) => Make.Entry("GOOGLE-Mail", scopes: scopes);

    private static OAuthEntry Microsoft(params string[] scopes) => Make.Entry("MICROSOFT-Mail", tenant: "common", scopes: scopes);

    private static StoredGrant Granted(string scope) =>
        Make.Grant(Make.Token(TimeSpan.FromHours(1), extra: PhpArray.Empty.With("scope", new PhpString(scope))));

    private static EntryFacts Facts(
        OAuthEntry entry,
        StoredGrant? grant = null,
        GrantRecord? memory = null,
        CertificateReport? certificate = null,
        params EntryPurpose[] uses
    ) =>
        new()
        {
            Entry = entry,
            Lookup = new TokenLookup(grant is null ? [] : [grant.Row]),
            Grant = grant,
            Memory = memory ?? new GrantRecord(),
            Uses = [.. uses.Select(purpose => new EntryUse(entry.Name, purpose, "the place"))],
            Certificate = certificate,
            Now = Make.Now,
        };

    private static IReadOnlyList<EntryWarning> Of(EntryFacts facts) => EntryWarnings.Of(facts);

    private static IEnumerable<string> Codes(
        OAuthEntry entry,
        StoredGrant? grant = null,
        GrantRecord? memory = null,
        params EntryPurpose[] uses
    ) => Of(Facts(entry, grant, memory, uses: uses)).Select(warning => warning.Code);
}
