// SPDX-License-Identifier: GPL-3.0-or-later

using DolibarrOAuthBridge.Dolibarr.Entries;
using DolibarrOAuthBridge.Entries;
using DolibarrOAuthBridge.Tests.Support;

namespace DolibarrOAuthBridge.Tests.Tokens;

public sealed class EntrySettingsTests
{
    [Fact]
    public void What_a_provider_needs_and_the_entry_lacks_is_named_with_its_constant()
    {
        Assert.Empty(EntrySettings.Missing(Make.Entry()));
        Assert.Equal(["tenant"], EntrySettings.Missing(Make.Entry("MICROSOFT-X")));
        Assert.Equal(["client_secret", "url"], EntrySettings.Missing(Make.Entry("GENERIC-X", secret: string.Empty)));

        var failure = Assert.Throws<BridgeException>(() => EntrySettings.RequireComplete(Make.Entry("GENERIC-X", secret: string.Empty)));
        Assert.Equal(ProblemCode.EntryIncomplete, failure.Code);
        Assert.Contains("OAUTH_GENERIC-X_SECRET", failure.Message, StringComparison.Ordinal);
        Assert.Contains("OAUTH_GENERIC-X_URL", failure.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Every_setting_changes_the_fingerprint_and_none_shows_in_it()
    {
        OAuthEntry[] entries =
        [
            Make.Entry(),
            Make.Entry(secret: "other-secret"),
            Make.Entry(tenant: "t"),
            Make.Entry(url: "https://u"),
            Make.Entry(scopes: "s"),
            new()
            {
                Name = Make.Name("GOOGLE-Mail"),
                Entity = 1,
                ClientId = "other",
                ClientSecret = "secret",
            },
        ];

        Assert.Equal(entries.Length, entries.Select(EntrySettings.Fingerprint).Distinct().Count());
        Assert.All(entries, entry => Assert.Matches("^[0-9a-f]{64}$", EntrySettings.Fingerprint(entry)));
    }

    [Fact]
    public void Dolibarrs_short_scopes_become_the_providers() =>
        Assert.Equal(
            ["https://mail.google.com/", "openid"],
            EntrySettings.Scopes(Make.Entry(scopes: ["gmail_full", "openid", "gmail_full"]))
        );
}
