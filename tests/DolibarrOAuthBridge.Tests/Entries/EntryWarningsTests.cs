using DolibarrOAuthBridge.Dolibarr.Entries;
using DolibarrOAuthBridge.Dolibarr.Tokens;
using DolibarrOAuthBridge.Entries;
using DolibarrOAuthBridge.Grants;
using DolibarrOAuthBridge.Tests.Support;
using DolibarrOAuthBridge.Tokens;

namespace DolibarrOAuthBridge.Tests.Entries;

public sealed class EntryWarningsTests
{
    [Fact]
    public void An_entry_in_order_has_none() => Assert.Empty(Codes(Make.Entry(), Make.Grant(TimeSpan.FromHours(1))));

    [Fact]
    public void Each_fault_is_named_once()
    {
        Assert.Equal(["client_secret_missing", "url_missing"], Codes(Make.Entry("GENERIC-X", secret: string.Empty), null));
        Assert.Equal(["client_secret_unreadable"], Codes(new OAuthEntry { Name = Make.Name("GOOGLE-Mail"), Entity = 1, ClientId = "c", ClientSecretProblem = "why" }, null));
        Assert.Equal(["label_too_long"], Codes(Make.Entry("GOOGLE-" + new string('x', 40)), null));
        Assert.Equal(["token_unreadable"], Codes(Make.Entry(), null, unreadable: "why"));
        Assert.Equal(["no_refresh_token"], Codes(Make.Entry(), Make.Grant(TimeSpan.FromHours(1), null)));
        Assert.Empty(Codes(Make.Entry("GITHUB-Dev"), Make.Grant((TimeSpan?)null, null)));
    }

    [Fact]
    public void Two_rows_are_named_with_their_numbers()
    {
        var lookup = new TokenLookup([new TokenRow { RowId = 3 }, new TokenRow { RowId = 8 }]);

        var warning = Assert.Single(EntryWarnings.Of(Make.Entry(), lookup, null, null, new GrantRecord(), Make.Now));

        Assert.Equal("duplicate_rows", warning.Code);
        Assert.Contains("3 and 8", warning.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_dead_grant_and_an_ending_refresh_token_are_named()
    {
        var dead = new GrantRecord { DeadHash = SecretHash.Of("refresh") };
        var ending = new GrantRecord { RefreshTokenExpiresAt = Make.Now.UtcDateTime.AddDays(2) };
        var later = new GrantRecord { RefreshTokenExpiresAt = Make.Now.UtcDateTime.AddDays(4), DeadHash = SecretHash.Of("an earlier one") };

        Assert.Equal(["consent_required"], Codes(Make.Entry(), Make.Grant(TimeSpan.Zero), dead));
        Assert.Equal(["refresh_token_ending"], Codes(Make.Entry(), Make.Grant(TimeSpan.Zero), ending));
        Assert.Empty(Codes(Make.Entry(), Make.Grant(TimeSpan.Zero), later));
    }

    private static IEnumerable<string> Codes(OAuthEntry entry, StoredGrant? grant, GrantRecord? memory = null, string? unreadable = null) =>
        EntryWarnings.Of(entry, new TokenLookup(grant is null ? [] : [grant.Row]), grant, unreadable, memory ?? new GrantRecord(), Make.Now).Select(warning => warning.Code);
}
